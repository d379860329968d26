"""Which flows a picture draws as one line."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

from netviz.graph import Flow, Graph

MOST_LINES = 300
"""How many lines are still followed by eye; Graphviz lays them out in seconds."""

Bundle = tuple[Flow, ...]


def bundles(graph: Graph) -> list[Bundle]:
    """The lines of a picture, each with the flows that it stands for, in the order of the graph.

    A line stands for a flow. But those from a node to itself are one, because their texts would
    lie on each other; and where a picture has more than MOST_LINES, so are those from one node to
    another. Flows of different look (kind of match, known direction) are never one line, nor are
    connections where each has its own.
    """
    if graph.level == "connection":
        return [(flow,) for flow in graph.flows]
    crowded = len(graph.flows) > MOST_LINES
    found: dict[Hashable, list[Flow]] = {}
    for number, flow in enumerate(graph.flows):
        joined = crowded or flow.source == flow.target
        look = (flow.source, flow.target, flow.match, flow.directed)
        found.setdefault(look if joined else number, []).append(flow)
    return [tuple(flows) for flows in found.values()]


def inner_flows(graph: Graph) -> dict[str, Bundle]:
    """The flows from a node to itself, by its id, where it has several that are one line."""
    found: dict[str, list[Flow]] = {}
    if graph.level != "connection":
        for flow in graph.flows:
            if flow.source == flow.target:
                found.setdefault(flow.source, []).append(flow)
    return {node: tuple(flows) for node, flows in found.items() if len(flows) > 1}


def busiest_first(flows: Iterable[Flow]) -> Sequence[Flow]:
    """The flows with most connections first, else in the order that they have."""
    return sorted(flows, key=lambda flow: -flow.connections)
