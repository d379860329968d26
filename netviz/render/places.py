"""Where nodes stand: in a machine, a network namespace of it, a container; or apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from netviz.graph import OUTSIDE, Graph, Node

_NODE_IS_MACHINE = ("host", "subnet", "label")
"""Levels at which nodes stand on their own: they are machines, or span them."""

_NODE_IS_CONTAINER = ("host", "container")

APART = "no flow seen"
"""The title of the box of nodes that have none, beside others in the same place that do."""


@dataclass(slots=True)
class Place:
    """A box in the picture: its title lines, the nodes right in it, the boxes in it.

    ``apart``: it is the box of nodes without a flow.
    """

    title: tuple[str, ...]
    nodes: list[Node] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    apart: bool = False


def namespace_title(netns: str) -> str:
    """``network namespace blue``, of the display name of one that is not the machine's own."""
    return f"network namespace {netns.removeprefix('netns ')}"


def place_title(machine: str, netns: str | None) -> str:
    """``web``; ``web, network namespace blue`` for one that is not the machine's own."""
    return machine if netns is None else f"{machine}, {namespace_title(netns)}"


def machine_places(graph: Graph) -> dict[str, Place]:
    """The box of every machine that has nodes, by machine id; none where a node is a machine."""
    if graph.level in _NODE_IS_MACHINE:
        return {}
    linked = _linked(graph)
    return {machine: _set_apart(place, linked) for machine, place in _machines(graph).items()}


def open_place(graph: Graph) -> Place:
    """What stands in no machine: all nodes where a node is a machine, else those outside."""
    alone = graph.level in _NODE_IS_MACHINE
    nodes = [node for node in graph.nodes if alone or node.owner == OUTSIDE]
    return _set_apart(Place((), nodes), _linked(graph))


def _linked(graph: Graph) -> set[str]:
    return {end for flow in graph.flows for end in (flow.source, flow.target)}


def _set_apart(place: Place, linked: set[str]) -> Place:
    """The place, whose nodes without a flow are in a box of their own if others have one."""
    inner = [_set_apart(one, linked) for one in place.places]
    alone = [node for node in place.nodes if node.id not in linked]
    if not alone or (len(alone) == len(place.nodes) and not inner):
        return Place(place.title, place.nodes, inner)
    others = [node for node in place.nodes if node.id in linked]
    return Place(place.title, others, [*inner, Place((APART,), alone, apart=True)])


def _machines(graph: Graph) -> dict[str, Place]:
    by_machine: dict[str, list[Node]] = {}
    for node in graph.nodes:
        if node.owner != OUTSIDE:
            by_machine.setdefault(node.machine, []).append(node)
    nested = graph.level not in _NODE_IS_CONTAINER
    return {machine: _machine(by_machine[machine], nested) for machine in sorted(by_machine)}


def _machine(nodes: list[Node], nested: bool) -> Place:
    if not nested:
        return Place((), nodes)
    by_namespace: dict[str, list[Node]] = {}
    outer = Place(())
    own = []
    for node in nodes:
        if node.netns is None:
            own.append(node)
        else:
            by_namespace.setdefault(node.netns, []).append(node)
    _fill_containers(outer, own)
    for netns in sorted(by_namespace):
        outer.places.append(_namespace(netns, by_namespace[netns]))
    return outer


def _namespace(netns: str, nodes: list[Node]) -> Place:
    """An extra namespace; where it holds one container alone the two are one box."""
    title = namespace_title(netns)
    containers = {node.container for node in nodes if node.container is not None}
    outside = any(node.container is None and node.owner is None for node in nodes)
    if len(containers) == 1 and not outside:
        return Place((f"container {containers.pop()}", title), nodes)
    place = Place((title,))
    _fill_containers(place, nodes)
    return place


def _fill_containers(outer: Place, nodes: Iterable[Node]) -> None:
    by_container: dict[str, list[Node]] = {}
    for node in nodes:
        if node.container is None:
            outer.nodes.append(node)
        else:
            by_container.setdefault(node.container, []).append(node)
    for container in sorted(by_container):
        outer.places.append(Place((f"container {container}",), by_container[container]))
