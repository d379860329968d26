"""What the snapshots of a group say: machines, network namespaces, sockets and their holders."""
