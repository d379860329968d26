"""Sockets whose other end no snapshot shows, but whose other process is certain (rule 6).

Snapshots are never simultaneous, and an unconnected UDP server shows no peer. A socket counts as
one-sided where every condition is known to hold. Where one is unknown the socket is doubtful; where
one fails it has no flow.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from netviz.addresses import is_ipv4, is_link_local
from netviz.fleet.fleet import Fleet
from netviz.join.ages import Ages
from netviz.join.kinds import ATTEMPT, ONE_SIDED, RECENT
from netviz.join.listeners import Listeners
from netviz.loops import AddressTable
from netviz.loops.results import End
from netviz.tables import SYN_RECV, SYN_SENT, TIME_WAIT, Candidates

NO_LISTENER = "nothing listens there"
YOUNGER_LISTENER = "its listener is younger than the snapshot"
LISTENER_AGE_UNKNOWN = "the age of its listener is unknown"
TRANSLATION_POSSIBLE = "a translation could hide there"
TRANSLATED = "another machine stands behind that address and port"
HALF_OPEN = "half open"
LINK_LOCAL = "link-local address"

DOUBTFUL = frozenset({LISTENER_AGE_UNKNOWN, TRANSLATION_POSSIBLE})
"""Reasons that mean: unknown. The others mean: no."""


class Verdict(NamedTuple):
    """What an unmatched candidate comes to.

    ``other`` is the end that it talks to (None for no flow), ``is_client`` whether the candidate is
    the client. ``reason`` says why it is not certain, empty where it is.
    """

    candidate: int
    kind: int
    other: End | None
    is_client: bool
    reason: str


class OneSided:
    """Judges unmatched candidates; verdicts of the same kind are computed once."""

    def __init__(
        self,
        fleet: Fleet,
        candidates: Candidates,
        listeners: Listeners,
        known: AddressTable,
        ages: Ages,
        translated: frozenset[tuple[int, int, int, int]],
        borrowed: frozenset[tuple[int, int, int, int]] = frozenset(),
    ) -> None:
        """Both have (namespace, proto, address, port): ``translated`` what a translation takes from
        a listener there, ``borrowed`` what it shows a server in the place of another client."""
        self._fleet = fleet
        self._candidates = candidates
        self._listeners = listeners
        self._known = known
        self._ages = ages
        self._translated = translated
        self._borrowed = borrowed
        self._ahead: dict[tuple[int, int, int, int, float | None], tuple[End | None, str]] = {}

    def judge(
        self, numbers: Iterable[int], target: array[int], listener: array[int]
    ) -> Iterator[Verdict]:
        """Verdicts on the unmatched candidates ``numbers``, each with one namespace as target."""
        state = self._candidates.state
        for i in numbers:
            kind = _kind(state[i])
            if listener[i] >= 0:
                yield self._behind(i, kind, target[i])
            else:
                end, reason = self._look_ahead(i, target[i], kind)
                yield Verdict(i, kind, end, True, reason)

    def ahead(
        self, namespace: int, there: int, proto: int, address: int, port: int
    ) -> tuple[End | None, str]:
        """What listens in ``there`` on an end that a socket of ``namespace`` talks to.

        ``proto`` and ``address`` are numbers. Also gives why that is not certain.
        """
        return self._listening_end(there, proto, address, port, self._ages.last_seen(namespace))

    def gone(self, there: int, proto: int, address: int, port: int) -> tuple[End | None, str]:
        """``?`` of ``there``, for a client of that end which is gone, and why it is not certain.

        ``proto`` and ``address`` are numbers.
        """
        if is_link_local(self._known.addresses[address]):
            return None, LINK_LOCAL
        if (there, proto, address, port) in self._borrowed:
            return None, TRANSLATED
        reason = "" if self._cannot_translate(there) else TRANSLATION_POSSIBLE
        return End(there, 0, -1, True), reason

    def _look_ahead(self, i: int, there: int, kind: int) -> tuple[End | None, str]:
        """The listener that a client's socket talks to, in namespace ``there``."""
        candidates = self._candidates
        seen = self._ages.last_listed(candidates, i)
        end_asked = (
            there,
            candidates.proto[i],
            candidates.remote[i],
            candidates.remote_port[i],
        )
        key = (*end_asked, seen)
        found = self._ahead.get(key)
        if found is None:
            found = self._ahead[key] = self._listening_end(*end_asked, seen)
        end, reason = found
        if kind == ATTEMPT and end is None:
            # Somebody of that machine is called in vain: an attempt needs no listener.
            return End(there, 0, -1, True), reason
        return found

    def _listening_end(
        self, there: int, proto: int, address: int, port: int, seen: float | None
    ) -> tuple[End | None, str]:
        number = self._known.addresses[address]
        if is_link_local(number):
            return None, LINK_LOCAL
        covering = self._listeners.table.find(there, proto, port, address, is_ipv4(number))
        if covering < 0:
            return None, NO_LISTENER
        owner = self._listeners.ends[covering].owner
        end = End(there, owner, covering, False)
        if (there, proto, address, port) in self._translated:
            return end, TRANSLATION_POSSIBLE
        if not self._cannot_translate(there):
            return end, TRANSLATION_POSSIBLE
        return end, self._age_reason(owner, seen)

    def _age_reason(self, owner: int, seen: float | None) -> str:
        """Why the listener may not have been there when the client was seen; empty if it was."""
        births = self._ages.births(owner)
        known = [b for b in births if b is not None]
        if seen is not None and any(b <= seen for b in known):
            return ""
        if seen is None or not births or len(known) < len(births):
            return LISTENER_AGE_UNKNOWN
        return YOUNGER_LISTENER

    def _behind(self, i: int, kind: int, there: int) -> Verdict:
        """A server's socket whose client is gone: ``?`` of the client's machine."""
        if self._candidates.state[i] == SYN_RECV:
            # Nothing answered yet: whoever sent it may have lied about its address.
            return Verdict(i, kind, None, False, HALF_OPEN)
        candidates = self._candidates
        gone, reason = self.gone(
            there, candidates.proto[i], candidates.remote[i], candidates.remote_port[i]
        )
        return Verdict(i, kind, gone, False, reason)

    def _cannot_translate(self, namespace: int) -> bool:
        """Whether no other machine can stand behind an address of the namespace."""
        record = self._fleet.namespaces[namespace]
        return record.conntrack_read or record.forwarding is False


def _kind(state: int) -> int:
    if state == TIME_WAIT:
        return RECENT
    return ATTEMPT if state == SYN_SENT else ONE_SIDED
