"""netviz.stitch against the naive join, on random groups of snapshots."""

from __future__ import annotations

from collections import Counter

from hypothesis import assume, given, settings
from machine_documents import check_sums
from naive_join import NOBODY, End, Result, join, record
from strategies import GroupPlan, build_group, group_plans

from netviz.graph import Graph
from netviz.stitch import StitchOptions, stitch

COUNTS = (
    "sockets",
    "joined",
    "listening",
    "unconnected",
    "recent",
    "attempt",
    "external",
    "ambiguous",
    "unmatched",
    "pairs",
    "reciprocal",
    "nat",
    "queued",
    "one_sided",
    "self",
    "unowned",
)
OTHERS = ("unix", "raw", "packet", "icmp")


def connections(graph: Graph) -> Counter[tuple[object, ...]]:
    """The flows of a graph of level ``connection`` as the records of the naive join."""
    ends = process_ends(graph)
    counted: Counter[tuple[object, ...]] = Counter()
    for flow in graph.flows:
        ((address, port, other_address, other_port),) = flow.samples
        near = (flow.proto, address, port)
        far = (flow.proto, other_address, other_port)
        assert flow.connections == 1
        assert flow.port == other_port
        source, target = ends[flow.source], ends[flow.target]
        counted[record(source, near, target, far, flow.match, flow.directed)] += 1
    return counted


def process_ends(graph: Graph) -> dict[str, End]:
    machines = {machine.id: machine.name for machine in graph.machines}
    ends: dict[str, End] = {}
    for node in graph.nodes:
        if node.owner is None:
            (pid,) = node.pids
            ends[node.id] = (machines[node.machine], pid)
        else:
            assert node.pids == ()
            ends[node.id] = (machines[node.machine], NOBODY)
    return ends


def counts(graph: Graph) -> dict[str, int]:
    found = {name: getattr(graph.coverage, name) for name in COUNTS}
    return found | {f"other.{name}": graph.coverage.other.get(name, 0) for name in OTHERS}


def expected_counts(result: Result) -> dict[str, int]:
    return {name: result.count[name] for name in (*COUNTS, *(f"other.{n}" for n in OTHERS))}


@settings(max_examples=300, deadline=None)
@given(group_plans)
def test_same_connections_and_counts(plan: GroupPlan) -> None:
    snapshots = build_group(plan)
    expected = join(snapshots)
    assume(not expected.reused)
    graph = stitch(snapshots, StitchOptions(self_flows=True), "connection")
    assert connections(graph) == expected.flows
    assert counts(graph) == expected_counts(expected)
    check_sums(graph)


@settings(max_examples=100, deadline=None)
@given(group_plans)
def test_same_ingress(plan: GroupPlan) -> None:
    snapshots = build_group(plan)
    graph = stitch(snapshots)
    ends = process_ends(graph)
    shown = {
        (*ends[node.id], listener.proto, listener.address, listener.port)
        for node in graph.nodes
        for listener in node.listeners
        if node.owner is None
    }
    assert shown == join(snapshots).ingress
