"""Flows in the making: connections between the same two nodes, to the same port, become one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from netviz.graph import SAMPLES, Flow, Sample, Seen
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
    seen: tuple[int, ...]


class Bundles:
    """All flows in the making, by place. ``seen`` tells when what sets of samples list was seen."""

    def __init__(self, seen: Callable[[tuple[int, ...]], Seen | None]) -> None:
        self._seen = seen
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
        seen: tuple[int, ...] = (),
    ) -> None:
        """Add connections of one kind; ``samples`` are the smallest of them, sorted."""
        part = _Part(kind, connections, directed, samples, via, dialled, seen)
        parts = self._parts.get(place)
        if parts is None:
            self._parts[place] = [part]
        else:
            parts.append(part)

    def flows(self) -> list[Flow]:
        return [
            self._flow(place, parts[0])
            if len(parts) == 1
            else self._flow(place, _together(parts), parts)
            for place, parts in self._parts.items()
        ]

    def _flow(self, place: Place, whole: _Part, parts: Sequence[_Part] = ()) -> Flow:
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
            self._seen(whole.seen) if whole.seen else None,
        )


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
        tuple({number for part in parts for number in part.seen}),
    )
