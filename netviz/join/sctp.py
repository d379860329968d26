"""Associations of SCTP: which is the other end of which (rule 12).

An end has several addresses. Two associations are one connection where their ports mirror and their
sets of addresses meet, both ways. The other rules hold as they do for single addresses; an address
set means the namespace that any of its addresses means, if they do not contradict each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from netviz.addresses import AMBIGUOUS, AddressBook, format_address, is_link_local
from netviz.fleet.fleet import Fleet
from netviz.fleet.sctp_tables import CLOSED, COOKIE_ECHOED, COOKIE_WAIT
from netviz.join.ages import Ages
from netviz.join.direction import opened
from netviz.join.joined import JoinedFlow
from netviz.join.kinds import ATTEMPT, ONE_SIDED, QUEUED, RECIPROCAL
from netviz.join.listeners import Listeners
from netviz.join.one_sided import LINK_LOCAL, OneSided, Verdict
from netviz.join.sctp_sockets import PROTO, SctpSocket, meeting, sctp_sockets, sent
from netviz.loops import AddressTable, Dialled, End


class SctpOutcome(NamedTuple):
    """What an association came to: ``fate`` is its count in the coverage.

    ``other`` is its other end, where one was found; ``is_client`` is None where that is not known.
    Else ``meant`` are the namespaces that its remote addresses mean, and ``verdict`` is that of
    rule 6.
    """

    socket: SctpSocket
    fate: str
    other: SctpSocket | None = None
    is_client: bool | None = None
    meant: tuple[int, ...] = ()
    verdict: Verdict | None = None


@dataclass(slots=True)
class SctpJoin:
    """Flows of pairs; what was judged of the others, each with its flow if it is drawn.

    ``counts`` are by field of the coverage; ``outcomes`` has one for each association.
    """

    flows: list[JoinedFlow] = field(default_factory=list)
    verdicts: list[tuple[Verdict, JoinedFlow | None]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    outcomes: list[SctpOutcome] = field(default_factory=list)

    def count(self, outcome: SctpOutcome) -> None:
        """Count an association, once."""
        self.counts[outcome.fate] += 1
        self.outcomes.append(outcome)


def join_sctp(
    fleet: Fleet,
    book: AddressBook,
    known: AddressTable,
    listeners: Listeners,
    judge: OneSided,
    ages: Ages,
    dialled: Dialled,
) -> SctpJoin:
    """Join the associations of the group; those to the outside are added to ``dialled``."""
    sockets = sorted(
        sctp_sockets(fleet, known, listeners),
        key=lambda s: (s.association.inode, s.association[1:], s.namespace),
    )
    return _SctpJoiner(fleet, book, known, judge, ages, dialled, sockets).join()


class _SctpJoiner:
    def __init__(
        self,
        fleet: Fleet,
        book: AddressBook,
        known: AddressTable,
        judge: OneSided,
        ages: Ages,
        dialled: Dialled,
        sockets: list[SctpSocket],
    ) -> None:
        self._fleet = fleet
        self._book = book
        self._known = known
        self._judge = judge
        self._ages = ages
        self._dialled = dialled
        self._sockets = sockets
        self._paired: set[int] = set()
        self._found = SctpJoin()
        self._by_ports: dict[tuple[int, int], list[int]] = {}
        for number, socket in enumerate(sockets):
            if socket.association.state != CLOSED:
                ports = socket.association.local_port, socket.association.remote_port
                self._by_ports.setdefault(ports, []).append(number)

    def join(self) -> SctpJoin:
        for sure in (True, False):
            for number, socket in enumerate(self._sockets):
                if number not in self._paired and socket.association.state != CLOSED:
                    self._find_other(number, sure)
        for number, socket in enumerate(self._sockets):
            self._found.counts["unowned"] += not socket.end.owner
            if number not in self._paired:
                self._judge_alone(socket)
        return self._found

    def _find_other(self, number: int, sure: bool) -> None:
        """Pair a socket: with whom its addresses lead to; else with the only one they may."""
        options = self._options(number, sure)
        if options and (sure or (len(options) == 1 and len(self._options(options[0], sure)) == 1)):
            self._paired |= {number, options[0]}
            self._found.flows.append(self._flow(self._sockets[number], self._sockets[options[0]]))

    def _options(self, number: int, sure: bool) -> list[int]:
        one = self._sockets[number]
        ports = one.association.remote_port, one.association.local_port
        return [
            other
            for other in self._by_ports.get(ports, ())
            if other != number
            and other not in self._paired
            and self._is_mirrored(one, self._sockets[other], sure)
            and not self._is_too_young(one, self._sockets[other])
            and not self._is_too_young(self._sockets[other], one)
        ]

    def _is_too_young(self, one: SctpSocket, other: SctpSocket) -> bool:
        """Whether ``one`` was not there when the other end was captured (rule 3)."""
        owner, listener = one.end.owner, one.end.listener
        return listener >= 0 and self._ages.is_too_young(owner, listener, other.namespace)

    def _is_mirrored(self, one: SctpSocket, other: SctpSocket, sure: bool) -> bool:
        """Whether the sets meet both ways; where not ``sure``, one end may be one of several."""
        forth, back = self._leads(one, other), self._leads(other, one)
        return forth and back if sure else (forth or back) and self._may(one, other, forth, back)

    def _leads(self, one: SctpSocket, other: SctpSocket) -> bool:
        return any(
            self._book.resolve(one.namespace, address) == other.namespace
            for address in meeting(one, other)
        )

    def _may(self, one: SctpSocket, other: SctpSocket, forth: bool, back: bool) -> bool:
        """Whether the direction that does not lead there for sure may do so (rule 4)."""
        source, target = (other, one) if forth else (one, other)
        return (forth and back) or any(
            target.namespace in self._book.owners(source.namespace, address)
            for address in meeting(source, target)
            if not is_link_local(address)
        )

    def _flow(self, one: SctpSocket, other: SctpSocket) -> JoinedFlow:
        client, server, directed = self._oriented(one, other)
        waits = client.association.waits or server.association.waits
        for socket, far, role in ((client, server, True), (server, client, False)):
            self._found.count(SctpOutcome(socket, "joined", far, role if directed else None))
        self._found.counts["queued" if waits else "reciprocal"] += 1
        # Each side knows best which address of the other is the primary one.
        theirs, ours = client.association.remote[0], server.association.remote[0]
        return _joined(
            client.end,
            server.end,
            (ours, client.association.local_port),
            (theirs, server.association.local_port),
            QUEUED if waits else RECIPROCAL,
            directed,
        )

    def _oriented(self, one: SctpSocket, other: SctpSocket) -> tuple[SctpSocket, SctpSocket, bool]:
        """Client, server, and whether that is known (rule 11)."""
        if (one.end.listener >= 0) != (other.end.listener >= 0):
            return (other, one, True) if one.end.listener >= 0 else (one, other, True)
        first = opened(self._fleet, {*sent(one), *sent(other)})
        told = [bool(first & set(sent(socket))) for socket in (one, other)]
        if told[0] != told[1]:
            return (one, other, True) if told[0] else (other, one, True)
        ephemeral = [self._is_ephemeral(socket) for socket in (one, other)]
        if None not in ephemeral and ephemeral[0] != ephemeral[1]:
            return (one, other, True) if ephemeral[0] else (other, one, True)
        return one, other, False

    def _is_ephemeral(self, socket: SctpSocket) -> bool | None:
        ports = self._fleet.namespaces[socket.namespace].local_port_range
        return None if ports is None else ports[0] <= socket.association.local_port <= ports[1]

    def _judge_alone(self, socket: SctpSocket) -> None:
        association = socket.association
        if association.state == CLOSED:
            self._found.count(SctpOutcome(socket, "recent"))
            return
        meant = {a: self._book.resolve(socket.namespace, a) for a in association.remote}
        places = {place for place in meant.values() if place >= 0}
        if len(places) > 1 or (not places and AMBIGUOUS in meant.values()):
            owners = {
                owner
                for a in association.remote
                for owner in self._book.owners(socket.namespace, a)
            }
            self._found.count(SctpOutcome(socket, "ambiguous", meant=tuple(sorted(owners))))
        elif not places:
            self._found.count(SctpOutcome(socket, "external"))
            if socket.end.listener < 0:
                self._dialled.add(PROTO, association.remote[0], association.remote_port)
        else:
            there = places.pop()
            self._judge_in_group(socket, there, [a for a, n in meant.items() if n == there])

    def _judge_in_group(self, socket: SctpSocket, there: int, addresses: list[int]) -> None:
        """Rule 6 for an association whose other end is in namespace ``there``."""
        association = socket.association
        tried = association.state in (COOKIE_WAIT, COOKIE_ECHOED)
        kind = ATTEMPT if tried else ONE_SIDED
        is_client = socket.end.listener < 0
        if is_client:
            other, reason = self._listening(socket, there, addresses)
            if tried and other is None:
                other = End(there, 0, -1, True)
        elif all(map(is_link_local, addresses)):
            other, reason = None, LINK_LOCAL
        else:
            other, reason = self._judge.gone(there)
        verdict = Verdict(-1, kind, other, is_client, reason)
        fate = "attempt" if tried else "joined" if other is not None and not reason else "unmatched"
        self._found.count(SctpOutcome(socket, fate, meant=(there,), verdict=verdict))
        if fate == "joined":
            self._found.counts["one_sided"] += 1
        elif fate == "unmatched":
            self._found.reasons[reason] += 1
        flow = None if other is None else _one_sided(socket, other, kind, addresses[0], is_client)
        self._found.verdicts.append((verdict, flow))

    def _listening(
        self, socket: SctpSocket, there: int, addresses: Iterable[int]
    ) -> tuple[End | None, str]:
        """The first listener on any of the addresses, the certain ones first."""
        port = socket.association.remote_port
        found = [
            self._judge.ahead(socket.namespace, there, PROTO, self._known.add(address), port)
            for address in addresses
        ]
        return min(found, key=lambda answer: (answer[0] is None, answer[1] != ""))


def _one_sided(
    socket: SctpSocket, other: End, kind: int, address: int, is_client: bool
) -> JoinedFlow:
    association = socket.association
    here = association.local[0], association.local_port
    there = address, association.remote_port
    if is_client:
        return _joined(socket.end, other, here, there, kind, True)
    return _joined(other, socket.end, there, here, kind, True)


def _joined(
    client: End,
    server: End,
    client_end: tuple[int, int],
    server_end: tuple[int, int],
    kind: int,
    directed: bool,
) -> JoinedFlow:
    (address, port), (other, other_port) = client_end, server_end
    sample = (format_address(address), port, format_address(other), other_port)
    return JoinedFlow(client, server, "sctp", port, other_port, kind, directed, 1, (sample,))
