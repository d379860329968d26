"""The level of a picture where nobody has asked for one: the finest that a person can read."""

from __future__ import annotations

from netviz.bundles import MOST_LINES
from netviz.graph import Graph
from netviz.group import Ungrouped, group, ungrouped
from netviz.node_levels import has_more_nodes, node_count
from netviz.subnets import WIDE_BITS, by_subnet

MOST_NODES = 120
"""What fits on a wide screen and is still followed by eye; Graphviz lays it out in seconds."""

COARSER = ("container", "host")


def readable(graph: Graph | Ungrouped) -> tuple[Graph, str]:
    """The graph at the finest level that can be read, and why that is coarser than services.

    ``graph`` is of services, or finer. The reason is empty where services can be read. If no level
    is small enough it is the coarsest: subnets, and wide ones if there are several.
    """
    services = node_count(graph.nodes, "service")
    why = f"{services:,} services are too many to read"
    if services <= MOST_NODES:
        graph = graph if graph.level == "service" else ungrouped(graph).coarser("service")
        if (drawn := _drawn(graph)) is not None:
            return drawn, ""
        why = f"{services:,} services with more than {MOST_LINES} lines are too much to read"
    for level in COARSER:
        if has_more_nodes(graph.nodes, level, MOST_NODES):
            continue
        graph = ungrouped(graph).coarser(level)
        if (drawn := _drawn(graph)) is not None:
            return drawn, why
    return subnets_of(ungrouped(graph).coarser(COARSER[-1])), why


def _drawn(graph: Graph | Ungrouped) -> Graph | None:
    """The graph, None where it has too many lines to read; not made if that is known before."""
    if ungrouped(graph).lines > MOST_LINES:
        return None
    drawn = group(graph, graph.level)
    return drawn if _has_few_lines(drawn) else None


def subnets_of(graph: Graph | Ungrouped) -> Graph:
    """Its subnets, wide ones if the others are too many to read."""
    narrow = by_subnet(graph)
    if len(narrow.nodes) <= MOST_NODES and _has_few_lines(narrow):
        return narrow
    wide = by_subnet(graph, WIDE_BITS)
    return wide if len(wide.nodes) > 1 else narrow


def _has_few_lines(graph: Graph) -> bool:
    """Flows between the same two nodes are one line if there are too many (``netviz.bundles``)."""
    return len({(flow.source, flow.target) for flow in graph.flows}) <= MOST_LINES
