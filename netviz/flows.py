"""Pairs of sockets to flows: who is the client, what kind of match, which connections to show."""

from __future__ import annotations

from array import array

from netviz.addresses import format_address
from netviz.direction import Tuple, opened, tuple_of
from netviz.fleet import Fleet
from netviz.graph import Sample
from netviz.joined import JoinedFlow
from netviz.kinds import NAT
from netviz.loops import AddressTable, End, ends, fold, orient
from netviz.nat import Translated
from netviz.one_sided import Verdict
from netviz.sockets import CONNECTION_PROTOCOLS
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

    def singly(
        self, client: array[int], server: array[int], directed: array[int], kind: array[int]
    ) -> list[JoinedFlow]:
        """One flow per pair."""
        return [
            self._single(client[pair], server[pair], bool(directed[pair]), kind[pair])
            for pair in range(len(client))
        ]

    def folded(
        self, client: array[int], server: array[int], directed: array[int], kind: array[int]
    ) -> list[JoinedFlow]:
        """Directed pairs folded to one flow per ends, port and kind; the others one by one."""
        flows = [
            self._single(client[pair], server[pair], False, kind[pair])
            for pair in range(len(client))
            if not directed[pair]
        ]
        for found in fold(
            self._candidates, client, server, directed, kind, self._end_of, self._rank()
        ):
            samples = tuple(self._sample(client[p], server[p]) for p in found.samples)
            flows.append(
                JoinedFlow(
                    self._ends[found.client],
                    self._ends[found.server],
                    CONNECTION_PROTOCOLS[found.proto],
                    samples[0][1],
                    found.port,
                    found.kind,
                    True,
                    found.connections,
                    samples,
                )
            )
        return flows

    def translated(self, found: Translated) -> JoinedFlow:
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
            NAT,
            True,
            1,
            ((local, client_port, format_address(address), port),),
            found.via,
            None if found.dialled == found.reached else (format_address(asked), asked_port),
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
            True,
            1,
            ((*client, *server),),
        )

    def _single(self, client: int, server: int, directed: bool, kind: int) -> JoinedFlow:
        return JoinedFlow(
            self._ends[self._end_of[client]],
            self._ends[self._end_of[server]],
            CONNECTION_PROTOCOLS[self._candidates.proto[server]],
            self._candidates.local_port[client],
            self._candidates.local_port[server],
            kind,
            directed,
            1,
            (self._sample(client, server),),
        )

    def _sample(self, client: int, server: int) -> Sample:
        candidates = self._candidates
        return (
            self._address(candidates.local[client]),
            candidates.local_port[client],
            self._address(candidates.local[server]),
            candidates.local_port[server],
        )

    def _address(self, number: int) -> str:
        return format_address(self._known.addresses[number])

    def _rank(self) -> array[int]:
        """The place of each known address when their texts are sorted."""
        texts = [format_address(address) for address in self._known.addresses]
        rank = array("I", bytes(4 * len(texts)))
        for place, number in enumerate(sorted(range(len(texts)), key=texts.__getitem__)):
            rank[number] = place
        return rank
