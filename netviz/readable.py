"""The level of a picture where nobody has asked for one: the finest that a person can read."""

from __future__ import annotations

from collections.abc import Mapping

from netviz.graph import Graph
from netviz.group import group, node_ids
from netviz.subnets import by_subnet

MOST_NODES = 120
MOST_FLOWS = 300
"""What fits on a wide screen and is still followed by eye; Graphviz lays it out in seconds."""

COARSER = ("container", "host")
SUBNET = "subnet"


def readable(graph: Graph) -> tuple[Graph, str]:
    """The graph, of services, at the finest level that can be read, and a sentence about that.

    The sentence is empty where the graph stays as it is. If no level is small enough it is the
    coarsest.
    """
    if _is_readable(len(graph.nodes), len(graph.flows)):
        return graph, ""
    level = next((level for level in COARSER if _fits(graph, node_ids(graph.nodes, level))), SUBNET)
    return by_subnet(graph) if level == SUBNET else group(graph, level), (
        f"drawn by {level}, because {len(graph.nodes):,} services with {len(graph.flows):,} "
        "flows are too much to read; --group-by service draws them, "
        "--only and --around a part of them"
    )


def _fits(graph: Graph, node_of: Mapping[str, str]) -> bool:
    """Whether a level can be read, without making it: ``node_of`` has its nodes' ids."""
    flows = {
        (node_of[flow.source], node_of[flow.target], flow.proto, flow.port, flow.path)
        for flow in graph.flows
    }
    return _is_readable(len(set(node_of.values())), len(flows))


def _is_readable(nodes: int, flows: int) -> bool:
    return nodes <= MOST_NODES and flows <= MOST_FLOWS
