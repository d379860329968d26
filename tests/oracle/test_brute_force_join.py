"""netviz's join and the naive one agree on random groups of machines."""

from __future__ import annotations

from collections import Counter
from typing import Any

from brute_force import join, read_inet
from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.addresses import format_address
from netviz.graph import Graph
from netviz.group import group, ungrouped
from netviz.node_levels import node_count
from netviz.parse import parse_inet
from netviz.readable import readable, subnets_of
from netviz.snapshot.model import Host, NetworkNamespace, Process, Snapshot
from netviz.stitch import StitchOptions, join_group, stitch

HEADER = (
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout"
)
V4 = {
    "a": "0A000001",
    "b": "0A000002",
    "c": "0A000003",
    "l": "7F000001",
    "w": "00000000",
    "x": "C0000201",
}
V6 = {
    "a6": "FD000000000000000000000000000001",
    "l6": "0" * 31 + "1",
    "w6": "0" * 32,
    "f6": "FE800000000000000000000000000001",
    **{f"{k}m": "0" * 16 + "0000FFFF" + v for k, v in V4.items()},
}
OWNED = ("10.0.0.1", "10.0.0.2", "10.0.0.3", "fd00::1", "fe80::1")
PORTS = (0, 80, 443, 40000, 50000)
STARTS = (1, 1, 1500, 2500, None)
FINISHED = (1010.0, 1020.0, 1030.0, None)
"""Births in ticks of 10 ms after 1000 s, and captures, before and after one another."""
STATES = (1, 1, 1, 1, 2, 3, 4, 6, 8, 10)


def in_order(digits: str, byteorder: str) -> str:
    if byteorder == "big":
        return digits
    words = [digits[i : i + 8] for i in range(0, len(digits), 8)]
    return "".join(bytes.fromhex(w)[::-1].hex().upper() for w in words)


@st.composite
def lines(draw: st.DrawFn, names: tuple[str, ...]) -> tuple[Any, ...]:
    return (
        draw(st.sampled_from(names)),
        draw(st.sampled_from(PORTS)),
        draw(st.sampled_from(names)),
        draw(st.sampled_from(PORTS)),
        draw(st.sampled_from(STATES)),
        draw(st.integers(0, 6)),
    )


@st.composite
def groups(draw: st.DrawFn) -> list[Snapshot]:
    planted = draw(st.lists(lines(tuple(V4)), max_size=6))
    snapshots = []
    for number in range(draw(st.integers(1, 3))):
        byteorder = draw(st.sampled_from(("little", "big")))
        netns = []
        for namespace in range(draw(st.integers(1, 2))):
            tables: dict[str, str] = {}
            offset = 10 * (2 * number + namespace)
            for table in ("tcp", "tcp6", "udp"):
                pool = V6 if table == "tcp6" else V4
                own = draw(st.lists(lines(tuple(pool)), max_size=5))
                if table != "tcp6":
                    for local, lport, remote, rport, state, inode in planted:
                        which = draw(st.sampled_from(("no", "one", "other")))
                        if which == "one":
                            own.append((local, lport, remote, rport, state, inode))
                        elif which == "other":
                            own.append((remote, rport, local, lport, 1, inode))
                text = [HEADER]
                for local, lport, remote, rport, state, inode in own:
                    # A connected TCP tuple of a kernel never stands twice, but for a repeat.
                    known = offset + inode if inode else 0
                    text.append(
                        f"  0: {in_order(pool[local], byteorder)}:{lport:04X}"
                        f" {in_order(pool[remote], byteorder)}:{rport:04X} {state:02X}"
                        f" 00000000:00000000 00:00000000 00000000  0 0 {known} 1 0"
                    )
                tables[table] = "\n".join(text) + "\n"
            addresses = draw(st.lists(st.sampled_from(OWNED), unique=True, max_size=3))
            port_range = draw(st.sampled_from((None, (32768, 60999), (1, 1000))))
            netns.append(
                NetworkNamespace(namespace + 1, None, tuple(addresses), port_range, True, tables)
            )
        processes = [
            Process(
                pid=pid,
                start=draw(st.sampled_from(STARTS)),
                comm="p",
                sockets=draw(st.lists(st.integers(1, 60), max_size=12)),
            )
            for pid in (1, 2, 3)
        ]
        btime = draw(st.sampled_from((1000, 1000, 1000, None)))
        snapshots.append(
            Snapshot(
                f"{number}.json",
                2,
                Host(f"m{number}", byteorder, boot_id=f"b{number}", btime=btime, clk_tck=100),
                processes,
                netns,
                finished=draw(st.sampled_from(FINISHED)),
            )
        )
    return snapshots


def flows_of(graph: Graph) -> Counter[tuple[Any, ...]]:
    ends = {n.id: (int(n.machine[1:]), None if n.owner else n.pids[0]) for n in graph.nodes}
    found: Counter[tuple[Any, ...]] = Counter()
    for flow in graph.flows:
        pair = [ends[flow.source], ends[flow.target]]
        if not flow.directed:
            pair.sort(key=str)
        port = flow.port if flow.directed else None
        found[(pair[0], pair[1], flow.proto, port, flow.match, flow.directed)] += flow.connections
    return found


def without_listener_shares(snapshots: list[Snapshot]) -> list[Snapshot]:
    """The naive join knows nothing of rule 9's count of connections: one holder per socket."""
    for snapshot in snapshots:
        held: set[int] = set()
        for process in snapshot.processes:
            process.sockets = [i for i in dict.fromkeys(process.sockets) if i not in held]
            held.update(process.sockets)
    return snapshots


@given(groups())
@settings(max_examples=400, deadline=None)
def test_same_flows_and_counts(snapshots: list[Snapshot]) -> None:
    snapshots = without_listener_shares(snapshots)
    expected = join(snapshots)
    graph = stitch(snapshots, StitchOptions(), level="connection")
    coverage = graph.coverage
    for name in (
        "sockets",
        "joined",
        "listening",
        "unconnected",
        "recent",
        "external",
        "ambiguous",
        "attempt",
        "unmatched",
        "pairs",
        "reciprocal",
        "queued",
        "self",
    ):
        assert (name, getattr(coverage, name)) == (name, expected.coverage.get(name, 0))
    assert flows_of(graph) == expected.flows


@given(groups())
@settings(max_examples=100, deadline=None)
def test_coarser_levels_are_what_grouping_makes_of_processes(snapshots: list[Snapshot]) -> None:
    options = StitchOptions(recent=True, attempts=True, doubtful=True)
    processes = stitch(snapshots, options)
    for level in ("service", "container", "host"):
        assert stitch(snapshots, options, level) == group(processes, level)


@given(groups(), st.booleans(), st.sampled_from([None, "network"]))
@settings(max_examples=100, deadline=None)
def test_pictures_are_what_grouping_makes_of_services(
    snapshots: list[Snapshot], self_flows: bool, external: str | None
) -> None:
    options = StitchOptions(recent=True, doubtful=True, self_flows=self_flows, external=external)
    joined = join_group(snapshots, options)
    services = stitch(snapshots, options, "service")
    assert readable(joined) == readable(services)
    assert subnets_of(joined.coarser("host")) == subnets_of(services)
    for level in ("service", "container", "host"):
        drawn = group(services, level)
        assert node_count(joined.nodes, level) == len(drawn.nodes)
        for whole in (joined, ungrouped(services)):
            ends = {(f.source, f.target) for f in drawn.flows if f.source != f.target}
            assert whole.coarser(level).lines == len(ends)


@given(groups())
@settings(max_examples=100, deadline=None)
def test_order_of_snapshots_changes_nothing(snapshots: list[Snapshot]) -> None:
    assert stitch(snapshots) == stitch(list(reversed(snapshots)))


@given(groups())
@settings(max_examples=100, deadline=None)
def test_same_sockets_of_each_table(snapshots: list[Snapshot]) -> None:
    for snapshot in snapshots:
        for netns in snapshot.netns:
            for table, text in netns.tables.items():
                order = snapshot.host.byteorder
                columns = parse_inet(text, order == "big", table.endswith("6"))
                expected = read_inet(text, order)
                assert columns.bad.count == 0
                assert len(columns) == len(expected)
                for i, line in enumerate(expected):
                    local = columns.local_hi[i] << 64 | columns.local_lo[i]
                    remote = columns.remote_hi[i] << 64 | columns.remote_lo[i]
                    assert (format_address(local), format_address(remote)) == (
                        str(line.local),
                        str(line.remote),
                    )
                    assert (
                        columns.local_port[i],
                        columns.remote_port[i],
                        columns.state[i],
                        columns.uid[i],
                        columns.inode[i],
                    ) == (line.local_port, line.remote_port, line.state, line.uid, line.inode)
