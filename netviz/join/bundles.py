"""Flows in the making: connections between the same two nodes, to the same port, become one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from netviz.graph import SAMPLES, Flow, Sample
from netviz.join.kinds import KINDS

Place = tuple[str, str, str, int | None, str | None]
"""Source, target, protocol, port and path: what connections of one flow have in common."""


class _Part(NamedTuple):
    """Connections of one kind; ``samples`` are the smallest of them, sorted."""

    kind: int
    connections: int
    directed: bool
    samples: tuple[Sample, ...]
    via: tuple[str, ...]
    dialled: tuple[str, int] | None


class Bundles:
    """All flows in the making, by place."""

    def __init__(self) -> None:
        self._parts: dict[Place, list[_Part]] = {}

    def add(
        self,
        place: Place,
        kind: int,
        connections: int,
        directed: bool,
        samples: tuple[Sample, ...],
        via: tuple[str, ...] = (),
        dialled: tuple[str, int] | None = None,
    ) -> None:
        """Add connections of one kind; ``samples`` are the smallest of them, sorted."""
        part = _Part(kind, connections, directed, samples, via, dialled)
        parts = self._parts.get(place)
        if parts is None:
            self._parts[place] = [part]
        else:
            parts.append(part)

    def flows(self) -> list[Flow]:
        return [
            _flow(place, parts[0]) if len(parts) == 1 else _flow(place, _together(parts), parts)
            for place, parts in self._parts.items()
        ]


def _together(parts: Sequence[_Part]) -> _Part:
    """What parts have in common; its kind is the strongest of them."""
    dialled = {part.dialled for part in parts}
    return _Part(
        min(part.kind for part in parts),
        sum(part.connections for part in parts),
        any(part.directed for part in parts),
        tuple(sorted(sample for part in parts for sample in part.samples)[:SAMPLES]),
        tuple(machine for part in parts for machine in part.via),
        dialled.pop() if len(dialled) == 1 else None,
    )


def _flow(place: Place, whole: _Part, parts: Sequence[_Part] = ()) -> Flow:
    source, target, proto, port, path = place
    matches = {KINDS[whole.kind]: whole.connections}
    if parts:
        matches = {}
        for part in sorted(parts, key=lambda part: part.kind):
            kind = KINDS[part.kind]
            matches[kind] = matches.get(kind, 0) + part.connections
    return Flow(
        source,
        target,
        proto,
        port,
        whole.connections,
        KINDS[whole.kind],
        matches,
        whole.directed,
        path,
        tuple(sorted(set(whole.via))) if whole.via else (),
        whole.dialled,
        whole.samples,
    )
