"""From when to when sockets were there, as far as the samples of their machines tell.

A tuple may be used again. Where machines were captured several times, two sockets that mirror each
other are of different connections if one was gone before the other was there (rule 3).
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from typing import NamedTuple

from netviz.fleet.fleet import Fleet
from netviz.fleet.records import SampleRecord
from netviz.loops import distinct, take
from netviz.spans import CLOCK_ERROR, EVER, Span
from netviz.tables import ESTABLISHED, Candidates


class Lifetime(NamedTuple):
    """Unix seconds. It was not there yet after ``before``, and not any more at ``after``.

    ``first`` and ``last`` are when the first and the last sample that lists it ended. What is not
    known is infinite.
    """

    before: float
    first: float
    last: float
    after: float


ALWAYS = Lifetime(-math.inf, -math.inf, math.inf, math.inf)


class Lifetimes:
    """The lifetimes of sockets, each named by its namespace and the set of samples that list it."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._order: dict[int, list[int]] = {}
        self._times: dict[int, list[float] | None] = {}
        self._known: dict[tuple[int, int], Lifetime] = {}

    def of(self, namespace: int, seen: int) -> Lifetime:
        """The lifetime of sockets of a namespace that the samples of set ``seen`` list."""
        key = namespace, seen
        if key not in self._known:
            self._known[key] = self._of(namespace, seen)
        return self._known[key]

    def span(self, namespace: int, seen: int) -> Span:
        """When sockets of a namespace were seen that the samples of set ``seen`` list."""
        alive = self.of(namespace, seen)
        return Span(alive.first, alive.last)

    def span_of(self, candidates: Candidates, i: int) -> Span:
        """When a candidate was seen; where no machine has several samples that may be ever."""
        return self.span(candidates.namespace[i], candidates.seen[i]) if candidates.seen else EVER

    def times(self, namespace: int) -> list[float] | None:
        """When each of the samples that hold a namespace ended, sorted; None if any is unknown."""
        if namespace not in self._times:
            samples = self._fleet.samples
            ended = [_ended(samples[number], math.inf) for number in self._in_order(namespace)]
            self._times[namespace] = None if math.inf in ended else ended
        return self._times[namespace]

    def _in_order(self, namespace: int) -> list[int]:
        if namespace not in self._order:
            self._order[namespace] = samples_in_time(self._fleet, namespace)
        return self._order[namespace]

    def _of(self, namespace: int, seen: int) -> Lifetime:
        order = self._in_order(namespace)
        listed = set(self._fleet.sightings.samples(seen))
        places = [place for place, sample in enumerate(order) if sample in listed]
        if not places:
            return ALWAYS
        first, last = places[0], places[-1]
        samples = self._fleet.samples
        before = samples[order[first - 1]] if first else None
        after = samples[order[last + 1]] if last + 1 < len(order) else None
        return Lifetime(
            -math.inf if before is None or before.started is None else before.started,
            _ended(samples[order[first]], -math.inf),
            _ended(samples[order[last]], math.inf),
            math.inf if after is None else _ended(after, math.inf),
        )

    def together(
        self, candidates: Candidates, left: array[int], right: array[int]
    ) -> tuple[array[int], array[int]]:
        """Those pairs of candidates of which neither was gone before the other was there."""
        if not candidates.seen or not left:
            return left, right
        namespaces, sets, of = distinct(candidates.namespace, candidates.seen)
        alive = [self.of(n, seen) for n, seen in zip(namespaces, sets, strict=True)]
        ones, others, pair = distinct(take(of, left), take(of, right))
        apart = [are_apart(alive[i], alive[j]) for i, j in zip(ones, others, strict=True)]
        if not any(apart):
            return left, right
        keep = bytes(not apart[number] for number in pair)
        return array("I", compress(left, keep)), array("I", compress(right, keep))

    def pairing(
        self, candidates: Candidates, ends: Sequence[int], others: Sequence[int]
    ) -> Iterator[tuple[int, int]]:
        """Pairs of candidates of one tuple and its mirror, as they came one after the other.

        One that would go better with the next of the other side is left alone.
        """
        ones, twos = self._in_time(candidates, ends), self._in_time(candidates, others)
        i = j = 0
        while i < len(ones) and j < len(twos):
            (one, alive), (two, other_alive) = ones[i], twos[j]
            here = gap(alive, other_alive)
            if i + 1 < len(ones) and gap(ones[i + 1][1], other_alive) < here:
                i += 1
            elif j + 1 < len(twos) and gap(alive, twos[j + 1][1]) < here:
                j += 1
            else:
                yield one, two
                i, j = i + 1, j + 1

    def _in_time(
        self, candidates: Candidates, numbers: Iterable[int]
    ) -> list[tuple[int, Lifetime]]:
        alive = [(number, self._alive(candidates, number)) for number in numbers]

        def order(one: tuple[int, Lifetime]) -> tuple[float, float, bool, int, int]:
            state, inode = candidates.state[one[0]], candidates.inode[one[0]]
            return one[1].first, one[1].last, state != ESTABLISHED, inode, state

        return sorted(alive, key=order)

    def are_apart(self, candidates: Candidates, i: int, j: int) -> bool:
        """Whether one of two candidates was gone before the other was there."""
        if not candidates.seen:
            return False
        return are_apart(self._alive(candidates, i), self._alive(candidates, j))

    def _alive(self, candidates: Candidates, i: int) -> Lifetime:
        return self.of(candidates.namespace[i], candidates.seen[i])


def samples_in_time(fleet: Fleet, namespace: int) -> list[int]:
    """The samples that hold a namespace, the earliest first."""
    return sorted(set(fleet.namespaces[namespace].samples), key=fleet.moment)


def _ended(sample: SampleRecord, unknown: float) -> float:
    time = sample.started if sample.finished is None else sample.finished
    return unknown if time is None else time


def are_apart(one: Lifetime, other: Lifetime) -> bool:
    """Whether one was gone before the other was there, by clocks that agree to CLOCK_ERROR."""
    return one.after + CLOCK_ERROR <= other.before or other.after + CLOCK_ERROR <= one.before


def gap(one: Lifetime, other: Lifetime) -> tuple[float, float]:
    """How far apart two were seen, and how different their times are; least for one connection."""
    between = max(one.first - other.last, other.first - one.last, 0.0)
    return between, _distance(one.first, other.first) + _distance(one.last, other.last)


def _distance(one: float, other: float) -> float:
    return 0.0 if one == other else abs(one - other)
