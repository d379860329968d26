"""Sockets whose other end no snapshot shows, but whose other process is certain (rule 6).

Snapshots are never simultaneous, and an unconnected UDP server shows no peer. A socket counts as
one-sided where every condition is known to hold. Where one is unknown the socket is doubtful; where
one fails it has no flow.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator

from netviz.addresses import is_ipv4, is_link_local
from netviz.fleet.fleet import Fleet
from netviz.join.ages import Ages
from netviz.join.called_listeners import UNDECIDED, CalledListeners
from netviz.join.kinds import ATTEMPT, ONE_SIDED, RECENT
from netviz.join.listeners import Listeners
from netviz.join.verdicts import (
    LINK_LOCAL,
    LISTENER_AGE_UNKNOWN,
    NO_LISTENER,
    TRANSLATED,
    TRANSLATION_POSSIBLE,
    YOUNGER_LISTENER,
    Verdict,
)
from netviz.loops import AddressTable
from netviz.loops.results import End
from netviz.tables import SYN_SENT, TIME_WAIT, Candidates


class OneSided:
    """Judges unmatched candidates; verdicts of the same kind are computed once."""

    def __init__(
        self,
        fleet: Fleet,
        candidates: Candidates,
        listeners: Listeners,
        known: AddressTable,
        ages: Ages,
        called: CalledListeners,
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
        self._called = called
        self._translated = translated
        self._borrowed = borrowed
        self._ahead: dict[tuple[object, ...], tuple[End | None, str]] = {}

    def judge(self, numbers: Iterable[int], target: array[int]) -> Iterator[Verdict]:
        """Verdicts on the unmatched clients ``numbers``, each with one namespace as target."""
        for i in numbers:
            kind = kind_of(self._candidates.state[i])
            end, reason = self._look_ahead(i, target[i], kind)
            yield Verdict(i, kind, end, True, reason)

    def attempt(self, i: int, there: int, address: int, port: int) -> Verdict:
        """The verdict on an attempt that was led to ``address`` and ``port`` in ``there``."""
        caller, proto = self.caller(i), self._candidates.proto[i]
        end, reason = self.ahead(*caller, there, proto, self._known.add(address), port)
        return Verdict(i, ATTEMPT, end or _somebody(there), True, reason)

    def caller(self, i: int) -> tuple[int, int]:
        """The namespace of a candidate, and the number of the samples that list it."""
        seen = self._candidates.seen
        return self._candidates.namespace[i], seen[i] if seen else 0

    def ahead(
        self, namespace: int, sightings: int, there: int, proto: int, address: int, port: int
    ) -> tuple[End | None, str]:
        """What listens in ``there`` on an end that a socket of ``namespace`` talks to.

        ``proto`` and ``address`` are numbers; the samples of set ``sightings`` list the socket, 0
        where no machine has several. Also gives why that is not certain.
        """
        seen = self._ages.last_seen(namespace)
        return self.listening(there, proto, address, port, seen, (namespace, sightings))

    def gone(self, there: int, proto: int, address: int, port: int) -> tuple[End | None, str]:
        """``?`` of ``there``, for a client of that end which is gone, and why it is not certain.

        ``proto`` and ``address`` are numbers.
        """
        if is_link_local(self._known.addresses[address]):
            return None, LINK_LOCAL
        if (there, proto, address, port) in self._borrowed:
            return None, TRANSLATED
        certain = self._fleet.namespaces[there].cannot_translate
        reason = "" if certain else TRANSLATION_POSSIBLE
        return _somebody(there), reason

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
        caller = self.caller(i)
        key = *end_asked, seen, caller if caller[1] else None
        found = self._ahead.get(key)
        if found is None:
            found = self._ahead[key] = self.listening(*end_asked, seen, caller)
        end, reason = found
        if kind == ATTEMPT and end is None:
            # Somebody of that machine is called in vain: an attempt needs no listener.
            return _somebody(there), reason
        return found

    def listening(
        self,
        there: int,
        proto: int,
        address: int,
        port: int,
        seen: float | None,
        caller: tuple[int, int],
    ) -> tuple[End | None, str]:
        """What listens in ``there`` on an end, and why that may not be who was ``seen`` then."""
        number = self._known.addresses[address]
        if is_link_local(number):
            return None, LINK_LOCAL
        end_of_all_times = self._listeners.table.find(there, proto, port, address, is_ipv4(number))
        covering = self._called.of(end_of_all_times, *caller)
        is_decided = covering != UNDECIDED
        if not is_decided:
            covering = end_of_all_times
        if covering < 0:
            return None, NO_LISTENER
        owner = self._listeners.ends[covering].owner
        end = End(there, owner, covering, False)
        if (there, proto, address, port) in self._translated:
            return end, TRANSLATION_POSSIBLE
        if not self._fleet.namespaces[there].cannot_translate:
            return end, TRANSLATION_POSSIBLE
        return end, self._age_reason(owner, seen) if is_decided else LISTENER_AGE_UNKNOWN

    def _age_reason(self, owner: int, seen: float | None) -> str:
        """Why the listener may not have been there when the client was seen; empty if it was."""
        births = self._ages.births(owner)
        known = [b for b in births if b is not None]
        if seen is not None and any(b <= seen for b in known):
            return ""
        if seen is None or not births or len(known) < len(births):
            return LISTENER_AGE_UNKNOWN
        return YOUNGER_LISTENER


def _somebody(there: int) -> End:
    """``?`` of a namespace."""
    return End(there, 0, -1, True)


def kind_of(state: int) -> int:
    """The kind of match that an unmatched socket in a state may come to."""
    if state == TIME_WAIT:
        return RECENT
    return ATTEMPT if state == SYN_SENT else ONE_SIDED
