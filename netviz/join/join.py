"""The join: which socket is the other end of which, and what became of all the others.

The rules are those of docs/join-rules.md; this module runs them in their order. Loops over single
sockets are in ``loops``; each rule that decides something is a module of its own.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from netviz.addresses import AMBIGUOUS, NOBODY, AddressBook
from netviz.fleet.fleet import Fleet
from netviz.fleet.ownership import Connected, address_book, owned_addresses
from netviz.fleet.sockets import CONNECTION_PROTOCOLS
from netviz.fleet.translations import Translation, borrowed_ends, named_addresses, translated_ends
from netviz.join.accounting import count_sockets, sum_up
from netviz.join.ages import Ages
from netviz.join.called_listeners import CalledListeners
from netviz.join.client_ends import ClientEnds
from netviz.join.flows import FlowMaker
from netviz.join.identity import unite_namespaces
from netviz.join.joined import JoinOptions, Pairs
from netviz.join.kinds import ATTEMPT, NAT, ONE_SIDED, QUEUED, RECENT, RECIPROCAL
from netviz.join.listeners import Listeners
from netviz.join.lone_servers import LoneServers
from netviz.join.missing_ends import dialled_ends, hidden_sources
from netviz.join.nat import NatJoin, Translated, excluded, join_translated, translated_kind
from netviz.join.one_sided import OneSided
from netviz.join.outcome import Joined
from netviz.join.sctp import SctpJoin, join_sctp
from netviz.join.selection import Selected, all_connected, select_candidates
from netviz.join.shared_addresses import match_shared
from netviz.join.verdicts import DOUBTFUL, Verdict
from netviz.loops import (
    AddressTable,
    account,
    adopt,
    cover,
    distinct,
    kinds,
    left_over,
    mark,
    match,
    take,
)
from netviz.spans import EVER, Span

if TYPE_CHECKING:
    from netviz.join.trace import Trace


def join(fleet: Fleet, options: JoinOptions) -> Joined:
    """Join all sockets of the group."""
    connected = all_connected(fleet)
    if unite_namespaces(fleet, connected):
        connected = all_connected(fleet)
    owned = owned_addresses(fleet, connected)
    book = address_book(fleet, owned)
    translations = [t for record in fleet.namespaces for t in record.translations]
    known = AddressTable()
    for address in (*book.addresses, *sorted(named_addresses(translations))):
        known.add(address)
    listeners = Listeners(fleet, known)
    selected = select_candidates(fleet, connected, known, listeners, options.recent, options.trace)
    return _Join(fleet, options, book, known, listeners, selected, owned, connected).run()


class _Join:
    """One run over the selected candidates, stage by stage."""

    def __init__(
        self,
        fleet: Fleet,
        options: JoinOptions,
        book: AddressBook,
        known: AddressTable,
        listeners: Listeners,
        selected: Selected,
        owned: Sequence[dict[int, int]],
        connected: Sequence[Connected],
    ) -> None:
        self.fleet = fleet
        self.connected = connected
        self.options = options
        self.book = book
        self.known = known
        self.listeners = listeners
        self.selected = selected
        self.candidates = selected.candidates
        covering = cover(self.candidates, listeners.table, known)
        self.listener = listeners.times.cover(self.candidates, covering)
        self.queued = adopt(self.candidates, self.listener, listeners.owners)
        self.maker = FlowMaker(fleet, self.candidates, known, self.listener)
        self.ages = Ages(fleet, listeners)
        self.called = CalledListeners(listeners, self.ages)
        self.joined = Joined(listeners, owned, self.maker)
        self.coverage = self.joined.coverage
        self.paired = bytearray(len(self.candidates))
        self.translations: list[Translation] = [
            t for record in fleet.namespaces for t in record.translations
        ]
        if options.trace:
            self.joined.trace = self._new_trace()

    def run(self) -> Joined:
        target, unsettled = self._targets()
        translated = self._join_translated()
        open_target = excluded(target, translated)
        pairing = self.ages.lifetimes.pairing if self.candidates.seen else None
        left, right = match(self.candidates, open_target, pairing)
        left, right = self.ages.part(self.candidates, left, right, self.listener)
        mark(left, self.paired)
        mark(right, self.paired)
        shared = match_shared(
            self.candidates,
            open_target,
            open_target if unsettled is target else excluded(unsettled, translated),
            self.paired,
            self.book,
            self.known,
            partial(self.ages.lifetimes.span_of, self.candidates),
        )
        for i, j in self._contemporary(shared):
            left.append(i)
            right.append(j)
            self.paired[i] = self.paired[j] = 1
            if self.joined.trace is not None:
                self.joined.trace.shared |= {i, j}
        for number in translated.outside:
            if not self.paired[number]:
                target[number] = open_target[number] = NOBODY
        self._orient(left, right)
        judge = self._judge()
        self._lead_attempts(judge, translated, target, open_target)
        one_sided = self._join_one_sided(judge, open_target)
        self._account(target, translated, one_sided)
        sctp = join_sctp(
            self.fleet,
            self.book,
            self.known,
            self.listeners,
            self.translations,
            judge,
            self.ages,
            self.selected.dialled,
            self._entered,
        )
        self._add_sctp(sctp)
        if self.joined.trace is not None:
            self.joined.trace.sctp = sctp.outcomes
        sum_up(self.coverage)
        self.coverage.missing = self.selected.most_wanted(self.joined.owned)
        if self.joined.trace is not None:
            trace = self.joined.trace
            trace.target, trace.translated, trace.pairs = target, translated, self.joined.pairs
        return self.joined

    def _contemporary(self, pairs: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """Those pairs that can be one connection, by their ages."""
        left, right = (array("I", [pair[end] for pair in pairs]) for end in (0, 1))
        yield from zip(*self.ages.part(self.candidates, left, right, self.listener), strict=True)

    def _new_trace(self) -> Trace:
        from netviz.join.trace import Trace  # seldom asked for, and not free to import

        return Trace(
            self.book,
            self.known,
            self.listeners,
            self.selected,
            self.listener,
            self.queued,
            self.paired,
            self.translations,
            self.ages.lifetimes,
        )

    def _targets(self) -> tuple[array[int], array[int]]:
        """For each candidate the namespace that its remote address means to it (rule 2).

        Also the same with AMBIGUOUS wherever others had the address at other times.
        """
        namespaces, remotes, of = distinct(self.candidates.namespace, self.candidates.remote)
        addresses = [self.known.addresses[r] for r in remotes]
        ever = [self.book.resolve(n, a) for n, a in zip(namespaces, addresses, strict=True)]
        if not (self.book.depends_on_time and self.candidates.seen):
            target = take(array("i", ever), of)
            return target, target
        places, seen, of = distinct(of, self.candidates.seen)
        then = [
            self.book.resolve(
                namespaces[p], addresses[p], self.ages.lifetimes.span(namespaces[p], s)
            )
            for p, s in zip(places, seen, strict=True)
        ]
        unsettled = [t if t == ever[p] else AMBIGUOUS for p, t in zip(places, then, strict=True)]
        return take(array("i", then), of), take(array("i", unsettled), of)

    def _join_translated(self) -> NatJoin:
        if not self.translations:
            return NatJoin()
        found = join_translated(
            self.translations,
            self.candidates,
            self.book,
            self.known,
            self.listeners,
            self.fleet.ranks(),
            partial(self.ages.lifetimes.are_apart, self.candidates),
            self._entered,
            partial(self.called.of_candidate, self.candidates),
        )
        found.found = [t for t in found.found if not self._is_too_young(t)]
        for translated in found.found:
            kind = translated_kind(self.candidates, translated)
            self.joined.flows.append(self.maker.translated(translated, kind))
            self.coverage.nat += kind == NAT
            self.paired[translated.client] = 1
            if translated.server >= 0:
                self.paired[translated.server] = 1
        return found

    def _entered(self, translation: Translation) -> Span:
        """When a translation was in the table of its namespace."""
        if not self.book.depends_on_time:
            return EVER
        namespace = translation.namespace
        return self.ages.lifetimes.span(namespace, self.fleet.sightings_of(translation))

    def _is_too_young(self, translated: Translated) -> bool:
        """Whether what answers in the table of connections was not there with its client."""
        client = self.ages.last_listed(self.candidates, translated.client)
        if translated.listening is not None:
            end = translated.listening
            return self.ages.is_too_young(end.owner, end.listener, client)
        owner, listener = (
            column[translated.server] for column in (self.candidates.owner, self.listener)
        )
        return listener >= 0 and self.ages.is_too_young(owner, listener, client)

    def _orient(self, left: array[int], right: array[int]) -> None:
        client, server, directed = self.maker.oriented(left, right)
        kind = kinds(self.candidates, client, server, self.queued)
        single_bytes = kind.tobytes()  # an array would make a number of each
        self.coverage.queued = single_bytes.count(QUEUED)
        self.coverage.reciprocal = single_bytes.count(RECIPROCAL)
        self.joined.pairs = Pairs(client, server, directed, kind)

    def _judge(self) -> OneSided:
        taken, borrowed = (
            frozenset(
                (namespace, CONNECTION_PROTOCOLS.index(proto), self.known.find(address), port)
                for namespace, proto, address, port in ends
            )
            for ends in (translated_ends(self.translations), borrowed_ends(self.translations))
        )
        return OneSided(
            self.fleet,
            self.candidates,
            self.listeners,
            self.known,
            self.ages,
            self.called,
            taken,
            borrowed,
        )

    def _lone_servers(self, judge: OneSided) -> LoneServers:
        ends = ClientEnds(
            self.fleet,
            self.connected,
            self.candidates,
            self.book,
            self.known,
            self.listeners,
            self.ages,
        )
        return LoneServers(self.fleet, self.candidates, self.known, self.ages, ends, judge)

    def _join_one_sided(self, judge: OneSided, target: array[int]) -> int:
        """Judge what is left; gives how many sockets are certain although one-sided."""
        numbers, _ = left_over(target, self.paired)
        certain = 0
        in_vain: set[tuple[int, int, int, int]] = set()
        clients = [i for i in numbers if self.listener[i] < 0]
        served = [i for i in numbers if self.listener[i] >= 0]
        verdicts = chain(
            judge.judge(clients, target),
            self._lone_servers(judge).judge(served, target, self.paired),
        )
        for verdict in verdicts:
            if self.joined.trace is not None:
                self.joined.trace.verdicts[verdict.candidate] = verdict
            if self._draws(verdict) and verdict.other is not None:
                self.joined.flows.append(self.maker.one_sided(verdict, verdict.other))
            if verdict.kind == ONE_SIDED and verdict.other is not None and not verdict.reason:
                certain += 1
                self.paired[verdict.candidate] = 1
            elif verdict.kind == ONE_SIDED:
                if verdict.is_client:
                    in_vain.add(self._dialled(verdict.candidate, target))
                reasons = self.coverage.reasons
                reasons[verdict.reason] = reasons.get(verdict.reason, 0) + 1
        if in_vain:
            for end in hidden_sources(self.translations, in_vain, self.book):
                self.selected.dialled.add(*end)
        return certain

    def _lead_attempts(
        self,
        judge: OneSided,
        translated: NatJoin,
        target: array[int],
        open_target: array[int],
    ) -> None:
        """Attempts that conntrack leads to another end than the one they dial (rule 5)."""
        for number, (there, through) in translated.attempts.items():
            if self.paired[number]:
                continue
            verdict = judge.attempt(number, there, *through.reached)
            if self.joined.trace is not None:
                self.joined.trace.verdicts[number] = verdict
            if self._draws(verdict):
                led = through._replace(listening=verdict.other)
                self.joined.flows.append(self.maker.translated(led, ATTEMPT))
            target[number] = there
            open_target[number] = NOBODY  # it is judged

    def _dialled(self, i: int, target: array[int]) -> tuple[int, int, int, int]:
        """Namespace, protocol, address and port of what a client's socket dials."""
        candidates = self.candidates
        address = self.known.addresses[candidates.remote[i]]
        return target[i], candidates.proto[i], address, candidates.remote_port[i]

    def _draws(self, verdict: Verdict) -> bool:
        """Whether a socket without another is drawn: it is certain, or doubt was asked for."""
        if verdict.kind == ATTEMPT:
            return self.options.attempts
        if verdict.kind == RECENT and not self.options.recent:
            return False
        return not verdict.reason or (self.options.doubtful and verdict.reason in DOUBTFUL)

    def _account(self, target: array[int], translated: NatJoin, one_sided: int) -> None:
        """Count every socket once: joined, or why not."""
        for number in translated.ambiguous:
            target[number] = AMBIGUOUS
        ends = dialled_ends(
            self.fleet,
            self.candidates,
            target,
            self.paired,
            self.listener,
            self.known,
            translated,
        )
        for end in ends:
            self.selected.dialled.add(*end)
        counts = account(self.candidates, target, self.paired)
        count_sockets(self.coverage, self.fleet, self.selected, self.listeners, counts)
        self.coverage.one_sided = one_sided

    def _add_sctp(self, sctp: SctpJoin) -> None:
        """Draw and count the associations of SCTP, which have no columns."""
        coverage = self.coverage
        self.joined.flows += sctp.flows
        for verdict, flow in sctp.verdicts:
            if self._draws(verdict) and flow is not None:
                self.joined.flows.append(flow)
        for name, count in sctp.counts.items():
            setattr(coverage, name, getattr(coverage, name) + count)
        for reason, count in sctp.reasons.items():
            coverage.reasons[reason] = coverage.reasons.get(reason, 0) + count
