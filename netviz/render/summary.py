"""The one line that says what a stitch has found, and what it could not see."""

from __future__ import annotations

from collections.abc import Sequence

from netviz.graph import Graph, Machine
from netviz.render.text import counted
from netviz.render.wording import tells_no_problems


def summary(graph: Graph) -> str:
    """Machines, sockets, flows, what went outside, who holds nothing, what could not be read."""
    coverage = graph.coverage
    sockets = _aside(
        f"{coverage.external:,} external",
        f"{coverage.unowned:,} unowned",
        *_if_any(coverage.ambiguous, "ambiguous"),
        *_if_any(coverage.unmatched, "unmatched"),
        *_if_any(coverage.other.get("unix_unjoined", 0), "unix unjoined"),
    )
    connections = counted(sum(flow.connections for flow in graph.flows), "connection")
    flows = _aside(connections)
    found = (
        counted(len(graph.machines), "machine"),
        f"{counted(coverage.sockets, 'socket')} {sockets}",
        f"{counted(len(graph.flows), 'flow')} {flows}",
    )
    return f"{', '.join(found)}; {unreadable(graph.machines)}"


def unreadable(machines: Sequence[Machine]) -> str:
    """Whether all of the machines could be read: the end of every summary."""
    unknown = sum(1 for machine in machines if tells_no_problems(machine))
    partly = sum(1 for machine in machines if machine.problems) - unknown
    found = []
    if partly:
        found.append(f"not everything readable on {counted(partly, 'machine')}")
    if unknown:
        readable = "" if partly else " readable"
        where = counted(unknown, "machine")
        found.append(f"not known whether everything was{readable} on {where}")
    return ", ".join(found) or "nothing unreadable"


def _if_any(number: int, what: str) -> list[str]:
    return [f"{number:,} {what}"] if number else []


def _aside(*texts: str) -> str:
    return f"({', '.join(texts)})"
