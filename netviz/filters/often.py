"""``--seen-in``: flows that enough snapshots of their machines list."""

from __future__ import annotations

from dataclasses import replace

from netviz.graph import Flow, Graph


def often(graph: Graph, percent: int) -> Graph:
    """The flows seen in at least that share of the snapshots, with every node.

    Where no machine has several snapshots each flow was seen in all there are.
    """
    flows = tuple(flow for flow in graph.flows if _is_often(flow, percent))
    return replace(graph, flows=flows)


def _is_often(flow: Flow, percent: int) -> bool:
    return flow.seen is None or 100 * flow.seen.snapshots >= percent * flow.seen.of
