"""Small groups of machines for the tests of the rules, and flows in a form that reads well."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field

from netviz.graph import Graph
from netviz.group import group
from netviz.snapshot.model import Host, NetworkNamespace, Process, Snapshot
from netviz.stitch import StitchOptions, stitch

HEADER = (
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout"
)
BTIME = 1_000_000
CAPTURED = 2_000_000.0
ESTABLISHED, SYN_SENT, SYN_RECV, FIN_WAIT1, FIN_WAIT2, TIME_WAIT, CLOSE, CLOSE_WAIT = range(1, 9)
LISTEN = 10
DRAWN = StitchOptions()


@dataclass
class Socket:
    """One line of a table; ``pids`` hold it. A port of 0 and no remote address: unconnected."""

    proto: str
    local: str
    port: int
    remote: str = ""
    remote_port: int = 0
    state: int = ESTABLISHED
    pids: tuple[int, ...] = ()
    inode: int | None = None


def listen(local: str, port: int, *pids: int, proto: str = "tcp") -> Socket:
    state = LISTEN if proto == "tcp" else CLOSE
    return Socket(proto, local, port, "", 0, state, pids)


def connect(
    local: str,
    port: int,
    remote: str,
    remote_port: int,
    *pids: int,
    proto: str = "tcp",
    state: int = ESTABLISHED,
    inode: int | None = None,
) -> Socket:
    return Socket(proto, local, port, remote, remote_port, state, pids, inode)


@dataclass
class Namespace:
    """``addresses`` None means: not captured. ``conntrack`` None: no such table."""

    sockets: Sequence[Socket] = ()
    addresses: Sequence[str] | None = None
    id: int | None = 1
    forwarding: bool | None = False
    conntrack: str | None = None
    port_range: tuple[int, int] | None = (32768, 60999)
    name: str | None = None


@dataclass
class MachineOf:
    """A machine of one or more namespaces; ``names`` gives comm by pid."""

    name: str
    namespaces: Sequence[Namespace]
    names: dict[int, str] = field(default_factory=dict)
    boot_id: str | None = "boot of its own"
    machine_id: str | None = None
    captured: float | None = CAPTURED
    born: int = 100
    btime: int | None = BTIME
    byteorder: str = "little"
    source: str = ""


def snapshot(machine: MachineOf) -> Snapshot:
    """The snapshot of a machine: texts of tables as a kernel prints them."""
    held: dict[int, list[int]] = {pid: [] for pid in machine.names}
    netns = []
    next_inode = 1000 * sum(map(ord, machine.name))  # no two kernels number alike
    home: dict[int, int | None] = {}
    for namespace in machine.namespaces:
        tables: dict[str, list[str]] = {}
        for socket in namespace.sockets:
            inode = socket.inode
            if inode is None:
                inode = next_inode = next_inode + 1
            for pid in socket.pids:
                held.setdefault(pid, []).append(inode)
                home.setdefault(pid, namespace.id)
            wide = ":" in socket.local
            name = socket.proto + ("6" if wide else "")
            remote = socket.remote or ("::" if wide else "0.0.0.0")
            order = machine.byteorder
            line = (
                f"   0: {_hex(socket.local, order)}:{socket.port:04X}"
                f" {_hex(remote, order)}:{socket.remote_port:04X} {socket.state:02X}"
                f" 00000000:00000000 00:00000000 00000000  1000        0 {inode} 1 0"
            )
            tables.setdefault(name, [HEADER]).append(line)
        texts = {name: "\n".join(lines) + "\n" for name, lines in tables.items()}
        if namespace.conntrack is not None:
            texts["nf_conntrack"] = namespace.conntrack
        netns.append(
            NetworkNamespace(
                namespace.id,
                namespace.name,
                None if namespace.addresses is None else tuple(namespace.addresses),
                namespace.port_range,
                namespace.forwarding,
                texts,
            )
        )
    processes = [
        Process(
            pid=pid,
            start=machine.born,
            comm=machine.names.get(pid, f"p{pid}"),
            uid=1000,
            netns=home.get(pid, netns[0].id),
            sockets=inodes,
        )
        for pid, inodes in sorted(held.items())
    ]
    boot_id = f"{machine.name}-boot" if machine.boot_id == "boot of its own" else machine.boot_id
    host = Host(
        machine.name, machine.byteorder, machine.machine_id, boot_id, None, None, machine.btime, 100
    )
    return Snapshot(
        source=machine.source or f"{machine.name}.json",
        format=2,
        host=host,
        processes=processes,
        netns=netns,
        started=machine.captured,
        finished=machine.captured,
    )


def simple(name: str, address: str, *sockets: Socket, **options: object) -> MachineOf:
    """A machine of one namespace with one address in a /24."""
    inside = {k: options.pop(k) for k in ("forwarding", "conntrack", "port_range") if k in options}
    namespace = Namespace(sockets, [f"{address}/24", "127.0.0.1/8", "::1/128"], **inside)  # type: ignore[arg-type]
    return MachineOf(name, [namespace], **options)  # type: ignore[arg-type]


def stitched(*machines: MachineOf, options: StitchOptions = DRAWN, level: str = "process") -> Graph:
    """The graph of a group. Any order of the machines must give the same, so both are tried.

    Coarser levels must be what grouping makes of processes.
    """
    snapshots = [snapshot(machine) for machine in machines]
    graph = stitch(snapshots, options, level)
    assert stitch(reversed(snapshots), options, level) == graph
    if level == "process":
        for coarser in ("service", "container", "host"):
            assert stitch(snapshots, options, coarser) == group(graph, coarser)
    coverage = graph.coverage
    assert coverage.sockets == (
        coverage.joined
        + coverage.listening
        + coverage.unconnected
        + coverage.recent
        + coverage.attempt
        + coverage.external
        + coverage.ambiguous
        + coverage.unmatched
    )
    assert coverage.pairs == coverage.reciprocal + coverage.nat + coverage.queued
    return graph


def flows(graph: Graph) -> list[tuple[str, str, str, int | None, str, int]]:
    """(client, server, proto, port, match, connections), ends as machine/name."""
    names = {node.id: f"{node.machine}/{node.label}" for node in graph.nodes}
    return sorted(
        (names[f.source], names[f.target], f.proto, f.port, f.match, f.connections)
        for f in graph.flows
    )


def _hex(address: str, byteorder: str) -> str:
    packed = ipaddress.ip_address(address).packed
    words = [packed[i : i + 4] for i in range(0, len(packed), 4)]
    if byteorder == "little":
        words = [word[::-1] for word in words]
    return "".join(words_.hex().upper() for words_ in words)
