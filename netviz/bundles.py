"""Flows in the making: connections between the same two nodes, to the same port, become one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from netviz.graph import SAMPLES, Flow, Sample
from netviz.kinds import KINDS

Place = tuple[str, str, str, int]
"""Source, target, protocol and port: what connections that become one flow have in common."""


@dataclass(slots=True)
class _Bundle:
    connections: list[int] = field(default_factory=lambda: [0] * len(KINDS))
    directed: bool = False
    samples: list[Sample] = field(default_factory=list)
    via: set[str] = field(default_factory=set)
    dialled: set[tuple[str, int] | None] = field(default_factory=set)


class Bundles:
    """All flows in the making, by place."""

    def __init__(self) -> None:
        self._bundles: dict[Place, _Bundle] = {}

    def add(
        self,
        place: Place,
        kind: int,
        connections: int,
        directed: bool,
        samples: list[Sample],
        via: Iterable[str] = (),
        dialled: tuple[str, int] | None = None,
    ) -> None:
        """Add connections of one kind; ``samples`` are the smallest of them, sorted."""
        bundle = self._bundles.get(place)
        if bundle is None:
            bundle = self._bundles[place] = _Bundle()
        bundle.connections[kind] += connections
        bundle.directed = bundle.directed or directed
        bundle.samples = sorted(bundle.samples + samples)[:SAMPLES] if bundle.samples else samples
        bundle.via.update(via)
        bundle.dialled.add(dialled)

    def flows(self) -> list[Flow]:
        return [_flow(place, bundle) for place, bundle in self._bundles.items()]


def _flow(place: Place, bundle: _Bundle) -> Flow:
    source, target, proto, port = place
    matches = {kind: count for kind, count in zip(KINDS, bundle.connections, strict=True) if count}
    return Flow(
        source=source,
        target=target,
        proto=proto,
        port=port,
        connections=sum(bundle.connections),
        match=next(iter(matches)),
        matches=matches,
        directed=bundle.directed,
        via=tuple(sorted(bundle.via)),
        dialled=next(iter(bundle.dialled)) if len(bundle.dialled) == 1 else None,
        samples=tuple(bundle.samples),
    )
