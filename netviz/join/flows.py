"""Pairs of sockets to flows: who is the client, what kind of match, which connections to show."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

from netviz.addresses import format_address
from netviz.fleet.fleet import Fleet
from netviz.fleet.sockets import CONNECTION_PROTOCOLS
from netviz.graph import Sample
from netviz.join.direction import Tuple, opened, tuple_of
from netviz.join.joined import JoinedFlow, Pairs
from netviz.join.nat import Translated
from netviz.join.verdicts import Verdict
from netviz.loops import AddressTable, distinct, ends, fold, mark, orient, take
from netviz.loops.results import End, Folded
from netviz.tables import Candidates


class FlowMaker:
    """Makes flows of candidates; ``listener`` has the covering listener of each, or -1."""

    def __init__(
        self,
        fleet: Fleet,
        candidates: Candidates,
        known: AddressTable,
        listener: array[int],
    ) -> None:
        self._candidates = candidates
        self._known = known
        self._listener = listener
        self._fleet = fleet
        self._ends, self._end_of = ends(candidates, listener)
        self._texts: dict[int, str] = {}
        ranges = [record.local_port_range or (0, 0) for record in fleet.namespaces]
        self._first_port = array("I", [first for first, _ in ranges])
        self._last_port = array("I", [last for _, last in ranges])

    def oriented(
        self, left: array[int], right: array[int]
    ) -> tuple[array[int], array[int], array[int]]:
        """Client, server and whether that is known, for each pair (rule 11).

        Conntrack is asked where it is not the listeners that tell.
        """
        client, server, directed = orient(
            self._candidates, left, right, self._listener, self._first_port, self._last_port
        )
        if not any(record.conntrack for record in self._fleet.namespaces):
            return client, server, directed
        unsure = [
            pair
            for pair, (c, s) in enumerate(zip(client, server, strict=True))
            if (self._listener[c] >= 0) == (self._listener[s] >= 0)
        ]
        sent = {i: self._sent(i) for pair in unsure for i in (client[pair], server[pair])}
        first = opened(self._fleet, set(sent.values()))
        for pair in unsure:
            c, s = client[pair], server[pair]
            c_opened, s_opened = sent[c] in first, sent[s] in first
            if c_opened != s_opened:
                client[pair], server[pair] = (c, s) if c_opened else (s, c)
                directed[pair] = 1
        return client, server, directed

    def _sent(self, i: int) -> tuple[int, Tuple]:
        tuple_ = tuple_of(self._candidates, i, self._known.addresses)
        return self._candidates.namespace[i], tuple_

    def single(self, pairs: Pairs, *, undirected_only: bool) -> Iterator[JoinedFlow]:
        """One flow for each pair, or for each whose direction is unknown."""
        every = range(len(pairs.directed))
        for pair in _undirected(pairs) if undirected_only else every:
            client, server = pairs.client[pair], pairs.server[pair]
            yield JoinedFlow(
                self._ends[self._end_of[client]],
                self._ends[self._end_of[server]],
                CONNECTION_PROTOCOLS[self._candidates.proto[server]],
                self._candidates.local_port[client],
                self._candidates.local_port[server],
                pairs.kind[pair],
                bool(pairs.directed[pair]),
                1,
                (self._sample(client, server),),
                seen=self._seen(client, server),
            )

    @property
    def end_count(self) -> int:
        """How many different ends there are; their numbers are below it."""
        return len(self._ends)

    def ends_of(self, pairs: Pairs) -> list[tuple[int, End]]:
        """The different ends of pairs, each with its number."""
        flags = bytearray(len(self._ends))
        for side in (pairs.client, pairs.server):
            mark(side, flags, self._end_of)
        return [(number, end) for number, end in enumerate(self._ends) if flags[number]]

    def places_of(self, pairs: Pairs, place: array[int]) -> tuple[Sequence[int], Sequence[int]]:
        """The different pairs of places that directed pairs are between: clients', servers'.

        ``place`` is by number of an end.
        """
        client, server = pairs.client, pairs.server
        directed = pairs.directed.tobytes()
        if 0 in directed:
            numbers = array("I", [number for number, known in enumerate(directed) if known])
            client, server = take(client, numbers), take(server, numbers)
        of = take(place, self._end_of)
        clients, servers, _ = distinct(take(of, client), take(of, server))
        return clients, servers

    def folded(
        self,
        pairs: Pairs,
        place: array[int],
        process: array[int],
        with_self: bool,
        by_address: bool = False,
    ) -> tuple[list[tuple[Folded, tuple[int, ...]]], int]:
        """Directed pairs folded by the places of their ends, protocol, port and kind.

        ``place`` and ``process`` are by number of an end; a process is negative where nobody is
        shown. With each come the sets of samples that list it; where machines have several, pairs
        that others saw are apart, and ``by_address`` those of other addresses. Also gives how many
        pairs are within one process; they are left out unless ``with_self``.
        """
        of, seen = take(place, self._end_of), self._candidates.seen
        folders = []
        for column in (self._candidates.local if by_address else None, seen):
            if column:
                *folder, of = distinct(of, column)
                folders.append(folder)
        folded, within = self._folded(pairs, of, process, with_self)
        if not folders:
            return [(one, ()) for one in folded], within

        def place_of(number: int) -> int:
            for places, _ in reversed(folders):
                number = places[number]
            return number

        sets = folders[-1][1] if seen else None
        return [
            (
                one._replace(client=place_of(one.client), server=place_of(one.server)),
                () if sets is None else (sets[one.client], sets[one.server]),
            )
            for one in folded
        ], within

    def _folded(
        self, pairs: Pairs, place: array[int], process: array[int], with_self: bool
    ) -> tuple[list[Folded], int]:
        return fold(
            self._candidates,
            pairs.client,
            pairs.server,
            pairs.directed,
            pairs.kind,
            place,
            take(process, self._end_of),
            with_self,
            [self._address(number) for number in range(len(self._known.addresses))],
        )

    def translated(self, found: Translated, kind: int) -> JoinedFlow:
        """The flow of one connection that was translated on its way."""
        candidates = self._candidates
        address, port = found.reached
        if found.listening is None:
            server = self._ends[self._end_of[found.server]]
        else:
            server = found.listening
        local = self._address(candidates.local[found.client])
        client_port = candidates.local_port[found.client]
        asked, asked_port = found.dialled
        return JoinedFlow(
            self._ends[self._end_of[found.client]],
            server,
            CONNECTION_PROTOCOLS[candidates.proto[found.client]],
            client_port,
            port,
            kind,
            True,
            1,
            ((local, client_port, format_address(address), port),),
            found.via,
            None if found.dialled == found.reached else (format_address(asked), asked_port),
            seen=self._seen(found.client, found.server),
        )

    def one_sided(self, verdict: Verdict, other: End) -> JoinedFlow:
        """The flow of a socket whose other socket nobody saw."""
        candidates, i = self._candidates, verdict.candidate
        end = self._ends[self._end_of[i]]
        here = self._address(candidates.local[i]), candidates.local_port[i]
        there = self._address(candidates.remote[i]), candidates.remote_port[i]
        client, server = (here, there) if verdict.is_client else (there, here)
        return JoinedFlow(
            end if verdict.is_client else other,
            other if verdict.is_client else end,
            CONNECTION_PROTOCOLS[candidates.proto[i]],
            client[1],
            server[1],
            verdict.kind,
            verdict.directed,
            1,
            ((*client, *server),),
            seen=self._seen(i),
        )

    def _seen(self, *numbers: int) -> tuple[int, ...]:
        """The sets of samples that list candidates; a negative number is none."""
        seen = self._candidates.seen
        return tuple({seen[number] for number in numbers if number >= 0}) if seen else ()

    def _sample(self, client: int, server: int) -> Sample:
        candidates = self._candidates
        return (
            self._address(candidates.local[client]),
            candidates.local_port[client],
            self._address(candidates.local[server]),
            candidates.local_port[server],
        )

    def _address(self, number: int) -> str:
        text = self._texts.get(number)
        if text is None:
            text = self._texts[number] = format_address(self._known.addresses[number])
        return text


def _undirected(pairs: Pairs) -> Iterator[int]:
    """The numbers of the pairs whose direction is unknown; of millions there may be none."""
    flags = pairs.directed.tobytes()
    number = flags.find(0)
    while number >= 0:
        yield number
        number = flags.find(0, number + 1)
