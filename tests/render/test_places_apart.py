"""Nodes without a flow stand apart, in a box of their own in the same place."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sample_graphs import two_machines
from svg_reading import painted

from netviz.graph import Coverage, Flow, Graph, Listener, Machine, Node
from netviz.group import group
from netviz.render import render
from netviz.render.places import APART, Place, machine_places, open_place

LISTENS = (Listener("tcp", "::", 22),)


def node(number: int, **fields: str) -> Node:
    return replace(Node(f"m/{number}", "m", "x", "x", listeners=LISTENS), **fields)  # type: ignore[arg-type]


def graph(*nodes: Node, flow: tuple[int, int] | None = None, level: str = "service") -> Graph:
    flows = () if flow is None else (linking(*flow),)
    return Graph((Machine("m", "m"),), nodes, flows, Coverage(), level)


def linking(source: int, target: int) -> Flow:
    return Flow(f"m/{source}", f"m/{target}", "tcp", 22, 1, "reciprocal", {"reciprocal": 1})


def ids(place: Place) -> list[str]:
    return [one.id for one in place.nodes]


def test_a_node_without_a_flow_stands_apart() -> None:
    place = machine_places(graph(node(1), node(2), node(3), flow=(1, 3)))["m"]
    assert ids(place) == ["m/1", "m/3"]
    (apart,) = place.places
    assert (apart.title, apart.apart, ids(apart)) == ((APART,), True, ["m/2"])


def test_a_flow_to_itself_is_a_flow() -> None:
    place = machine_places(graph(node(1), node(2), flow=(1, 1)))["m"]
    assert ids(place) == ["m/1"]
    assert [ids(one) for one in place.places] == [["m/2"]]


def test_where_nothing_has_a_flow_nothing_is_apart() -> None:
    place = machine_places(graph(node(1), node(2)))["m"]
    assert (ids(place), place.places) == (["m/1", "m/2"], [])


def test_each_container_has_its_own() -> None:
    inside = [node(n, container="c", netns="netns 5") for n in (1, 2)]
    place = machine_places(graph(*inside, node(3), flow=(1, 3)))["m"]
    assert ids(place) == ["m/3"]
    (container,) = place.places
    assert ids(container) == ["m/1"]
    assert [ids(one) for one in container.places if one.apart] == [["m/2"]]


def test_machines_stand_apart_where_they_are_nodes() -> None:
    whole = graph(node(1), node(2), node(3), flow=(1, 2), level="host")
    assert machine_places(whole) == {}
    place = open_place(whole)
    assert ids(place) == ["m/1", "m/2"]
    assert [ids(one) for one in place.places] == [["m/3"]]


@pytest.mark.usefixtures("dot_program")
@pytest.mark.parametrize("level", ["process", "service", "container", "host"])
def test_every_node_is_drawn_once(level: str) -> None:
    grouped = group(two_machines(), level)
    read = painted(render(grouped, "dot"))
    assert sum(name.startswith("n") for name in read.node) == len(grouped.nodes)
    titles = [text for texts in read.cluster.values() for text in texts]
    linked = {end for flow in grouped.flows for end in (flow.source, flow.target)}
    alone = [one for one in grouped.nodes if one.id not in linked]
    assert (APART in titles) is bool(alone)
