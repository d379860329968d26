"""``--min-connections``: flows that many connections make."""

from __future__ import annotations

from dataclasses import replace

from netviz.graph import Graph


def busy(graph: Graph, least: int) -> Graph:
    """The flows of at least so many connections, with every node."""
    flows = tuple(flow for flow in graph.flows if flow.connections >= least)
    return replace(graph, flows=flows)
