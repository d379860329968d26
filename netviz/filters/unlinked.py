"""Leaving out what only listens."""

from __future__ import annotations

from dataclasses import replace

from netviz.graph import Graph


def hide_unlinked(graph: Graph) -> Graph:
    """The graph without the nodes that no flow starts or ends at: those that only listen."""
    linked = {end for flow in graph.flows for end in (flow.source, flow.target)}
    return replace(graph, nodes=tuple(node for node in graph.nodes if node.id in linked))
