"""Flows apart by the addresses of their connections, for as long as an expression asks for those.

A flow names five connections. Where ``StitchOptions.by_address`` keeps connections of other
addresses apart, these tell the addresses of all.
"""

from __future__ import annotations

from dataclasses import replace

from netviz.filters.expression import Expression, FieldTest
from netviz.folding import fold_flows
from netviz.graph import Graph


def asks_address(expression: Expression) -> bool:
    """Whether a test of the expression is one of ``address``."""
    asked = set()

    def note(test: FieldTest) -> None:
        asked.add(test.field)

    expression(note)
    return "address" in asked


def together(graph: Graph) -> Graph:
    """The graph with one flow again where several differ in addresses alone."""
    if graph.level == "connection":  # there they are apart by nature
        return graph
    return replace(graph, flows=fold_flows(graph.flows, {node.id: node.id for node in graph.nodes}))
