"""What ss(8) lists of a laboratory machine: an independent view of the same kernel.

ss asks the kernel over netlink, where the capture copies text of /proc.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field

from machines import Machine

EVERY_NAMESPACE = r"""
own=$(readlink /proc/1/ns/net)
seen=
for process in /proc/[0-9]*; do
    namespace=$(readlink "$process/ns/net") || continue
    case "$seen" in *"$namespace"*) continue;; esac
    seen="$seen $namespace"
    echo "namespace $namespace $own"
    nsenter --net="$process/ns/net" ip -oneline address || exit 1
    echo "sockets"
    nsenter --net="$process/ns/net" ss --no-header --oneline -a -n -p -e -t -u -x || exit 1
done
"""
"""Addresses and sockets of each network namespace that a process of the machine is in; processes
are numbered as the machine numbers them."""

End = tuple[str, int]
"""An address and port."""

BOUND = ("LISTEN", "UNCONN")


@dataclass(frozen=True)
class NetSocket:
    """A socket of TCP or UDP; ``namespace`` is None for the machine's own.

    ``remote`` is None where it has no other end. ``inode`` is 0 where nobody accepted it yet, and
    where it is closed.
    """

    host: str
    namespace: str | None
    proto: str
    state: str
    local: End
    remote: End | None
    inode: int
    pids: frozenset[int] = field(compare=False)


@dataclass(frozen=True)
class UnixSocket:
    """A unix socket; ``peer`` is 0 where it is connected to none."""

    host: str
    state: str
    name: str
    inode: int
    peer: int
    pids: frozenset[int] = field(compare=False)


@dataclass
class Listed:
    """All that ss listed, and whose addresses there are."""

    net: set[NetSocket] = field(default_factory=set)
    unix: set[UnixSocket] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)


def list_sockets(machine: Machine) -> Listed:
    """What ss lists in every network namespace of a machine."""
    listed = Listed()
    printed = machine.exec(["/bin/sh", "-c", EVERY_NAMESPACE])
    for section in printed.split("namespace ")[1:]:
        name, rest = section.split("\n", 1)
        addresses, sockets = rest.split("sockets\n", 1)
        listed.addresses |= set(re.findall(r"inet6? ([0-9a-f.:]+)", addresses))
        inode, own = name.split()
        namespace = None if inode == own else "netns " + re.sub(r"\D", "", inode)
        for line in sockets.splitlines():
            if line.startswith("u_"):
                listed.unix.add(unix_socket(machine.name, line))
            else:
                listed.net.add(net_socket(machine.name, namespace, line))
    return listed


def net_socket(host: str, namespace: str | None, line: str) -> NetSocket:
    proto, state, _, _, local, remote, *rest = line.split(None, 6)
    told = "".join(rest)
    inode = re.search(r"\bino:(\d+)", told)
    return NetSocket(
        host,
        namespace,
        proto,
        state,
        canonical(local),
        None if state in BOUND else canonical(remote),
        int(inode[1]) if inode else 0,
        pids(told),
    )


def unix_socket(host: str, line: str) -> UnixSocket:
    _, state, _, _, name, inode, _, peer, *rest = line.split(None, 8)
    return UnixSocket(host, state, name, int(inode), int(peer), pids("".join(rest)))


def pids(told: str) -> frozenset[int]:
    """Those of ``users:(("nginx",pid=6,fd=3),("nginx",pid=5,fd=3))``."""
    return frozenset(map(int, re.findall(r"\bpid=(\d+)", told)))


def canonical(printed: str) -> End:
    """``[::ffff:10.0.0.1]:80``, ``fe80::1%eth0:80``, ``*:80`` and the like as (address, port)."""
    host, _, port = printed.rpartition(":")
    if host == "*":  # IPv6 that takes IPv4, too
        host = "::"
    address = ipaddress.ip_address(re.sub(r"%\w+|[\[\]]", "", host))
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address), 0 if port == "*" else int(port)
