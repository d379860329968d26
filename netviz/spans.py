"""When sockets were seen, and who may have had an address then (rule 2 of docs/join-rules.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from typing import NamedTuple

CLOCK_ERROR = 1.0
"""Seconds by which times may be off: clocks differ, and /proc/stat has whole seconds."""


class Span(NamedTuple):
    """When a socket was seen: the ends of the first and of the last sample that list it."""

    first: float
    last: float


EVER = Span(-inf, inf)


class Presence(NamedTuple):
    """When a namespace may have had an address, in unix seconds; what is not known is infinite.

    It had not yet when the sample was taken that began at ``before`` and ended at ``before_end``,
    and not any more at ``after``.
    """

    before: float
    before_end: float
    after: float


class Presences(NamedTuple):
    """What is known of presences, by address and namespace; ``machine`` is that of a namespace."""

    machine: Sequence[int] = ()
    known: Mapping[int, Mapping[int, Presence]] = {}

    def among(self, owners: list[int], address: int, viewer: int, when: Span) -> list[int]:
        """Those of ``owners`` that may have had the address when ``viewer`` had a socket to it."""
        known = self.known.get(address)
        if known is None:
            return owners
        return [n for n in owners if n not in known or self._may_be(n, known[n], viewer, when)]

    def _may_be(self, owner: int, presence: Presence, viewer: int, when: Span) -> bool:
        if self.machine[owner] == self.machine[viewer]:
            # One clock, and perhaps one and the same sample.
            return presence.before_end < when.last and when.first < presence.after
        return (
            presence.before < when.last + CLOCK_ERROR and when.first < presence.after + CLOCK_ERROR
        )
