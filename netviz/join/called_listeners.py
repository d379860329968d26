"""Which listener a client called whose other end nobody saw: the one that was there then (rule 6).

Machines that have several samples show when a listener was there. Where it is another one than at
other times, the samples that are nearest to the client's in time tell.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from math import isfinite

from netviz.join.ages import Ages
from netviz.join.lifetimes import Lifetime
from netviz.join.listeners import Listeners
from netviz.spans import CLOCK_ERROR
from netviz.tables import Candidates

UNDECIDED = -2
"""Different ones were there before and after, or it is not known when."""


class CalledListeners:
    """The listeners that clients called, each decided once for all that the same samples list."""

    def __init__(self, listeners: Listeners, ages: Ages) -> None:
        self._listeners = listeners
        self._times = listeners.times
        self._ages = ages
        self._known: dict[tuple[int, int, int], int] = {}

    def of(self, end: int, namespace: int, seen: int) -> int:
        """The listener that a socket of ``namespace`` called, negative for none, or UNDECIDED.

        ``end`` is the one that covers at any time what the socket calls, and the samples of set
        ``seen`` list the socket.
        """
        if not seen or not self._times.changes(end):
            return end
        key = end, namespace, seen
        if key not in self._known:
            self._known[key] = self._called(end, namespace, seen)
        return self._known[key]

    def of_candidate(self, candidates: Candidates, end: int, number: int) -> int:
        """The listener that a candidate called, as ``of`` gives it."""
        seen = candidates.seen[number] if candidates.seen else 0
        return self.of(end, candidates.namespace[number], seen)

    def _called(self, end: int, namespace: int, seen: int) -> int:
        there = self._listeners.ends[end].namespace
        together = self._times.seen_at(there, seen)
        if together:
            # One capture read both, so no clock is asked.
            return next(self._found(end, together), -1)
        alive = self._ages.lifetimes.of(namespace, seen)
        times = self._ages.lifetimes.times(there)
        if times is None or not (isfinite(alive.first) and isfinite(alive.last)):
            return UNDECIDED
        start = bisect_left(times, alive.first - CLOCK_ERROR)
        stop = bisect_right(times, alive.last + CLOCK_ERROR)
        if start == stop:
            return self._between(end, start, len(times), alive)
        held = self._times.held_places(end)
        within = held[bisect_left(held, start) : bisect_left(held, stop)]
        return self._within(end, ((place, times[place]) for place in within), alive)

    def _within(self, end: int, places: Iterable[tuple[int, float]], alive: Lifetime) -> int:
        """The first that was there while the client was; ``places`` are those of samples from about
        then in which anybody was, each with its time."""
        earliest = -1
        for place, time in places:
            found = self._times.at(end, place)
            if earliest >= 0 and found != earliest:
                return self._either(earliest, found, alive)
            earliest = found
            if alive.first + CLOCK_ERROR <= time <= alive.last - CLOCK_ERROR:
                break  # surely, whatever the clocks
        return earliest

    def _between(self, end: int, after: int, samples: int, alive: Lifetime) -> int:
        """The one that was there in the sample before, or in the one at ``after``."""
        places = [place for place in (after - 1, after) if 0 <= place < samples]
        found = list(self._found(end, places))
        if len(found) > 1 and found[0] != found[1]:
            return self._either(found[0], found[1], alive)
        return found[0] if found else -1

    def _either(self, one: int, other: int, alive: Lifetime) -> int:
        """Who was there both before and after, else the earlier one if the other is too young."""
        shared = self._times.shared(one, other)
        if shared >= 0:
            return shared
        owner = self._listeners.ends[other].owner
        return one if self._ages.is_too_young(owner, other, alive.last) else UNDECIDED

    def _found(self, end: int, places: list[int]) -> Iterator[int]:
        """The listeners at places in time, where there is any."""
        return (found for found in (self._times.at(end, place) for place in places) if found >= 0)
