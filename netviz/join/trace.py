"""What the join decided of each socket, kept where somebody wants to know why.

Counting needs no more than sums, so a stitch keeps none of this. ``netviz explain`` does: it asks
here what became of a socket. Nothing is decided here.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from netviz.addresses import AddressBook
from netviz.fleet.ownership import local_addresses
from netviz.fleet.sockets import CONNECTION_PROTOCOLS
from netviz.fleet.translations import Translation
from netviz.join.joined import Pairs
from netviz.join.lifetimes import Lifetimes
from netviz.join.listeners import Listeners
from netviz.join.nat import NatJoin
from netviz.join.sctp import SctpOutcome
from netviz.join.selection import Selected
from netviz.join.verdicts import Verdict
from netviz.loops import AddressTable, account
from netviz.spans import EVER
from netviz.tables import TIME_WAIT, Candidates, ConnectedColumns

NO_CANDIDATE = -1
"""The number of a socket whose remote address nobody of the group has, and no translation names."""


class ConnectedSocket(NamedTuple):
    """One connected socket, and the number that it has as a candidate.

    ``owner`` is that of its listener where the socket waits to be accepted. ``seen`` numbers the
    set of samples that list it, 0 where no machine has several.
    """

    namespace: int
    proto: str
    local: int
    local_port: int
    remote: int
    remote_port: int
    state: int
    inode: int
    owner: int
    candidate: int
    seen: int = 0


class Pair(NamedTuple):
    """The other candidate of a pair, what kind of match it is, and which end is the client."""

    other: int
    kind: int
    is_client: bool
    directed: bool


PortFilter = Callable[[int, int], bool]
"""Whether a socket of this local and remote port is wanted."""


@dataclass(slots=True)
class Trace:
    """One run of the join: the columns that it worked on and what they came to.

    ``listener[i]``, ``queued[i]``, ``target[i]`` and ``paired[i]`` are of candidate i, ``verdicts``
    of those that were judged by rule 6; ``shared`` has those that rule 4 paired. Associations of
    SCTP are no candidates.
    """

    book: AddressBook
    known: AddressTable
    listeners: Listeners
    selected: Selected
    listener: array[int]
    queued: array[int]
    paired: bytearray
    translations: list[Translation]
    lifetimes: Lifetimes
    target: array[int] = field(default_factory=lambda: array("i"))
    translated: NatJoin = field(default_factory=NatJoin)
    pairs: Pairs = field(default_factory=Pairs)
    verdicts: dict[int, Verdict] = field(default_factory=dict)
    shared: set[int] = field(default_factory=set)
    sctp: list[SctpOutcome] = field(default_factory=list)
    _pair_of: dict[int, Pair] = field(default_factory=dict)

    def connected(self, wanted: PortFilter) -> Iterator[ConnectedSocket]:
        """Every connected socket of the group whose ports are ``wanted``, each once."""
        first = 0
        for namespace, proto, table, inner in self.selected.selections:
            numbers: dict[int, int] | None = None
            local: list[int] = []
            for i, ports in enumerate(zip(table.local_port, table.remote_port, strict=True)):
                if not wanted(*ports):
                    continue
                if numbers is None:
                    numbers = {place: number for number, place in enumerate(inner, first)}
                    local = local_addresses(table)
                number = numbers.get(i, NO_CANDIDATE)
                if number != NO_CANDIDATE:
                    yield self.candidate(number)
                else:
                    yield _external(namespace, proto, table, i, local[table.local[i]])
            first += len(inner)

    def owners(self, socket: ConnectedSocket) -> list[int]:
        """Who owned the remote address of a socket when that was seen."""
        candidates, number = self.selected.candidates, socket.candidate
        when = EVER if number == NO_CANDIDATE else self.lifetimes.span_of(candidates, number)
        return self.book.owners(socket.namespace, socket.remote, when)

    def fate(self, socket: ConnectedSocket) -> str:
        """What the socket was counted as: the name of that field of the coverage."""
        if socket.candidate == NO_CANDIDATE:
            return "recent" if socket.state == TIME_WAIT else "external"
        one = _single(self.selected.candidates, socket.candidate)
        target = self.target[socket.candidate : socket.candidate + 1]
        paired = self.paired[socket.candidate : socket.candidate + 1]
        counts = account(one, target, paired)._asdict()
        del counts["unowned"]  # stands beside the others
        return next(name for name, count in counts.items() if count)

    def pair(self, candidate: int) -> Pair | None:
        """The pair that a candidate is in, None where it is in none."""
        if not self._pair_of:
            for client, server, directed, kind in zip(
                self.pairs.client,
                self.pairs.server,
                self.pairs.directed,
                self.pairs.kind,
                strict=True,
            ):
                self._pair_of[client] = Pair(server, kind, True, bool(directed))
                self._pair_of.setdefault(server, Pair(client, kind, False, bool(directed)))
        return self._pair_of.get(candidate)

    def covering(self, namespace: int, proto: str, address: int, port: int, seen: int) -> int:
        """The number of the listener that covers the local end of a socket, negative where none
        does; ``seen`` numbers the samples that list the socket."""
        number = CONNECTION_PROTOCOLS.index(proto)
        return self.listeners.covering(namespace, number, address, port, seen)

    def candidate(self, number: int) -> ConnectedSocket:
        """A candidate as a socket."""
        candidates = self.selected.candidates
        return ConnectedSocket(
            candidates.namespace[number],
            CONNECTION_PROTOCOLS[candidates.proto[number]],
            self.known.addresses[candidates.local[number]],
            candidates.local_port[number],
            self.known.addresses[candidates.remote[number]],
            candidates.remote_port[number],
            candidates.state[number],
            candidates.inode[number],
            candidates.owner[number],
            number,
            candidates.seen[number] if candidates.seen else 0,
        )


def _external(
    namespace: int, proto: str, table: ConnectedColumns, i: int, local: int
) -> ConnectedSocket:
    return ConnectedSocket(
        namespace,
        proto,
        local,
        table.local_port[i],
        table.remote_hi[i] << 64 | table.remote_lo[i],
        table.remote_port[i],
        table.state[i],
        table.inode[i],
        table.owner[i],
        NO_CANDIDATE,
        table.seen[i] if table.seen else 0,
    )


def _single(candidates: Candidates, number: int) -> Candidates:
    """The columns of one candidate alone."""
    return Candidates(
        *(
            getattr(candidates, name)[number : number + 1]
            for name in Candidates.__dataclass_fields__
        )
    )
