"""The one line that says what a stitch has found, and what it could not see."""

from __future__ import annotations

from netviz.graph import Graph
from netviz.render.text import counted


def summary(graph: Graph) -> str:
    """Machines, sockets, flows, what went outside, who holds nothing, what could not be read."""
    coverage = graph.coverage
    connections = sum(flow.connections for flow in graph.flows)
    found = (
        counted(len(graph.machines), "machine"),
        counted(coverage.sockets, "socket"),
        f"{counted(len(graph.flows), 'flow')} of {counted(connections, 'connection')}",
    )
    apart = [f"{number:,} {what}" for what, number in _apart(graph) if number]
    apart += [f"{coverage.external:,} external", f"{coverage.unowned:,} unowned"]
    return "; ".join((", ".join(found), ", ".join(apart), _unreadable(graph)))


def _apart(graph: Graph) -> tuple[tuple[str, int], ...]:
    """What is worth a word only where it occurs."""
    coverage = graph.coverage
    return (
        ("inside one node", graph.internal),
        ("ambiguous", coverage.ambiguous),
        ("unmatched", coverage.unmatched),
    )


def _unreadable(graph: Graph) -> str:
    partly = sum(1 for machine in graph.machines if machine.problems)
    if not partly:
        return "nothing unreadable"
    return f"not everything readable on {counted(partly, 'machine')}"
