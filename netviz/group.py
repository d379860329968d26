"""Coarser graphs: with one node for each service, container or host, and flows between those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from netviz.folding import fold_flows
from netviz.graph import LEVELS, Coverage, Flow, Graph, Machine, Node
from netviz.node_levels import coarser_nodes


class Flows(Protocol):
    """What flows between nodes of any level can be made of; ``node_of`` has those of each node."""

    def between(self, node_of: Mapping[str, str]) -> tuple[Flow, ...]:
        """The flows between coarser nodes, sorted."""
        ...

    def linked(self, node_of: Mapping[str, str]) -> int:
        """How many pairs of different coarser nodes have flows from the one to the other."""
        ...


class FinerFlows:
    """Flows that are made of finer ones."""

    def __init__(self, flows: Sequence[Flow]) -> None:
        self._flows = flows

    def between(self, node_of: Mapping[str, str]) -> tuple[Flow, ...]:
        return fold_flows(self._flows, node_of)

    def linked(self, node_of: Mapping[str, str]) -> int:
        ends = {(node_of[flow.source], node_of[flow.target]) for flow in self._flows}
        return sum(source != target for source, target in ends)


class _CoarserFlows:
    """Flows of which it is known in which coarser node each node is, and that is told of those."""

    def __init__(self, flows: Flows, node_of: Mapping[str, str]) -> None:
        self._flows = flows
        self._node_of = node_of

    def between(self, node_of: Mapping[str, str]) -> tuple[Flow, ...]:
        return self._flows.between(self._through(node_of))

    def linked(self, node_of: Mapping[str, str]) -> int:
        return self._flows.linked(self._through(node_of))

    def _through(self, node_of: Mapping[str, str]) -> dict[str, str]:
        return {node: node_of[coarser] for node, coarser in self._node_of.items()}


@dataclass(frozen=True, slots=True)
class Ungrouped:
    """What graphs of coarser levels are made of, without making those that nobody looks at.

    ``level`` is that of ``nodes``.
    """

    machines: tuple[Machine, ...]
    nodes: tuple[Node, ...]
    flows: Flows
    coverage: Coverage
    level: str

    def grouped(self, nodes: tuple[Node, ...], node_of: Mapping[str, str], level: str) -> Graph:
        """The graph of coarser ``nodes``, sorted; ``node_of`` has the one of each of its own."""
        return Graph(self.machines, nodes, self.flows.between(node_of), self.coverage, level)

    def coarser(self, level: str) -> Ungrouped:
        """The same with the nodes of ``level``."""
        if level == self.level:
            return self
        nodes, node_of = coarser_nodes(self.nodes, self.machines, level)
        return replace(self, nodes=nodes, flows=_CoarserFlows(self.flows, node_of), level=level)

    def graph(self) -> Graph:
        """The graph of its own nodes."""
        return self.grouped(self.nodes, {node.id: node.id for node in self.nodes}, self.level)

    @property
    def lines(self) -> int:
        """How many pairs of different nodes have flows from the one to the other."""
        return self.flows.linked({node.id: node.id for node in self.nodes})


def ungrouped(graph: Graph | Ungrouped) -> Ungrouped:
    """What coarser graphs are made of."""
    if isinstance(graph, Ungrouped):
        return graph
    flows = FinerFlows(graph.flows)
    return Ungrouped(graph.machines, graph.nodes, flows, graph.coverage, graph.level)


def group(graph: Graph | Ungrouped, level: str) -> Graph:
    """The graph with one node per ``level``, an entry of ``graph.LEVELS``.

    Fields that differ among the processes of a node are None; flows between the same two nodes
    are one, and those between two processes of one node are a flow from it to itself.
    ``process`` and ``connection`` give the graph as it is. Raises ValueError for an unknown
    level, or one that is finer than the graph.
    """
    if level not in LEVELS:
        raise ValueError(f"unknown level {level!r}: not one of {', '.join(LEVELS)}")
    if isinstance(graph, Graph) and level in (graph.level, "connection", "process"):
        return graph
    whole = ungrouped(graph)
    if level in ("connection", "process"):
        return whole.graph()
    if LEVELS.index(level) < LEVELS.index(graph.level):
        raise ValueError(f"a graph of level {graph.level} cannot be made finer: {level}")
    return whole.coarser(level).graph()
