"""What moves together in a migration: waves of nodes, and the flows that are cut between them.

Nodes that any flow joins, directly or through others, are one wave. Where that is larger than a
person can move at once it is split: of all pairs of nodes, those with most connections are joined
first, as long as what they make stays small enough. So the weakest are the ones that are cut.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from netviz.graph import Flow, Graph, Node


@dataclass(frozen=True, slots=True)
class Wave:
    """Nodes that move together; ``inside`` are the flows among them, ``cut`` those that leave."""

    nodes: tuple[Node, ...]
    inside: tuple[Flow, ...]
    cut: tuple[Flow, ...]


@dataclass(frozen=True, slots=True)
class Waves:
    """``waves`` with a flow each, ``alone`` the nodes without any, ``cut`` every flow between two.

    ``graph`` is what they were found in. ``number_of`` has the place of each node's wave in
    ``waves``, by the id of the node.
    """

    graph: Graph
    waves: tuple[Wave, ...]
    alone: tuple[Node, ...]
    cut: tuple[Flow, ...]
    number_of: dict[str, int]


def waves(graph: Graph, most: int | None = None) -> Waves:
    """The waves of a graph, of at most ``most`` nodes each.

    First those with fewest cut connections, then the largest, then in order of their nodes.
    """
    flows = [flow for flow in graph.flows if flow.source != flow.target]
    linked = {end for flow in flows for end in (flow.source, flow.target)}
    of = _Groups(linked)
    for first, second in _strongest_first(flows):
        of.unite(first, second, most)
    nodes: dict[str, list[Node]] = {}
    for node in graph.nodes:
        if node.id in linked:
            nodes.setdefault(of.name(node.id), []).append(node)
    inside: dict[str, list[Flow]] = {name: [] for name in nodes}
    leaving: dict[str, list[Flow]] = {name: [] for name in nodes}
    cut = []
    for flow in flows:
        source, target = of.name(flow.source), of.name(flow.target)
        if source == target:
            inside[source].append(flow)
        else:
            leaving[source].append(flow)
            leaving[target].append(flow)
            cut.append(flow)
    found = [Wave(tuple(nodes[name]), tuple(inside[name]), tuple(leaving[name])) for name in nodes]
    found.sort(key=_order)
    return Waves(
        graph,
        tuple(found),
        (*(node for node in graph.nodes if node.id not in linked), *_silent_machines(graph)),
        tuple(cut),
        {node.id: number for number, wave in enumerate(found) for node in wave.nodes},
    )


def _silent_machines(graph: Graph) -> list[Node]:
    """The machines without any socket, where nodes are machines."""
    if graph.level != "host":
        return []
    known = {node.machine for node in graph.nodes}
    return [
        Node(id=machine.id, machine=machine.id, name=None, label=machine.name)
        for machine in graph.machines
        if machine.id not in known
    ]


def _order(wave: Wave) -> tuple[int, int, list[str]]:
    cut = sum(flow.connections for flow in wave.cut)
    return cut, -len(wave.nodes), [node.id for node in wave.nodes]


def _strongest_first(flows: Iterable[Flow]) -> list[tuple[str, str]]:
    """Pairs of nodes with flows between them, those of most connections first."""
    strength: dict[tuple[str, str], int] = {}
    for flow in flows:
        pair = (min(flow.source, flow.target), max(flow.source, flow.target))
        strength[pair] = strength.get(pair, 0) + flow.connections
    return sorted(strength, key=lambda pair: (-strength[pair], pair))


class _Groups:
    """Disjoint sets of nodes, each known by one of them."""

    def __init__(self, nodes: Iterable[str]) -> None:
        self._above = {node: node for node in nodes}
        self._size = dict.fromkeys(self._above, 1)

    def name(self, node: str) -> str:
        """The node that stands for the set of ``node``."""
        while self._above[node] != node:
            self._above[node] = self._above[self._above[node]]
            node = self._above[node]
        return node

    def unite(self, first: str, second: str, most: int | None) -> None:
        """Make one set of two, unless it would have more than ``most`` nodes."""
        first, second = sorted((self.name(first), self.name(second)))
        size = self._size[first] + self._size[second]
        if first == second or (most is not None and size > most):
            return
        self._above[second] = first
        self._size[first] = size
