"""What a picture cannot show because it was not seen, in sentences for whoever looks at it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from netviz.graph import Graph, Machine, Missing
from netviz.render.port_names import port_text
from netviz.render.text import counted

MACHINES_NAMED = 10
PROBLEMS_NAMED = 3
MISSING_NAMED = 5

FAR_APART = 60.0
"""Seconds between two snapshots from which on they do not tell of the same moment."""


def gaps(graph: Graph, *, numeric: bool) -> list[str]:
    """The sentences, none where all was seen; with ``numeric`` ports have no names."""
    return [
        *_unmatched(graph),
        *far_apart(graph),
        *_missing(graph, numeric),
        *_empty_machines(graph),
        *not_seen_on(graph.machines),
    ]


def _unmatched(graph: Graph) -> list[str]:
    """Why sockets whose other end is in the group were not joined, the most frequent first."""
    reasons = sorted(graph.coverage.reasons.items(), key=lambda item: (-item[1], item[0]))
    texts = [f"{reason} ({count:,})" for reason, count in reasons]
    return [f"Unmatched: {', '.join(texts)}"] if texts else []


def far_apart(graph: Graph) -> list[str]:
    """Where one snapshot was over long before another began, by the machines' own clocks."""
    known = [
        (*machine.captured, machine)
        for machine in graph.machines
        if machine.captured and all(map(math.isfinite, machine.captured))
    ]
    if not known:
        return []
    _, over, first = min(known, key=lambda one: (one[1], one[2].name))
    begun, _, last = max(known, key=lambda one: (one[0], one[2].name))
    if begun - over < FAR_APART:
        return []
    return [
        f"Captured {_duration(begun - over)} apart, by the machines' own clocks: {first.name} "
        f"first, {last.name} last; what was opened or closed meanwhile is seen at one end or not "
        "at all"
    ]


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 120:
        return counted(minutes, "minute")
    hours = round(minutes / 60)
    return counted(hours, "hour") if hours < 48 else counted(round(hours / 24), "day")


def _missing(graph: Graph, numeric: bool) -> list[str]:
    """The ends outside of the group that most sockets talk to."""
    missing = sorted(graph.coverage.missing, key=lambda end: (-end.sockets, end))
    texts = [_end(end, numeric) for end in missing]
    return [f"Talked to, but not captured: {_listed(texts, MISSING_NAMED, ', ')}"] if texts else []


def _end(end: Missing, numeric: bool) -> str:
    what = port_text(end.proto, end.port, numeric=numeric)
    return f"{what} on {end.address} ({counted(end.sockets, 'socket')})"


def _empty_machines(graph: Graph) -> list[str]:
    if graph.level in ("subnet", "label"):
        return []  # nodes that span machines do not say which
    shown = {node.machine for node in graph.nodes}
    empty = [machine.name for machine in graph.machines if machine.id not in shown]
    return [f"Nothing to show of: {_listed(empty, MACHINES_NAMED, ', ')}"] if empty else []


def not_seen_on(machines: Sequence[Machine]) -> list[str]:
    """What the captures of machines could not see, a sentence for each of the first few."""
    partly = [machine for machine in machines if machine.problems]
    texts = [
        f"Not seen on {machine.name}: {_listed(machine.problems, PROBLEMS_NAMED, '; ')}"
        for machine in partly[:MACHINES_NAMED]
    ]
    more = len(partly) - MACHINES_NAMED
    return [*texts, f"and {counted(more, 'more machine')} with such gaps"] if more > 0 else texts


def _listed(texts: Sequence[str], limit: int, between: str) -> str:
    more = len(texts) - limit
    return between.join(texts[:limit]) + (f" and {more:,} more" if more > 0 else "")
