"""Machines with unix sockets and pipes for the tests of rule 13, and their flows in short."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from netviz.graph import Graph
from netviz.group import group
from netviz.snapshot.model import Host, NetworkNamespace, Process, Snapshot
from netviz.stitch import StitchOptions, stitch

HEADER = "Num       RefCount Protocol Flags    Type St Inode Path"
UNIX = StitchOptions(kinds=frozenset({"unix"}))
PIPES = StitchOptions(kinds=frozenset({"pipe"}))
STREAM, DATAGRAM = 1, 2

Short = tuple[str, str, str | None, int, bool]
"""Client, server, path, connections, directed."""


@dataclass
class Unix:
    """One line of the table; ``pids`` hold it. ``state`` None: connected unless it listens."""

    inode: int
    path: str = ""
    pids: tuple[int, ...] = ()
    listening: bool = False
    kind: int = STREAM
    connected: bool = True
    netns: int = 1

    def line(self) -> str:
        flags = 0x10000 if self.listening else 0
        state = 3 if self.connected and not self.listening else 1
        start = f"00000000c0ffee00: 00000002 00000000 {flags:08X} {self.kind:04X} {state:02X}"
        return f"{start} {self.inode:5d}" + (f" {self.path}" if self.path else "")


@dataclass
class Kernel:
    """A captured machine: its unix sockets, which are connected (``peers``), its pipes by pid."""

    sockets: Sequence[Unix] = ()
    peers: Iterable[tuple[int, int]] = ()
    pipes: Mapping[int, Sequence[tuple[int, str]]] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    unix_names: Sequence[tuple[int, str]] = ()
    name: str = "m"
    boot_id: str | None = "b"
    tables: Mapping[str, str] = field(default_factory=dict)
    source: str = ""


def both_ways(*pairs: tuple[int, int]) -> list[tuple[int, int]]:
    """Peers as stream sockets have them: each the other's."""
    return [pair for one, other in pairs for pair in ((one, other), (other, one))]


def snapshot_of(kernel: Kernel) -> Snapshot:
    held: dict[int, list[int]] = {pid: [] for pid in [*kernel.names, *kernel.pipes]}
    lines: dict[int, list[str]] = {1: [HEADER]}
    for socket in kernel.sockets:
        lines.setdefault(socket.netns, [HEADER]).append(socket.line())
        for pid in socket.pids:
            held.setdefault(pid, []).append(socket.inode)
    return Snapshot(
        source=kernel.source or f"{kernel.name}.json",
        format=2,
        host=Host(kernel.name, "little", None, kernel.boot_id, None, None, 1000, 100),
        processes=[
            Process(
                pid=pid,
                start=100,
                comm=kernel.names.get(pid, f"p{pid}"),
                uid=1000,
                netns=1,
                sockets=inodes,
                pipes=list(kernel.pipes.get(pid, ())),
            )
            for pid, inodes in sorted(held.items())
        ],
        netns=[
            NetworkNamespace(
                number,
                tables={
                    "unix": "\n".join(lines[number]) + "\n",
                    **(kernel.tables if number == 1 else {}),
                },
            )
            for number in sorted(lines)
        ],
        unix_peers=list(kernel.peers),
        unix_names=list(kernel.unix_names),
        started=2000.0,
        finished=2000.0,
    )


def graph_of(*kernels: Kernel, options: StitchOptions = UNIX) -> Graph:
    """The graph of processes; any order of the snapshots and every level must agree with it."""
    snapshots = [snapshot_of(kernel) for kernel in kernels]
    graph = stitch(snapshots, options)
    assert stitch(reversed(snapshots), options) == graph
    for level in ("service", "container", "host"):
        assert stitch(snapshots, options, level) == group(graph, level)
    return graph


def short(graph: Graph) -> list[Short]:
    names = {node.id: node.label for node in graph.nodes}
    for flow in graph.flows:
        assert flow.port is None
        assert flow.matches == {"peer": flow.connections}
        assert (flow.match, flow.samples) == ("peer", ())
    found = [
        (names[f.source], names[f.target], f.path, f.connections, f.directed) for f in graph.flows
    ]
    return sorted(found, key=repr)


def unix_flows(*kernels: Kernel, options: StitchOptions = UNIX) -> list[Short]:
    return short(graph_of(*kernels, options=options))


def listeners(graph: Graph) -> list[tuple[str, str]]:
    """(process, path) of every unix listener."""
    return sorted(
        (node.label, listener.address)
        for node in graph.nodes
        for listener in node.listeners
        if listener.proto == "unix" and listener.port is None
    )
