"""The level of a picture where nobody has asked for one: the finest that a person can read."""

from __future__ import annotations

from netviz.graph import Graph
from netviz.group import group
from netviz.subnets import by_subnet

MOST_NODES = 120
MOST_FLOWS = 300
"""What fits on a wide screen and is still followed by eye; Graphviz lays it out in seconds."""

COARSER = ("container", "host", "subnet")


def readable(graph: Graph) -> tuple[Graph, str]:
    """The graph, of services, at the finest level that can be read, and a sentence about that.

    The sentence is empty where the graph stays as it is. If no level is small enough it is the
    coarsest.
    """
    chosen = graph
    for level in COARSER:
        if _is_readable(chosen):
            break
        chosen = by_subnet(chosen) if level == "subnet" else group(chosen, level)
    if chosen.level == graph.level:
        return graph, ""
    return chosen, (
        f"drawn by {chosen.level}, because {len(graph.nodes):,} services with {len(graph.flows):,} "
        "flows are too much to read; --group-by service draws them, "
        "--only and --around a part of them"
    )


def _is_readable(graph: Graph) -> bool:
    return len(graph.nodes) <= MOST_NODES and len(graph.flows) <= MOST_FLOWS
