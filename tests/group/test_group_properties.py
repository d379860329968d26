"""What grouping must keep whatever the graph: every connection, and the same result always."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from graph_strategies import COARSER, process_graphs
from hypothesis import given
from hypothesis import strategies as st

from netviz.graph import LEVELS, MATCHES, SAMPLES, Graph
from netviz.group import group

levels = st.sampled_from(COARSER)


@given(process_graphs(), levels)
def test_every_connection_is_in_a_flow(graph: Graph, level: str) -> None:
    grouped = group(graph, level)
    before = sum(flow.connections for flow in graph.flows)
    assert sum(flow.connections for flow in grouped.flows) == before


@given(process_graphs(), levels, levels)
def test_grouping_a_grouped_graph_is_grouping_at_once(graph: Graph, one: str, other: str) -> None:
    finer, coarser = sorted((one, other), key=LEVELS.index)
    assert group(group(graph, finer), coarser) == group(graph, coarser)


@given(process_graphs(), levels, st.randoms(use_true_random=False))
def test_the_order_of_nodes_and_flows_changes_nothing(
    graph: Graph, level: str, random: Random
) -> None:
    nodes, flows = list(graph.nodes), list(graph.flows)
    random.shuffle(nodes)
    random.shuffle(flows)
    shuffled = replace(graph, nodes=tuple(nodes), flows=tuple(flows))
    assert group(shuffled, level) == group(graph, level)


@given(process_graphs(), levels)
def test_ends_exist_and_places_are_unique(graph: Graph, level: str) -> None:
    grouped = group(graph, level)
    ids = [node.id for node in grouped.nodes]
    assert ids == sorted(set(ids))
    assert {end for flow in grouped.flows for end in (flow.source, flow.target)} <= set(ids)
    places = [(f.source, f.target, f.proto, f.port, f.path) for f in grouped.flows]
    assert len(places) == len(set(places))


@given(process_graphs(), levels)
def test_counts_of_a_flow_agree(graph: Graph, level: str) -> None:
    for flow in group(graph, level).flows:
        assert flow.connections == sum(flow.matches.values())
        assert list(flow.matches) == [kind for kind in MATCHES if kind in flow.matches]
        assert flow.match == next(iter(flow.matches))
        assert len(flow.samples) <= SAMPLES
        assert flow.samples == tuple(sorted(flow.samples))


@given(process_graphs(), levels)
def test_pids_and_listeners_are_kept_by_machine(graph: Graph, level: str) -> None:
    def held(of: Graph) -> set[tuple[object, ...]]:
        pids = {(node.machine, pid) for node in of.nodes for pid in node.pids}
        return pids | {(node.machine, port) for node in of.nodes for port in node.listeners}

    assert held(group(graph, level)) == held(graph)


@given(process_graphs(), levels)
def test_ids_do_not_come_from_pids(graph: Graph, level: str) -> None:
    other = tuple(replace(node, pids=tuple(p + 1000 for p in node.pids)) for node in graph.nodes)
    moved = group(replace(graph, nodes=other), level)
    assert [node.id for node in moved.nodes] == [node.id for node in group(graph, level).nodes]


@given(process_graphs(), st.sampled_from(("process", "connection")))
def test_the_finest_levels_give_the_graph_itself(graph: Graph, level: str) -> None:
    assert group(graph, level) is graph


@given(process_graphs())
def test_a_coarse_graph_cannot_be_made_finer(graph: Graph) -> None:
    with pytest.raises(ValueError, match="finer"):
        group(group(graph, "host"), "service")


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown level"):
        group(Graph((), (), (), None), "rack")  # type: ignore[arg-type]
