"""``--only`` and ``--hide``: the flows and nodes of which an expression is true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from netviz.filters.expression import Expression, FieldTest
from netviz.filters.fields import END_FIELDS
from netviz.graph import Flow, Graph, Node


def only(graph: Graph, expression: Expression) -> Graph:
    """The flows of which ``expression`` is true, with their ends, and the nodes of which it is."""
    chooser = Chooser(graph)
    flows = tuple(flow for flow in graph.flows if chooser.is_flow(expression, flow))
    ends = {end for flow in flows for end in (flow.source, flow.target)}
    nodes = tuple(
        node for node in graph.nodes if node.id in ends or chooser.is_node(expression, node)
    )
    return replace(graph, nodes=nodes, flows=flows)


def hide(graph: Graph, expression: Expression) -> Graph:
    """The graph without the nodes and flows of which ``expression`` is true.

    A node goes with all its flows; a flow leaves its ends.
    """
    chooser = Chooser(graph)
    nodes = tuple(node for node in graph.nodes if not chooser.is_node(expression, node))
    kept = {node.id for node in nodes}
    flows = tuple(
        flow
        for flow in graph.flows
        if flow.source in kept
        and flow.target in kept
        and not chooser.is_flow(expression, flow, ends=False)
    )
    return replace(graph, nodes=nodes, flows=flows)


class Chooser:
    """Asks expressions of the nodes and flows of a graph."""

    def __init__(self, graph: Graph) -> None:
        self._nodes = {node.id: node for node in graph.nodes}
        self._names = {machine.id: machine.name for machine in graph.machines}

    def is_node(self, expression: Expression, node: Node) -> bool:
        """Whether the expression is true of a node, of which no side and no flow is known."""

        def asked(test: FieldTest) -> bool | None:
            if test.side or test.field not in END_FIELDS:
                return None
            return self.of_end(test, node)

        return expression(asked) is True

    def is_flow(self, expression: Expression, flow: Flow, ends: bool = True) -> bool:
        """Whether it is true of a flow; without ``ends`` a test of either end has no answer."""
        sides: Mapping[str, tuple[Node, ...]] = {
            "client": (self._nodes[flow.source],),
            "server": (self._nodes[flow.target],),
            "": (self._nodes[flow.source], self._nodes[flow.target]) if ends else (),
        }

        def asked(test: FieldTest) -> bool | None:
            if test.field not in END_FIELDS:
                return _of_flow(test, flow)
            nodes = sides[test.side]
            return any(self.of_end(test, node) for node in nodes) if nodes else None

        return expression(asked) is True

    def of_end(self, test: FieldTest, node: Node) -> bool:
        """Whether a test of one of END_FIELDS is true of a node."""
        if test.field == "user":
            return test.has_number(node.uid)
        if test.field == "process":
            return test.matches(node.label) or test.matches(node.name)
        if test.field == "machine":
            return test.matches(self._names.get(node.machine, node.machine))
        return test.matches(node.unit if test.field == "unit" else node.container)


def _of_flow(test: FieldTest, flow: Flow) -> bool:
    if test.field == "port":
        return test.has_number(flow.port)
    if test.field == "proto":
        return test.matches(flow.proto)
    if test.field == "match":
        return any(test.matches(kind) for kind in flow.matches)
    known = [address for sample in flow.samples for address in (sample[0], sample[2])]
    known += [flow.dialled[0]] if flow.dialled else []
    return any(test.has_address(address) for address in known)
