"""The snapshots that the fuzzers start from: two machines with something of everything."""

from __future__ import annotations

from typing import Any

from kernel_text import unix_line
from machine_documents import ANY4, Machine

ESTABLISHED, LISTEN = 1, 10

ASSOCIATIONS = (
    "ASSOC SOCK STY SST ST HBKT ASSOC-ID TX_QUEUE RX_QUEUE UID INODE LPORT RPORT LADDRS <-> "
    "RADDRS\n"
    "0 0 2 1 3 0 5 0 0 0 60 40000 3868 *10.9.0.1 10.9.1.1 <-> *10.9.0.2\n"
)
CONNTRACK = (
    "ipv4 2 tcp 6 100 ESTABLISHED src=10.9.0.1 dst=10.9.0.2 sport=50000 dport=8080 "
    "src=172.18.0.2 dst=10.9.0.1 sport=80 dport=50000 [ASSURED] mark=0 use=1\n"
)


def documents() -> list[dict[str, Any]]:
    """A client, its server with a container and conntrack, and the client again in format 1."""
    return [_client().snapshot(), _server().snapshot(), _first_format()]


def _client() -> Machine:
    client = Machine("alder", "10.9.0.1/24", "fe80::1/64")
    client.process(7, "curl", 11, 12, 13, 60, uid=1000, pipes=[[90, "w"]], argv=["curl", "-s"])
    client.process(8, "sh", 11, 14, 15, pipes=[[90, "r"]], cgroup="0::/system.slice/a.service\n")
    client.tcp(("10.9.0.1", 40000), ("10.9.0.2", 80), ESTABLISHED, 11)
    client.tcp(("10.9.0.1", 50000), ("10.9.0.2", 8080), ESTABLISHED, 12)
    client.tcp6(("::ffff:10.9.0.1", 40001), ("::ffff:192.0.2.9", 443), ESTABLISHED, 13)
    for inode, path in ((14, "/run/x"), (15, "")):
        client.line("unix", unix_line(inode, path))
    client.text("sctp/assocs", ASSOCIATIONS)
    return client


def _server() -> Machine:
    server = Machine("birch", "10.9.0.2/24", "172.18.0.1/16")
    server.process(1, "init", 31)
    server.process(70, "nginx", 31, 32, security="unconfined", caps="000001ffffffffff")
    server.process(71, "app", 41, 42, netns=77)
    server.tcp(("0.0.0.0", 80), ANY4, LISTEN, 31)
    server.tcp(("10.9.0.2", 80), ("10.9.0.1", 40000), ESTABLISHED, 32)
    server.udp(("10.9.0.2", 53), ANY4, 7, 33)
    server.text("nf_conntrack", CONNTRACK)
    inside = server.namespace(77, "172.18.0.2/16")
    inside.tcp(("0.0.0.0", 80), ANY4, LISTEN, 41)
    inside.tcp(("172.18.0.2", 80), ("10.9.0.1", 50000), ESTABLISHED, 42)
    server.problem("fd", "EACCES", 3)
    return server


def _first_format() -> dict[str, Any]:
    return {
        "processes": {
            "7": {
                "cmd": "curl",
                "uid": 1000,
                "pid": 7,
                "selinux": "x",
                "inodes": [{"ino": "11", "extra": "socket"}, {"ino": "12", "extra": "pipe"}],
            }
        },
        "net": {
            "11": {"type": "tcp", "local": ["10.9.0.1", 40000], "remote": ["10.9.0.2", 80]},
            "12": {"type": "tcp6", "local": ["::1", 1], "remote": ["::1", 0]},
            "13": {"type": "unix", "path": "/run/y"},
        },
    }
