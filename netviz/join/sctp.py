"""Associations of SCTP: which is the other end of which (rule 12).

An end has several addresses. Two associations are one connection where their ports mirror and their
sets of addresses meet, both ways. The other rules hold as they do for single addresses; an address
set means the namespace that its addresses together mean, if they do not contradict each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from netviz.addresses import AddressBook, format_address
from netviz.fleet.fleet import Fleet
from netviz.fleet.translations import Translation
from netviz.join.ages import Ages
from netviz.join.direction import opened
from netviz.join.joined import JoinedFlow
from netviz.join.kinds import ATTEMPT, NAT, ONE_SIDED, QUEUED, RECIPROCAL
from netviz.join.listeners import Listeners
from netviz.join.nat import Translated
from netviz.join.one_sided import OneSided
from netviz.join.sctp_nat import SctpNat, TranslatedPair, translated_associations
from netviz.join.sctp_pairs import SctpPairs
from netviz.join.sctp_peers import Peer, Peers
from netviz.join.sctp_sockets import PROTO, SctpSocket, sctp_sockets, sent
from netviz.join.verdicts import TRANSLATED, Verdict
from netviz.loops import AddressTable, Dialled
from netviz.loops.results import End
from netviz.parsers.sctp import CLOSED, COOKIE_ECHOED, COOKIE_WAIT
from netviz.spans import Span


class SctpOutcome(NamedTuple):
    """What an association came to: ``fate`` is its count in the coverage.

    ``other`` is its other end, where one was found, and ``through`` the translation on the way;
    ``is_client`` is None where that is not known. Else ``peer`` is where its remote addresses are,
    if they were asked, and ``verdict`` is that of rule 6.
    """

    socket: SctpSocket
    fate: str
    other: SctpSocket | None = None
    is_client: bool | None = None
    through: Translated | None = None
    peer: Peer | None = None
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
    translations: Sequence[Translation],
    judge: OneSided,
    ages: Ages,
    dialled: Dialled,
    when: Callable[[Translation], Span],
) -> SctpJoin:
    """Join the associations of the group; those to the outside are added to ``dialled``.

    ``when`` tells when a translation was in its table.
    """
    sockets = sorted(
        sctp_sockets(fleet, listeners),
        key=lambda s: (s.association.inode, s.association[1:], s.namespace),
    )
    ranks = fleet.ranks()
    nat = translated_associations(sockets, translations, book, known, listeners, ranks, when)
    return _SctpJoiner(fleet, book, known, judge, ages, dialled, sockets, nat).join()


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
        nat: SctpNat,
    ) -> None:
        self._fleet = fleet
        self._known = known
        self._judge = judge
        self._dialled = dialled
        self._sockets = sockets
        self._nat = nat
        self._peers = Peers(fleet, book, ages.lifetimes)
        self._pairs = SctpPairs(sockets, book, ages)
        self._found = SctpJoin()

    def join(self) -> SctpJoin:
        translated = [
            pair
            for pair in self._nat.found
            if self._pairs.are_contemporary(pair.client, pair.server)
        ]
        paired = {number for pair in translated for number in (pair.client, pair.server)}
        mirrored = self._pairs.find(paired | self._nat.ambiguous)
        paired.update(number for pair in mirrored for number in pair)
        for pair in translated:
            self._add_translated(pair)
        for one, other in mirrored:
            self._add_mirrored(self._sockets[one], self._sockets[other])
        for number, socket in enumerate(self._sockets):
            self._found.counts["unowned"] += not socket.end.owner
            if number not in paired:
                self._judge_alone(number, socket)
        return self._found

    def _add_translated(self, pair: TranslatedPair) -> None:
        client, server = self._sockets[pair.client], self._sockets[pair.server]
        through = pair.through
        for socket, far, is_client in ((client, server, True), (server, client, False)):
            self._found.count(SctpOutcome(socket, "joined", far, is_client, through))
        self._found.counts["nat"] += 1
        ends = (pair.local, client.association.local_port), through.reached
        flow = _joined(client.end, server.end, *ends, NAT, True, _seen(client, server))
        (address, port), asked = through.dialled, through.dialled != through.reached
        dialled = (format_address(address), port) if asked else None
        self._found.flows.append(replace(flow, via=through.via, dialled=dialled))

    def _add_mirrored(self, one: SctpSocket, other: SctpSocket) -> None:
        client, server, directed = self._oriented(one, other)
        waits = client.association.waits or server.association.waits
        for socket, far, role in ((client, server, True), (server, client, False)):
            self._found.count(SctpOutcome(socket, "joined", far, role if directed else None))
        self._found.counts["queued" if waits else "reciprocal"] += 1
        # Each side knows best which address of the other is the primary one.
        theirs, ours = client.association.remote[0], server.association.remote[0]
        self._found.flows.append(
            _joined(
                client.end,
                server.end,
                (ours, client.association.local_port),
                (theirs, server.association.local_port),
                QUEUED if waits else RECIPROCAL,
                directed,
                _seen(client, server),
            )
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

    def _judge_alone(self, number: int, socket: SctpSocket) -> None:
        association = socket.association
        if association.state == CLOSED:
            self._found.count(SctpOutcome(socket, "recent"))
            return
        if number in self._nat.ambiguous:
            self._found.count(SctpOutcome(socket, "ambiguous"))
            return
        outside = self._nat.outside.get(number)
        peer = self._peers.of(socket)
        if outside is not None or not peer.namespaces:
            self._found.count(SctpOutcome(socket, "external", peer=peer))
            if socket.end.listener < 0:
                end = outside or (peer.addresses[0], association.remote_port)
                self._dialled.add(PROTO, *end)
        elif peer.is_ambiguous:
            self._found.count(SctpOutcome(socket, "ambiguous", peer=peer))
        else:
            self._judge_in_group(socket, peer)

    def _judge_in_group(self, socket: SctpSocket, peer: Peer) -> None:
        """Rule 6 for an association whose other end is in one namespace of the group."""
        (there,) = peer.namespaces
        tried = socket.association.state in (COOKIE_WAIT, COOKIE_ECHOED)
        kind = ATTEMPT if tried else ONE_SIDED
        # A server has no association before it has seen the cookie.
        is_client = tried or socket.end.listener < 0
        if is_client:
            other, reason = self._listening(socket, there, peer.addresses)
            if tried and other is None:
                other = End(there, 0, -1, True)
        else:
            other, reason = self._gone(socket, there, peer.addresses)
        verdict = Verdict(-1, kind, other, is_client, reason)
        fate = "attempt" if tried else "joined" if other is not None and not reason else "unmatched"
        self._found.count(SctpOutcome(socket, fate, peer=peer, verdict=verdict))
        if fate == "joined":
            self._found.counts["one_sided"] += 1
        elif fate == "unmatched":
            self._found.reasons[reason] += 1
        # Peers may listen on the very port that they dial from: then either is the client.
        directed = is_client or self._listening(socket, there, peer.addresses)[0] is None
        address = peer.addresses[0]
        flow = (
            None if other is None else _one_sided(socket, other, kind, address, is_client, directed)
        )
        self._found.verdicts.append((verdict, flow))

    def _listening(
        self, socket: SctpSocket, there: int, addresses: Iterable[int]
    ) -> tuple[End | None, str]:
        """The listener on any of the addresses; what is doubtful of one is doubtful of it."""
        caller, port = (socket.namespace, socket.seen), socket.association.remote_port
        found = [
            self._judge.ahead(*caller, there, PROTO, self._known.add(address), port)
            for address in addresses
        ]
        return min(found, key=lambda answer: (answer[0] is None, answer[1] == ""))

    def _gone(
        self, socket: SctpSocket, there: int, addresses: Iterable[int]
    ) -> tuple[End | None, str]:
        """``?`` of the peer's machine, unless something else was seen to stand behind it."""
        port = socket.association.remote_port
        found = {
            self._judge.gone(there, PROTO, self._known.add(address), port) for address in addresses
        }
        return next(
            (answer for answer in found if answer[1] == TRANSLATED),
            min(found, key=lambda answer: answer[0] is None),
        )


def _one_sided(
    socket: SctpSocket, other: End, kind: int, address: int, is_client: bool, directed: bool
) -> JoinedFlow:
    association = socket.association
    here = association.local[0], association.local_port
    there = address, association.remote_port
    if is_client:
        return _joined(socket.end, other, here, there, kind, directed, _seen(socket))
    return _joined(other, socket.end, there, here, kind, directed, _seen(socket))


def _seen(*sockets: SctpSocket) -> tuple[int, ...]:
    return tuple({socket.seen for socket in sockets if socket.seen})


def _joined(
    client: End,
    server: End,
    client_end: tuple[int, int],
    server_end: tuple[int, int],
    kind: int,
    directed: bool,
    seen: tuple[int, ...],
) -> JoinedFlow:
    (address, port), (other, other_port) = client_end, server_end
    sample = (format_address(address), port, format_address(other), other_port)
    return JoinedFlow(
        *(client, server, "sctp", port, other_port, kind, directed, 1, (sample,)), seen=seen
    )
