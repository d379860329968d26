"""Whatever a target is called, its name stays text: read back from what Graphviz made of it."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sample_graphs import HOSTILE, hostile
from svg_reading import painted

from netviz.graph import LEVELS, Graph
from netviz.group import group
from netviz.render import render
from netviz.render.text import visible
from netviz.render.wording import LONGEST, label

pytestmark = pytest.mark.usefixtures("dot_program")

dangerous = st.text(
    st.one_of(
        st.sampled_from("\\\"'<>&;{}|[]#xNGLEHTlrn \n\r\t\0\x1b\u202e\u2028\ufffe\udcff-/!:%"),
        st.characters(),
    ),
    max_size=30,
)


def check_picture(graph: Graph) -> None:
    read = painted(render(graph, "dot"))
    ids = {node.id: f"n{number}" for number, node in enumerate(graph.nodes, 1)}
    ours = {name for name in read.node if name.startswith("n")}
    assert ours == set(ids.values())
    assert set(read.node) - ours <= {"line", "meaning"}
    for node in graph.nodes:
        assert read.node[ids[node.id]][0] == label(node)
    lines = {f"{ids[flow.source]}->{ids[flow.target]}" for flow in graph.flows}
    assert {line for line in read.edge if not line.startswith("line")} == lines
    for flow in graph.flows:
        path = visible(flow.path or "")
        if len(path) <= LONGEST:
            first = read.edge[f"{ids[flow.source]}->{ids[flow.target]}"][0]
            assert first == f"unix {path}"


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_a_hostile_name_is_shown_as_text(name: str) -> None:
    check_picture(hostile([name]))


@given(st.lists(dangerous, min_size=1, max_size=12))
@example(list(HOSTILE))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_names_are_shown_as_text(names: list[str]) -> None:
    check_picture(hostile(names))


@pytest.mark.parametrize("level", LEVELS)
def test_no_level_lets_a_name_out(level: str) -> None:
    grouped = group(hostile([name for name in HOSTILE if name]), level)
    read = painted(render(grouped, "dot"))
    assert len([name for name in read.node if name.startswith("n")]) == len(grouped.nodes)


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_every_text_on_the_picture_prints(name: str) -> None:
    """Escape codes, text that runs backwards and the like are written out (btop #1846)."""
    source = render(hostile([name]), "dot").decode()
    assert all(character.isprintable() or character == "\n" for character in source)
    read = painted(source.encode())
    shown = [text for texts in (*read.node.values(), *read.edge.values()) for text in texts]
    assert all(text.isprintable() for text in (*read.graph, *shown))


def test_an_escape_code_is_shown_as_such() -> None:
    read = painted(render(hostile(["esc\x1b[31mred"]), "dot"))
    assert read.node["n1"][0] == "esc\\x1b[31mred"


def test_boxes_have_their_names() -> None:
    name = 'a "b" <c> \\N & {d|e}'
    read = painted(render(hostile([name]), "dot"))
    assert read.cluster["cluster_1"][0] == name
    assert read.cluster["cluster_2"][0] == f"container {name}"


def test_ids_are_opaque() -> None:
    source = render(hostile(list(HOSTILE)), "dot").decode()
    without_labels = re.sub(r'"[^"]*"|<(?:[^<>]|<[^<>]*>)*>', "", source)
    words = set(re.findall(r"[a-z]+", without_labels))
    attributes = set(re.findall(r"([a-z]+)=", source))
    assert words - attributes <= {
        *("digraph", "netviz", "graph", "node", "edge", "subgraph"),
        *("n", "cluster", "legend", "line", "meaning", "r", "e", "w"),
    }
