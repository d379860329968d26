"""Where nodes stand: in a machine, a network namespace of it, a container."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from netviz.graph import Graph, Node

_NODE_IS_MACHINE = ("host", "subnet", "label")
"""Levels at which nodes stand on their own: they are machines, or span them."""

_NODE_IS_CONTAINER = ("host", "container")


@dataclass(slots=True)
class Place:
    """A box in the picture: its title lines, the nodes right in it, the boxes in it."""

    title: tuple[str, ...]
    nodes: list[Node] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)


def places(graph: Graph) -> dict[str, Place]:
    """The box of every machine that has nodes, by machine id; none where a node is a machine."""
    if graph.level in _NODE_IS_MACHINE:
        return {}
    by_machine: dict[str, list[Node]] = {}
    for node in graph.nodes:
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
    title = f"network namespace {_bare(netns)}"
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


def _bare(netns: str) -> str:
    return netns.removeprefix("netns ")
