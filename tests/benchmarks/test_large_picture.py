"""500 machines with 10,000 flows among 1,500 pairs of them: what is drawn can be read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fleet import Shape, write

from netviz.bundles import MOST_LINES, bundles
from netviz.graph import Graph
from netviz.readable import MOST_NODES, readable
from netviz.render import RenderOptions, render
from netviz.snapshot import load
from netviz.stitch import stitch
from netviz.subnets import by_subnet

SHAPE = Shape(hosts=500, sockets=80, inner=0.25, edges=20, peers=3, services=10, workers=1, idle=0)

LAYOUT_LIMIT = 10.0
"""Seconds that Graphviz may take."""


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    files = write(SHAPE, tmp_path_factory.mktemp("fleet"))
    return stitch((one for path in files for one in load(path)), level="service")


def test_it_is_the_fleet_that_was_asked_for(graph: Graph) -> None:
    machine = {node.id: node.machine for node in graph.nodes}
    assert len(graph.machines) == 500
    assert len(graph.flows) == 10_000
    assert len({(machine[flow.source], machine[flow.target]) for flow in graph.flows}) == 1_500


def test_the_default_picture_can_be_read_and_has_everything(graph: Graph) -> None:
    chosen, why = readable(graph)
    assert (chosen.level, why) == ("subnet", "5,000 services are too many to read")
    assert len(chosen.nodes) == 20
    assert len(bundles(chosen)) <= MOST_LINES
    assert sum(f.connections for f in chosen.flows) == sum(f.connections for f in graph.flows)
    assert b"<svg" in render(chosen, "svg", RenderOptions(time_limit=LAYOUT_LIMIT))


def test_subnets_that_all_talk_to_each_other_are_laid_out_in_time(graph: Graph) -> None:
    """More lines than can be read, at the coarsest level: it is drawn all the same."""
    nodes = by_subnet(graph).nodes
    pairs = [(one.id, two.id) for one in nodes for two in nodes if one is not two]
    flows = tuple(
        replace(graph.flows[0], source=source, target=target, port=port)
        for source, target in pairs
        for port in (8000, 8001, 8002)
    )
    crowded = replace(graph, nodes=nodes, flows=flows, level="subnet")
    assert len(bundles(crowded)) == 380 > MOST_LINES
    assert "nslimit=" in render(crowded, "dot").decode()
    assert b"<svg" in render(crowded, "svg", RenderOptions(time_limit=LAYOUT_LIMIT))


def test_the_largest_picture_that_is_chosen_is_laid_out_in_time(graph: Graph) -> None:
    """As many nodes and lines as there may be, each line with several names."""
    names = [node.id for node in graph.nodes[:MOST_NODES]]
    ends = [pair for step in (1, 3, 7) for pair in zip(names, names[step:], strict=False)]
    flows = tuple(
        replace(flow, source=source, target=target, port=8000 + number % 6)
        for number, flow in enumerate(graph.flows[: 6 * MOST_LINES])
        for source, target in [ends[number // 6]]
    )
    largest = replace(graph, nodes=graph.nodes[:MOST_NODES], flows=flows)
    assert readable(largest) == (largest, "")
    assert len(bundles(largest)) == MOST_LINES
    assert b"<svg" in render(largest, "svg", RenderOptions(time_limit=LAYOUT_LIMIT))
