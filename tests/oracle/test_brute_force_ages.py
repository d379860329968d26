"""netviz's join and the naive one agree where servers were replaced between two snapshots."""

from __future__ import annotations

from collections import Counter
from typing import Any

from brute_force import join
from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.graph import Graph
from netviz.snapshot.model import Host, NetworkNamespace, Process, Snapshot
from netviz.stitch import StitchOptions, stitch

HEADER = (
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout"
)
BTIME = 1000
BIRTHS = (1000, 1015, 1015, 1025, None)
CAPTURES = (1010.0, 1020.0, 1030.0, None)
"""Births of processes and times of snapshots, in seconds."""

CLIENT, SERVER = "10.0.0.1", "10.0.0.2"
Line = tuple[str, int, str, int, int, int]
"""Local address and port, remote address and port, state, inode."""


def text(lines: list[Line]) -> str:
    def end(address: str, port: int) -> str:
        return bytes(map(int, address.split("."))).hex().upper() + f":{port:04X}"

    rows = [
        f"  0: {end(local, port)} {end(remote, remote_port)} {state:02X}"
        f" 00000000:00000000 00:00000000 00000000  0 0 {inode} 1 0"
        for local, port, remote, remote_port, state, inode in lines
    ]
    return "\n".join([HEADER, *rows]) + "\n"


@st.composite
def machines(draw: st.DrawFn, name: str, address: str, lines: list[Line]) -> Snapshot:
    """A machine with these sockets and one process for each inode, but for inode 0."""
    processes = []
    for pid in sorted({inode for *_, inode in lines} - {0}):
        born = draw(st.sampled_from(BIRTHS))
        start = None if born is None else 100 * (born - BTIME)
        processes.append(Process(pid=pid, start=start, comm="p", sockets=[pid]))
    return Snapshot(
        f"{name}.json",
        2,
        Host(name, "big", boot_id=name, btime=draw(st.sampled_from((BTIME, None))), clk_tck=100),
        processes,
        [
            NetworkNamespace(
                ord(name[1]), None, (f"{address}/24",), (32768, 60999), True, {"tcp": text(lines)}
            )
        ],
        finished=draw(st.sampled_from(CAPTURES)),
    )


@st.composite
def groups(draw: st.DrawFn) -> list[Snapshot]:
    """A client's machine, and one or two that have the address of its server."""
    asking: list[Line] = []
    answering: list[Line] = []
    for own, port in draw(
        st.sets(st.sampled_from([(o, p) for o in (40000, 40001) for p in (80, 81)]))
    ):
        asking.append((CLIENT, own, SERVER, port, 1, draw(st.integers(1, 3))))
        answering.append((SERVER, port, CLIENT, own, 1, draw(st.integers(0, 3))))
    for port in draw(st.sets(st.sampled_from((80, 81, 40000)))):
        # Its process may hold connections, too.
        answering.append((SERVER, port, "0.0.0.0", 0, 10, draw(st.integers(1, 4))))
    found = [draw(machines("m0", CLIENT, asking)), draw(machines("m1", SERVER, answering))]
    if draw(st.booleans()):
        found.append(draw(machines("m2", SERVER, draw(st.sampled_from(([], answering[:1]))))))
    return found


def flows_of(graph: Graph) -> Counter[tuple[Any, ...]]:
    ends = {n.id: (int(n.machine[1:]), None if n.owner else n.pids[0]) for n in graph.nodes}
    return Counter(
        (ends[f.source], ends[f.target], f.proto, f.port, f.match, f.directed) for f in graph.flows
    )


@given(groups())
@settings(max_examples=300, deadline=None)
def test_same_flows_and_counts_whatever_the_ages(snapshots: list[Snapshot]) -> None:
    expected = join(snapshots)
    graph = stitch(snapshots, StitchOptions(), level="connection")
    assert graph.coverage.pairs == expected.coverage["pairs"]
    assert graph.coverage.unmatched == expected.coverage.get("unmatched", 0)
    assert graph.coverage.ambiguous == expected.coverage.get("ambiguous", 0)
    assert flows_of(graph) == expected.flows
