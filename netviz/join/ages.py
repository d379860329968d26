"""When things were there: the births of processes, and when namespaces were last captured.

Snapshots are never simultaneous. What is younger than the snapshot of a client cannot have been at
the other end of a socket in it (rules 3, 5 and 6 of docs/join-rules.md).
"""

from __future__ import annotations

from array import array
from itertools import compress
from math import isfinite

from netviz.fleet.fleet import Fleet
from netviz.join.lifetimes import Lifetimes
from netviz.join.listeners import Listeners
from netviz.loops import take
from netviz.tables import Candidates


class Ages:
    """What is known of ages in a group, in unix seconds."""

    def __init__(self, fleet: Fleet, listeners: Listeners) -> None:
        self._fleet = fleet
        self._listeners = listeners
        self.lifetimes = Lifetimes(fleet)
        self._last_seen: dict[int, float | None] = {}
        self._births: dict[int, list[float | None]] = {}
        self._too_young: dict[tuple[int, int, float | None], bool] = {}

    def last_seen(self, namespace: int) -> float | None:
        """When the namespace was last captured."""
        if namespace not in self._last_seen:
            samples = [self._fleet.samples[s] for s in self._fleet.namespaces[namespace].samples]
            times = [s.finished if s.finished is not None else s.started for s in samples]
            self._last_seen[namespace] = max((t for t in times if t is not None), default=None)
        return self._last_seen[namespace]

    def last_listed(self, candidates: Candidates, i: int) -> float | None:
        """When a socket was last seen: of one sample, when that was taken."""
        namespace = candidates.namespace[i]
        if not candidates.seen:
            return self.last_seen(namespace)
        last = self.lifetimes.of(namespace, candidates.seen[i]).last
        return last if isfinite(last) else None

    def births(self, owner: int) -> list[float | None]:
        """When each of the processes that are ``owner`` was born."""
        if owner not in self._births:
            processes = self._fleet.owners[owner]
            self._births[owner] = [self._fleet.processes[p].born for p in processes]
        return self._births[owner]

    def is_too_young(self, owner: int, listener: int, seen: float | None) -> bool:
        """Whether all that can have served what was last ``seen`` then is younger.

        That is whoever holds the socket (``owner``) and whoever holds its ``listener``. False where
        an age is unknown.
        """
        key = owner, listener, seen
        if key not in self._too_young:
            births = self.births(owner) + self.births(self._listeners.ends[listener].owner)
            self._too_young[key] = _all_after(births, seen)
        return self._too_young[key]

    def is_born_after(self, owner: int, seen: float | None) -> bool:
        """Whether all who are ``owner`` were born after ``seen``; False where an age is unknown."""
        return _all_after(self.births(owner), seen)

    def part(
        self, candidates: Candidates, left: array[int], right: array[int], listener: array[int]
    ) -> tuple[array[int], array[int]]:
        """Those pairs of candidates (``left[k]``, ``right[k]``) that can be one connection.

        Left out are pairs of which one end is too young for the other, or was gone before the
        other was there.
        """
        left, right = self.lifetimes.together(candidates, left, right)
        suspects = self._suspects() if left else None
        if suspects is None:
            return left, right
        keep = bytearray(b"\1") * len(left)
        for ends, others in ((left, right), (right, left)):
            suspected = bytes(map(suspects.__getitem__, take(listener, ends)))
            for pair in compress(range(len(ends)), suspected):
                i, j = ends[pair], others[pair]
                seen = self.last_listed(candidates, j)
                if self.is_too_young(candidates.owner[i], listener[i], seen):
                    keep[pair] = 0
        return array("I", compress(left, keep)), array("I", compress(right, keep))

    def _suspects(self) -> bytearray | None:
        """A flag for each listener: 1 where it is younger than any capture. None for no such.

        The last one is for index -1, which is no listener.
        """
        samples = self._fleet.samples
        times = [s.finished if s.finished is not None else s.started for s in samples]
        earliest = min((t for t in times if t is not None), default=None)
        if earliest is None:
            return None
        flags = bytearray(len(self._listeners.ends) + 1)
        for number, end in enumerate(self._listeners.ends):
            flags[number] = self.is_born_after(end.owner, earliest)
        return flags if any(flags) else None


def _all_after(births: list[float | None], seen: float | None) -> bool:
    if not births or seen is None:
        return False
    return all(born is not None and born > seen for born in births)
