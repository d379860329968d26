"""Machines with SCTP: the texts of their tables as a kernel prints them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from groups import BTIME, CAPTURED

from netviz.graph import Graph
from netviz.group import group
from netviz.snapshot.model import Host, NetworkNamespace, Process, Snapshot
from netviz.stitch import StitchOptions, stitch

ASSOCS = (
    " ASSOC     SOCK   STY SST ST HBKT ASSOC-ID TX_QUEUE RX_QUEUE UID INODE LPORT RPORT "
    "LADDRS <-> RADDRS HBINT INS OUTS MAXRT T1X T2X RTXC"
)
EPS = " ENDPT     SOCK   STY SST HBKT LPORT   UID INODE LADDRS"
ESTABLISHED = 3
COUNTED = (
    *("joined", "listening", "unconnected", "recent", "attempt", "external", "ambiguous"),
    "unmatched",
)


@dataclass(frozen=True)
class Association:
    """``local`` and ``remote`` are addresses with blanks between, the primary one with a star."""

    local: str
    port: int
    remote: str
    remote_port: int
    pid: int | None = None
    inode: int = 0
    state: int = ESTABLISHED
    style: int = 2
    socket_state: int = 1
    number: int = 1


@dataclass(frozen=True)
class Endpoint:
    addresses: str
    port: int
    pid: int | None = None
    inode: int = 0
    state: int = 10


def machine(
    name: str, addresses: str | None, *sockets: Association | Endpoint, **more: Any
) -> Snapshot:
    """A machine of one namespace; ``addresses`` with blanks between, each in a /24."""
    assocs, eps = [ASSOCS], [EPS]
    held: dict[int, list[int]] = {}
    for place, socket in enumerate(sockets, 1):
        inode = socket.inode or 1000 * sum(map(ord, name)) + place
        if socket.pid is not None:
            held.setdefault(socket.pid, []).append(inode)
        if isinstance(socket, Endpoint):
            eps.append(f"0 0 2 {socket.state} 9 {socket.port} 0 {inode} {socket.addresses} ")
        else:
            assocs.append(
                f"0 0 {socket.style} {socket.socket_state} {socket.state} 7 {socket.number} 0 0 0 "
                f"{inode} {socket.port} {socket.remote_port}  {socket.local} <-> {socket.remote} "
                "\t   30000    10    10   10    0    0        0"
            )
    tables = {"sctp/assocs": "\n".join(assocs) + "\n", "sctp/eps": "\n".join(eps) + "\n"}
    tables.update(more.get("tables", {}))
    owned = None
    if addresses is not None:
        owned = ("127.0.0.1/8", *(f"{a}/{64 if ':' in a else 24}" for a in addresses.split()))
    netns = NetworkNamespace(
        1, None, owned, more.get("ports", (32768, 60999)), more.get("forwarding", False), tables
    )
    return Snapshot(
        source=more.get("source", f"{name}.json"),
        format=2,
        host=Host(name, "little", None, f"{name}-boot", None, None, BTIME, 100),
        processes=[
            Process(pid=pid, start=more.get("born", 100), comm=f"p{pid}", netns=1, sockets=inodes)
            for pid, inodes in sorted(held.items())
        ],
        netns=[netns],
        started=more.get("captured", CAPTURED),
        finished=more.get("captured", CAPTURED),
    )


def stitched(*machines: Snapshot, **options: bool) -> Graph:
    """The graph, the same in any order; every socket counted once, grouping as anywhere."""
    chosen = StitchOptions(**options)  # type: ignore[arg-type]
    graph = stitch(machines, chosen)
    assert stitch(reversed(machines), chosen) == graph
    assert stitch(machines, chosen, "service") == group(graph, "service")
    assert graph.coverage.sockets == sum(getattr(graph.coverage, name) for name in COUNTED)
    found = graph.coverage
    assert found.pairs == found.reciprocal + found.nat + found.queued
    return graph
