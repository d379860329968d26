"""Leaving out nodes that only listen."""

from __future__ import annotations

from netviz.filters import hide_unlinked
from netviz.graph import Coverage, Flow, Graph, Machine, Node


def test_nodes_without_a_flow_go_and_nothing_else() -> None:
    nodes = tuple(Node(name, "m", name, name) for name in ("client", "idle", "server", "talker"))
    flows = (
        Flow("client", "server", "tcp", 80, 1, "reciprocal", {"reciprocal": 1}),
        Flow("talker", "talker", "tcp", 81, 1, "reciprocal", {"reciprocal": 1}),
    )
    graph = Graph((Machine("m", "m"),), nodes, flows, Coverage(sockets=5))
    hidden = hide_unlinked(graph)
    assert [node.id for node in hidden.nodes] == ["client", "server", "talker"]
    assert (hidden.machines, hidden.flows, hidden.coverage) == (
        graph.machines,
        graph.flows,
        graph.coverage,
    )
