"""The DOT of a graph with one of everything, byte for byte, at each level."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from sample_graphs import two_machines
from svg_reading import painted

from netviz.graph import LEVELS
from netviz.group import group
from netviz.render import render

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("level", LEVELS)
def test_dot_is_as_kept(level: str) -> None:
    graph = group(two_machines(), level)
    if level == "connection":
        graph = replace(graph, level=level)
    assert render(graph, "dot").decode() == (GOLDEN / f"{level}.dot").read_text("utf-8")


@pytest.mark.parametrize("level", ("service", "container", "host"))
@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_nodes_and_flows_changes_no_byte(level: str, seed: int) -> None:
    graph = two_machines()
    nodes, flows = list(graph.nodes), list(graph.flows)
    Random(seed).shuffle(nodes)
    Random(seed).shuffle(flows)
    shuffled = replace(graph, nodes=tuple(nodes), flows=tuple(flows))
    for format in ("dot", "json"):
        assert render(group(shuffled, level), format) == render(group(graph, level), format)


@pytest.mark.usefixtures("dot_program")
@pytest.mark.parametrize("level", LEVELS)
def test_dot_is_what_graphviz_reads(level: str) -> None:
    graph = group(two_machines(), level)
    read = painted(render(graph, "dot"))
    assert sum(name.startswith("n") for name in read.node) == len(graph.nodes)
