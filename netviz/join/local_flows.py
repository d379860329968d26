"""Flows that stay inside one kernel, each once however many samples saw it (rule 13)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from typing import Generic, TypeVar

from netviz.join.joined import JoinedFlow
from netviz.loops import Sightings

Key = TypeVar("Key", bound=Hashable)


class LocalFlows(Generic[Key]):
    """The flows of one kernel by what tells them apart; of each the first sample's counts."""

    def __init__(self) -> None:
        self._flows: dict[Key, JoinedFlow] = {}
        self._samples: dict[Key, list[int]] = {}

    def add(self, key: Key, sample: int, flow: Callable[[], JoinedFlow]) -> None:
        """Sample number ``sample`` has the connection ``key``; ``flow`` makes a flow of it."""
        if key not in self._flows:
            self._flows[key] = flow()
        self._samples.setdefault(key, []).append(sample)

    def flows(self, sightings: Sightings | None) -> Iterator[JoinedFlow]:
        """All of them; with ``sightings`` each knows the samples that it was seen in."""
        for key, flow in self._flows.items():
            if sightings is None:
                yield flow
                continue
            seen = 0
            for sample in self._samples[key]:
                seen = sightings.add(seen, sample)
            yield replace(flow, seen=(seen,))
