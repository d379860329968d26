"""``--ignore``: what a comparison leaves out, on both sides alike."""

from __future__ import annotations

from dataclasses import replace

from netviz.filters.chosen import Chooser
from netviz.filters.expression import Expression, FieldTest
from netviz.filters.fields import (
    END_FIELDS,
    FLOW_FIELDS,
    FLOW_PROTOS,
    LISTENER_PROTOS,
    Language,
)
from netviz.graph import MATCHES, Graph, Listener, Node

COMPARED_LANGUAGE = Language(
    END_FIELDS + FLOW_FIELDS,
    sided=END_FIELDS,
    kinds={"proto": tuple(dict.fromkeys(FLOW_PROTOS + LISTENER_PROTOS)), "match": MATCHES},
)
"""What ``--ignore`` asks of services, flows and listeners."""

_WITH_PORTS = frozenset({"tcp", "udp", "udplite", "sctp"})


def ignored(graph: Graph, expression: Expression) -> Graph:
    """The graph without the machines, nodes, listeners and flows of which the expression is true.

    Of a flow, tests without a side are tests of either end; of a listener, its holder is the
    server; of a machine, only its name can be asked. A node of which nothing is left goes, too.
    """
    chooser = Chooser(graph)
    nodes = {
        node.id: _without_listeners(chooser, expression, node)
        for node in graph.nodes
        if not chooser.is_node(expression, node)
    }
    flows = tuple(
        flow
        for flow in graph.flows
        if flow.source in nodes and flow.target in nodes and not chooser.is_flow(expression, flow)
    )
    linked = {end for flow in flows for end in (flow.source, flow.target)}
    return replace(
        graph,
        machines=tuple(m for m in graph.machines if not _is_machine(expression, m.name)),
        nodes=tuple(node for node in nodes.values() if node.listeners or node.id in linked),
        flows=flows,
    )


def _without_listeners(chooser: Chooser, expression: Expression, node: Node) -> Node:
    kept = tuple(
        listener
        for listener in node.listeners
        if not _is_listener(chooser, expression, node, listener)
    )
    return node if len(kept) == len(node.listeners) else replace(node, listeners=kept)


def _is_listener(chooser: Chooser, expression: Expression, node: Node, listener: Listener) -> bool:
    def asked(test: FieldTest) -> bool | None:
        if test.side == "client":
            return None
        if test.field in END_FIELDS:
            return chooser.of_end(test, node)
        if test.field == "proto":
            return test.matches(listener.proto)
        if test.field == "port":
            return test.has_number(listener.port) if listener.proto in _WITH_PORTS else None
        return test.has_address(listener.address) if test.field == "address" else None

    return expression(asked) is True


def _is_machine(expression: Expression, name: str) -> bool:
    def asked(test: FieldTest) -> bool | None:
        return test.matches(name) if test.field == "machine" and not test.side else None

    return expression(asked) is True
