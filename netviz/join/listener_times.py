"""Which listener held an address and port when, where machines have several samples.

What a sample says of a listener holds for what is seen at the same time. An end that other sockets
held at other times is several listeners: one for each set of holders that it had, and none for when
nobody listened there (rule 8 of docs/join-rules.md).
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

from netviz.addresses import ANY4, ANY6, is_ipv4
from netviz.fleet.fleet import Fleet
from netviz.fleet.sockets import CONNECTION_PROTOCOLS
from netviz.join.lifetimes import samples_in_time
from netviz.join.listening_end import ListeningEnd
from netviz.join.tenures import ALWAYS, Tenure, merged
from netviz.loops import AddressTable, ListenerTable, distinct, take
from netviz.tables import Candidates

MOST_HELD = 1_000_000
"""Of an end with more holders, in all samples together, times are not told apart: a forged table
could keep the join busy for hours."""


class ListenerTimes:
    """The listeners of ``ends`` by time; those of a part of the time are appended to them."""

    def __init__(
        self, fleet: Fleet, ends: list[ListeningEnd], table: ListenerTable, known: AddressTable
    ) -> None:
        self._fleet = fleet
        self._ends = ends
        self._table = table
        self._any4, self._any6 = known.add(ANY4), known.add(ANY6)
        self._places: dict[int, dict[int, int]] = {}
        self._held: dict[int, Sequence[tuple[int, Tenure | None]]] = {}
        """The holders of each end that is not the same all the time, and their tenures."""
        self._by_place: dict[int, dict[int, tuple[int, ...]]] = {}
        self._held_places: dict[int, Sequence[int]] = {}
        self._parts: dict[tuple[int, tuple[int, ...]], int] = {}
        self._by_owner: dict[tuple[int, int], int] = {}
        self._whole: dict[int, int] = {}
        """The end of all times, by the listener of a part of them."""
        self._covering: dict[tuple[int, int], int] = {}
        self._ports: dict[tuple[int, str], dict[int, set[Tenure]]] = {}

    def places(self, namespace: int) -> Mapping[int, int]:
        """The place in time of each sample of a namespace."""
        if namespace not in self._places:
            order = samples_in_time(self._fleet, namespace)
            self._places[namespace] = {sample: place for place, sample in enumerate(order)}
        return self._places[namespace]

    def add(self, end: int, held: Sequence[tuple[int, Tenure | None]]) -> None:
        """An end with all the owners of its sockets, each with when that socket was there."""
        namespace, proto, _, port, _ = self._ends[end]
        tenures = {tenure for _, tenure in held if tenure is not None}
        if not tenures:
            return
        self._ports.setdefault((namespace, proto), {}).setdefault(port, set()).update(tenures)
        samples = len(self.places(namespace))
        if tenures != {ALWAYS} and _cost(self._fleet, held, samples) <= MOST_HELD:
            self._held[end] = held

    def cover(self, candidates: Candidates, listener: array[int]) -> array[int]:
        """The listener of each candidate when that was seen; ``listener`` is of all times."""
        if not self._held or not candidates.seen:
            return listener
        ends, sets, of = distinct(listener, candidates.seen)
        covering = map(self.covering, ends, sets)
        nobody = 0xFFFFFFFF
        return take(array("i", [-1 if end == nobody else end for end in covering]), of)

    def covering(self, end: int, seen: int) -> int:
        """The listener that covers a socket of its own namespace, negative for none.

        ``end`` is the one that does at any time, and the samples of set ``seen`` list the socket.
        It is the first of those that were there together with it.
        """
        if end not in self._held or not seen:
            return end
        key = end, seen
        if key not in self._covering:
            here = (self.at(end, place) for place in self.seen_at(self._ends[end].namespace, seen))
            self._covering[key] = next((found for found in here if found >= 0), -1)
        return self._covering[key]

    def changes(self, end: int) -> bool:
        """Whether others than at other times held an end at some time, or nobody did."""
        return end in self._held

    def seen_at(self, namespace: int, seen: int) -> list[int]:
        """The places in time, in a namespace, of those samples of a set that hold it; sorted."""
        places = self.places(namespace)
        return sorted(places[s] for s in self._fleet.sightings.samples(seen) if s in places)

    def at(self, end: int, place: int) -> int:
        """The listener at a place in time, negative for none: on ``end``, else on the wildcard."""
        for covering in self._wider(end):
            if covering not in self._held:
                return covering
            those = self._holders_at(covering).get(place)
            if those is not None:
                return self._part(covering, those)
        return -1

    def held_places(self, end: int) -> Sequence[int]:
        """The places in time at which somebody listened on an end, or on its wildcard; sorted."""
        if end not in self._held_places:
            covering = list(self._wider(end))
            if self._held.keys() >= set(covering):
                found = {place for one in covering for place in self._holders_at(one)}
                self._held_places[end] = sorted(found)
            else:
                self._held_places[end] = range(len(self.places(self._ends[end].namespace)))
        return self._held_places[end]

    def shared(self, one: int, other: int) -> int:
        """The listener of what holds an end in both of two parts of the time, negative for none."""
        processes = set(self._fleet.owners[self._ends[one].owner])
        processes.intersection_update(self._fleet.owners[self._ends[other].owner])
        whole = self._whole.get(one, one)
        if whole != self._whole.get(other, other) or not processes:
            return -1
        return self._of_owner(whole, self._fleet.owner_id(tuple(sorted(processes))))

    def changing_ports(self, namespace: int, proto: str) -> dict[int, list[Tenure]]:
        """When somebody listened on each port on which that is not always so."""
        ports = self._ports.get((namespace, proto), {})
        told = ((port, merged(tenures)) for port, tenures in ports.items())
        return {port: tenures for port, tenures in told if tenures != [ALWAYS]}

    def meet(self, namespace: int, tenures: Sequence[Tenure], seen: int) -> bool:
        """Whether any sample of a set is within ``tenures``, which are sorted and apart."""
        for place in self.seen_at(namespace, seen):
            number = bisect_right(tenures, (place, ALWAYS.last)) - 1
            if number >= 0 and place <= tenures[number].last:
                return True
        return False

    def _wider(self, end: int) -> Iterator[int]:
        """An end, and those on the wildcards that cover the same at times when it is not there."""
        while end >= 0:
            yield end
            namespace, proto, address, port, _ = self._ends[end]
            if address == ANY6:
                return
            is_specific = is_ipv4(address) and address != ANY4
            any_ = self._any4 if is_specific else self._any6
            number = CONNECTION_PROTOCOLS.index(proto)
            end = self._table.find(namespace, number, port, any_, is_specific)

    def _holders_at(self, end: int) -> dict[int, tuple[int, ...]]:
        """The owners of an end at each place in time at which it has any."""
        found = self._by_place.get(end)
        if found is None:
            owners: dict[int, set[int]] = {}
            last_place = len(self.places(self._ends[end].namespace)) - 1
            for owner, tenure in self._held[end]:
                first, last = tenure or ALWAYS
                for place in range(first, min(last, last_place) + 1):
                    owners.setdefault(place, set()).add(owner)
            found = self._by_place[end] = {p: tuple(sorted(o)) for p, o in owners.items()}
        return found

    def _part(self, end: int, owners: tuple[int, ...]) -> int:
        """The listener of an end while these owners hold its sockets."""
        key = end, owners
        if key not in self._parts:
            processes = {process for owner in owners for process in self._fleet.owners[owner]}
            owner = self._fleet.owner_id(tuple(sorted(processes)))
            self._parts[key] = self._of_owner(end, owner)
        return self._parts[key]

    def _of_owner(self, end: int, owner: int) -> int:
        if owner == self._ends[end].owner:
            return end
        if (end, owner) not in self._by_owner:
            self._by_owner[(end, owner)] = len(self._ends)
            self._whole[len(self._ends)] = end
            self._ends.append(self._ends[end]._replace(owner=owner))
        return self._by_owner[(end, owner)]


def _cost(fleet: Fleet, held: Sequence[tuple[int, Tenure | None]], samples: int) -> int:
    """How many holders an end has, in all samples together."""
    cost = 0
    for owner, tenure in held:
        first, last = tenure or ALWAYS
        cost += (min(last, samples - 1) - first + 1) * max(1, len(fleet.owners[owner]))
    return cost
