"""The level of a picture where nobody has asked for one: the finest that a person can read."""

from __future__ import annotations

from collections.abc import Mapping

from netviz.bundles import MOST_LINES
from netviz.graph import Graph
from netviz.group import group, node_ids
from netviz.subnets import WIDE_BITS, by_subnet

MOST_NODES = 120
"""What fits on a wide screen and is still followed by eye; Graphviz lays it out in seconds."""

COARSER = ("container", "host")
SUBNET = "subnet"


def readable(graph: Graph) -> tuple[Graph, str]:
    """The graph, of services, at the finest level that can be read, and why that is another.

    The reason is empty where the graph stays as it is. If no level is small enough it is the
    coarsest: subnets, and wide ones if there are several.
    """
    if _fits(graph, {node.id: node.id for node in graph.nodes}):
        return graph, ""
    level = next((level for level in COARSER if _fits(graph, node_ids(graph.nodes, level))), SUBNET)
    return subnets_of(graph) if level == SUBNET else group(graph, level), (
        f"{len(graph.nodes):,} services with {len(graph.flows):,} flows are too much to read"
    )


def subnets_of(graph: Graph) -> Graph:
    """Its subnets, wide ones if the others are too many to read."""
    narrow = by_subnet(graph)
    if _fits(narrow, {node.id: node.id for node in narrow.nodes}):
        return narrow
    wide = by_subnet(graph, WIDE_BITS)
    return wide if len(wide.nodes) > 1 else narrow


def _fits(graph: Graph, node_of: Mapping[str, str]) -> bool:
    """Whether a level can be read, without making it: ``node_of`` has its nodes' ids.

    Flows between the same two nodes are one line if there are too many (``netviz.bundles``).
    """
    if len(set(node_of.values())) > MOST_NODES:
        return False
    return len({(node_of[flow.source], node_of[flow.target]) for flow in graph.flows}) <= MOST_LINES
