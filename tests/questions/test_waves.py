"""Waves: what flows join moves together, unless that is too much."""

from __future__ import annotations

import csv
import io
import json

from hypothesis import given
from hypothesis import strategies as st
from small_graphs import flow, graph, node

from netviz.across import SEVERAL
from netviz.graph import Graph, Machine, Node
from netviz.questions.waves import Waves, waves
from netviz.questions.waves_output import FORMATS, summary
from netviz.render.options import DEFAULTS


def names(found: Waves) -> list[str]:
    return ["".join(node.label for node in wave.nodes) for wave in found.waves]


def letters(text: str, *flows: tuple[str, int]) -> Graph:
    """A node for each letter; flows such as ``("ab", 3)``: three connections from a to b."""
    return graph(
        *(node(letter) for letter in text),
        flows=tuple(flow(pair[0], pair[1], count=count) for pair, count in flows),
        level="host",
    )


def test_what_is_joined_through_others_is_one_wave() -> None:
    found = waves(letters("abcdefg", ("ab", 1), ("cb", 1), ("de", 1)))
    assert names(found) == ["abc", "de"]
    assert [node.label for node in found.alone] == ["f", "g"]
    assert found.cut == ()
    assert [len(wave.inside) for wave in found.waves] == [2, 1]


def test_a_flow_from_a_node_to_itself_joins_nothing() -> None:
    found = waves(letters("a", ("aa", 5)))
    assert (found.waves, [node.label for node in found.alone]) == ((), ["a"])


def test_the_weakest_flows_are_cut() -> None:
    """a-b and c-d are strong, b-c holds them together by one connection."""
    found = waves(letters("abcd", ("ab", 9), ("bc", 1), ("dc", 8)), most=2)
    assert names(found) == ["ab", "cd"]
    assert [(f.source, f.target) for f in found.cut] == [("b", "c")]
    assert [wave.cut for wave in found.waves] == [found.cut, found.cut]


def test_flows_both_ways_and_to_several_ports_count_together() -> None:
    parallel = graph(
        *map(node, "abc"),
        flows=(flow("a", "b", 80, count=3), flow("b", "a", 81, count=3), flow("b", "c", count=5)),
    )
    assert names(waves(parallel, most=2)) == ["ab", "c"]


def test_a_limit_that_fits_cuts_nothing() -> None:
    assert waves(letters("abc", ("ab", 1), ("bc", 1)), most=3).cut == ()


def test_waves_with_fewer_cut_connections_come_first() -> None:
    found = waves(letters("abcdef", ("ab", 9), ("bc", 2), ("cd", 9), ("ef", 1)), most=2)
    assert names(found) == ["ef", "ab", "cd"]


def test_a_machine_without_a_socket_is_alone() -> None:
    silent = Machine("z", "zed")
    given = Graph((silent,), (), (), letters("").coverage, "host")
    assert [node.label for node in waves(given).alone] == ["zed"]


def test_formats_agree() -> None:
    given = letters("abcde", ("ab", 9), ("bc", 2), ("cd", 9))
    found = waves(given, most=2)
    document = json.loads(FORMATS["json"](found, DEFAULTS))
    assert [[n["name"] for n in wave["nodes"]] for wave in document["waves"]] == [
        ["a", "b"],
        ["c", "d"],
    ]
    assert document["waves"][0]["inside"] == {"flows": 1, "connections": 9}
    assert document["waves"][0]["cut"] == {"flows": 1, "connections": 2}
    assert [n["name"] for n in document["alone"]] == ["e"]
    (cut,) = document["cut"]
    assert (cut["source_wave"], cut["target_wave"], cut["connections"]) == (1, 2, 2)
    lines = csv.DictReader(io.StringIO(FORMATS["csv"](found, DEFAULTS).decode(), newline=""))
    assert [
        (line["wave"], line["name"], line["connections_inside"], line["connections_cut"])
        for line in lines
    ] == [
        ("1", "a", "9", "2"),
        ("1", "b", "9", "2"),
        ("2", "c", "9", "2"),
        ("2", "d", "9", "2"),
        ("alone", "e", "0", "0"),
    ]
    text = FORMATS["table"](found, DEFAULTS).decode()
    assert [line.split() for line in text.splitlines()[2:7]] == [
        ["1", "a", "a", "9", "2"],
        ["b", "b"],
        ["2", "c", "c", "9", "2"],
        ["d", "d"],
        ["alone", "e", "e"],
    ]
    assert text.splitlines()[-1].split() == ["1", "b", "b", "2", "c", "c", "tcp/80", "http", "2"]
    assert summary(found) == "2 waves, 1 alone; 1 flow cut (2 connections); nothing unreadable"


def test_a_node_of_several_machines_says_so_in_the_place_of_one() -> None:
    spread = Node(id="s", machine=SEVERAL, name="s", label="s", spans=2)
    found = waves(graph(spread, node("b"), flows=(flow("s", "b"),), level="host"))
    text = FORMATS["table"](found, DEFAULTS).decode()
    assert text.splitlines()[2].split() == ["1", "s", "several", "machines", "1", "0"]
    nodes = json.loads(FORMATS["json"](found, DEFAULTS))["waves"][0]["nodes"]
    assert {node["name"]: node["machine"] for node in nodes} == {"s": None, "b": "b"}


pairs = st.tuples(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")).map("".join),
    st.integers(1, 9),
)


@given(st.lists(pairs, max_size=14), st.integers(1, 8))
def test_every_node_is_in_one_wave_and_every_flow_inside_or_cut(
    flows: list[tuple[str, int]], most: int
) -> None:
    given = letters("abcdefgh", *flows)
    found = waves(given, most)
    assert sorted([*"".join(names(found)), *(n.label for n in found.alone)]) == [*"abcdefgh"]
    assert all(len(wave.nodes) <= most for wave in found.waves)
    inside = [flow for wave in found.waves for flow in wave.inside]
    between = [flow for flow in given.flows if flow.source != flow.target]
    assert len(inside) + len(found.cut) == len(between)
    for cut in found.cut:
        assert found.number_of[cut.source] != found.number_of[cut.target]
    assert waves(given, 8).cut == ()


def test_no_cell_of_csv_is_a_formula() -> None:
    found = waves(graph(node("=1+1"), node("b"), flows=(flow("=1+1", "b"),), level="host"))
    assert "'=1+1" in FORMATS["csv"](found, DEFAULTS).decode()
    assert ",=1" not in FORMATS["csv"](found, DEFAULTS).decode()
