"""How flows are drawn: a line of its own for each kind, a legend for those that occur."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import replace

import pytest
from sample_graphs import two_machines
from svg_reading import painted

from netviz.graph import MATCHES, Flow, Graph
from netviz.render import render, styles
from netviz.render.dot_edges import dot_edge, line


def flow(**fields: object) -> Flow:
    made = Flow("a", "b", "tcp", 80, 1, "reciprocal", {"reciprocal": 1})
    return replace(made, **fields)  # type: ignore[arg-type]


def drawn(one: Flow, *, endpoints: bool = False) -> str:
    return dot_edge("n1", "n2", (one,), {"gw-id": "gateway"}, endpoints=endpoints, numeric=True)


def test_no_kind_is_told_by_colour_alone() -> None:
    looks = set()
    for kind in MATCHES:
        look = line(kind, directed=True)
        looks.add((look["style"], look["arrowhead"], look["color"].count(":")))
    assert len(looks) == len(MATCHES)


def test_each_line_is_dark_enough_to_be_seen_on_white() -> None:
    for kind in MATCHES:
        colour = line(kind, directed=True)["color"].split(":")[0].lstrip("#")
        red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4))
        assert 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.6


def test_one_connection_is_not_counted() -> None:
    assert ">tcp/80<" in drawn(flow())


def test_more_connections_are_counted() -> None:
    assert ">tcp/80 x60<" in drawn(flow(connections=60))


def test_well_known_ports_have_names_unless_only_numbers_are_wanted() -> None:
    one = flow(connections=2)
    assert ">tcp/80 http x2<" in dot_edge("n1", "n2", (one,), {}, endpoints=False)
    assert "http" not in dot_edge("n1", "n2", (one,), {}, endpoints=False, numeric=True)


def test_without_a_direction_there_is_no_arrow() -> None:
    assert 'arrowhead="none"' in drawn(flow(directed=False))
    assert 'arrowhead="normal"' in drawn(flow())


def test_translations_are_shown() -> None:
    text = drawn(flow(match="nat", via=("gw-id", "x"), dialled=("10.2.0.1", 8080)))
    assert ">tcp/80<BR/>via gateway, x<BR/>dialled 10.2.0.1:8080<" in text


def test_a_unix_flow_shows_its_path() -> None:
    assert ">unix /run/x<" in drawn(flow(proto="unix", port=None, path="/run/x", match="peer"))


def test_single_connections_show_both_endpoints() -> None:
    one = flow(samples=(("10.0.0.1", 4000, "2001:db8::1", 80),))
    assert "<BR/>10.0.0.1:4000 → [2001:db8::1]:80<" in drawn(one, endpoints=True)
    undirected = replace(one, directed=False)
    assert "<BR/>10.0.0.1:4000 — [2001:db8::1]:80<" in drawn(undirected, endpoints=True)


def test_width_grows_with_the_logarithm_of_the_count() -> None:
    widths = [float(styles.width(10**power)) for power in range(4)]
    steps = {round(after - before, 6) for before, after in itertools.pairwise(widths)}
    assert steps == {1.0}
    assert math.isclose(float(styles.width(10**30)), float(styles.width(10**12)))


def legend(graph: Graph) -> list[str]:
    source = render(graph, "dot").decode()
    column = re.search(r"^ *meaning \[label=<(.*)>\];$", source, re.MULTILINE)
    return re.findall(r">([^<>]+)</TD>", column.group(1)) if column else []


@pytest.mark.parametrize("kind", MATCHES)
def test_the_legend_has_the_kinds_that_occur(kind: str) -> None:
    graph = two_machines()
    one = next(flow for flow in graph.flows if flow.directed)
    only = replace(graph, flows=(replace(one, match=kind, connections=1),))
    assert legend(only) == [styles.LINES[kind].meaning]


def test_the_legend_explains_lines_without_an_arrow() -> None:
    graph = two_machines()
    flows = tuple(f for f in graph.flows if f.match == "reciprocal")
    assert legend(replace(graph, flows=flows))[:2] == [
        "both ends seen",
        "which end is the client is unknown",
    ]


def test_without_flows_there_is_no_legend() -> None:
    graph = replace(two_machines(), flows=())
    assert legend(graph) == []
    assert "legend" not in render(graph, "dot").decode()


@pytest.mark.usefixtures("dot_program")
def test_every_flow_is_a_line_of_its_own() -> None:
    graph = two_machines()
    source = render(graph, "dot")
    assert len(re.findall(rb"^ *n\d+ -> n\d+ ", source, re.MULTILINE)) == len(graph.flows)
    texts = [text for texts in painted(source).edge.values() for text in texts]
    assert texts.count("tcp/5432 postgresql x10") == 6


def test_the_legend_says_how_many_connections_the_thickest_line_is() -> None:
    graph = two_machines()
    few = replace(graph, flows=tuple(replace(one, connections=9) for one in graph.flows))
    assert "thickest" not in render(few, "dot").decode()
    first, *others = few.flows
    many = replace(graph, flows=(replace(first, connections=1200), *others))
    text = render(many, "dot").decode()
    assert "the thickest line here: 1,200 connections" in text
    assert f'penwidth="{styles.width(1200)}"' in text.partition("cluster_legend")[2]
