"""Connections whose two ends saw different tuples, because a machine between them translated.

Rule 5 of docs/join-rules.md. A conntrack entry has the tuple of the original direction, as the
client sent it, and of the reply, as the server sends it; where the one does not mirror the other,
the entry translates (Documentation/networking/nf_conntrack-sysctl.rst).
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from netviz.addresses import AMBIGUOUS, NOBODY, AddressBook, is_ipv4
from netviz.fleet.sockets import CONNECTION_PROTOCOLS
from netviz.fleet.translations import Translation, Way
from netviz.join.kinds import NAT, RECENT
from netviz.join.listeners import CONNECTIONLESS, Listeners
from netviz.loops import AddressTable, find_tuples
from netviz.loops.results import End
from netviz.spans import EVER, Span
from netviz.tables import SYN_SENT, TIME_WAIT, Candidates

MOST_HOPS = 8
"""How many machines in a row may translate one connection."""

MOST_WAYS = 256
"""How many translations are looked at for one client.

Where many namespaces translate alike, the ways through them multiply at each hop: without a bound,
a few lines that somebody made up would keep the join busy for ever.
"""


class Translated(NamedTuple):
    """A client's socket and what answers it: a socket (``server``) or an unconnected listener.

    ``via`` numbers the translating namespaces in the order of the way, ``dialled`` is what the
    client asked for, ``reached`` the address and port where it came out.
    """

    client: int
    server: int
    listening: End | None
    via: tuple[int, ...]
    dialled: tuple[int, int]
    reached: tuple[int, int]


@dataclass(slots=True)
class NatJoin:
    """Connections found through translations; ``ambiguous`` candidates have several answers.

    ``outside`` has the address and port, of nobody in the group, that a client was led to,
    ``attempts`` where in the group one was led that was not answered yet: the namespace, and how.
    """

    found: list[Translated] = field(default_factory=list)
    ambiguous: set[int] = field(default_factory=set)
    outside: dict[int, tuple[int, int]] = field(default_factory=dict)
    attempts: dict[int, tuple[int, Translated]] = field(default_factory=dict)


def join_translated(
    translations: Sequence[Translation],
    candidates: Candidates,
    book: AddressBook,
    known: AddressTable,
    listeners: Listeners,
    rank: Sequence[int],
    are_apart: Callable[[int, int], bool] = lambda client, server: False,
    when: Callable[[Translation], Span] = lambda translation: EVER,
    called: Callable[[int, int], int] = lambda listener, client: listener,
) -> NatJoin:
    """Find, for every chain of translations, the sockets at its two ends.

    Two that ``are_apart`` in time are no ends of one connection. Addresses are those of whoever had
    them ``when`` a translation was in its table. Of a listener ``called`` gives the one that was
    there with the client, negative for none.

    Where two chains lead there (routers that share their entries), the shorter one is told of, then
    the one of namespaces with the smaller ``rank``.
    """
    return _Translator(
        translations, candidates, book, known, listeners, rank, are_apart, when, called
    ).join()


class _Translator:
    def __init__(
        self,
        translations: Sequence[Translation],
        candidates: Candidates,
        book: AddressBook,
        known: AddressTable,
        listeners: Listeners,
        rank: Sequence[int],
        are_apart: Callable[[int, int], bool],
        when: Callable[[Translation], Span],
        called: Callable[[int, int], int],
    ) -> None:
        self._rank = rank
        self._are_apart = are_apart
        self._when = when
        self._called = called
        # The same entry may be in several samples of a namespace.
        self._translations = sorted(set(translations))
        self._candidates = candidates
        self._book = book
        self._known = known
        self._listeners = listeners
        self._by_original: dict[tuple[str, Way], list[Translation]] = {}
        for translation in self._translations:
            key = (translation.proto, translation.original)
            self._by_original.setdefault(key, []).append(translation)
        self._sockets = self._find_sockets()
        self._outside: dict[int, set[tuple[int, int]]] = {}
        self._unanswered: dict[int, list[tuple[int, Translated]]] = {}
        self._followed: dict[int, int] = {}  # how many translations, by client

    def join(self) -> NatJoin:
        answers: dict[int, set[Translated]] = {}
        for first in self._translations:
            for client in self._clients(first):
                answers.setdefault(client, set()).update(self._follow(client, (first,)))
        result = NatJoin()
        claims: dict[int, int] = {}
        for client, found in sorted(answers.items()):
            ends = {(t.server, t.listening) for t in found}
            if len(ends) > 1 or self._followed[client] > MOST_WAYS:
                result.ambiguous.add(client)
            elif found:
                answer = min(found, key=self._preference)
                result.found.append(answer)
                if answer.server >= 0:
                    claims[answer.server] = claims.get(answer.server, 0) + 1
        contested = {server for server, count in claims.items() if count > 1}
        result.ambiguous.update(t.client for t in result.found if t.server in contested)
        result.found = [t for t in result.found if t.server not in contested]
        result.outside = {
            client: min(ends)
            for client, ends in self._outside.items()
            if len(ends) == 1 and not answers[client] and client not in result.ambiguous
        }
        result.attempts = {
            client: min(ways, key=lambda way: self._preference(way[1]))
            for client, ways in self._unanswered.items()
            if self._is_attempt(client, ways)
            and not answers[client]
            and client not in result.ambiguous
        }
        return result

    def _is_attempt(self, client: int, ways: list[tuple[int, Translated]]) -> bool:
        """Whether ``client`` is not answered yet, and all its ways lead to one end of the group."""
        ends = {(there, through.reached) for there, through in ways}
        is_inside = all(there >= 0 for there, _ in ends)
        return self._candidates.state[client] == SYN_SENT and len(ends) == 1 and is_inside

    def _preference(self, answer: Translated) -> tuple[int, list[int]]:
        return len(answer.via), [self._rank[namespace] for namespace in answer.via]

    def _find_sockets(self) -> Mapping[tuple[str, Way], list[int]]:
        """The candidates that have a tuple of a translation, by protocol and (local, remote)."""
        wanted: dict[tuple[int, int, int, int, int], tuple[str, Way]] = {}
        for translation in self._translations:
            for way in (translation.original, translation.reply):
                local, remote = self._known.find(way.source), self._known.find(way.destination)
                proto = CONNECTION_PROTOCOLS.index(translation.proto)
                key = (proto, local, way.source_port, remote, way.destination_port)
                if local >= 0 and remote >= 0:
                    wanted[key] = (translation.proto, way)
        names = list(wanted.values())
        sockets: dict[tuple[str, Way], list[int]] = {}
        for number, i in find_tuples(self._candidates, list(wanted)):
            sockets.setdefault(names[number], []).append(i)
        return sockets

    def _clients(self, first: Translation) -> list[int]:
        """Sockets that sent what ``first`` translates, in the namespace that it came from."""
        home = self._owner(first, first.original.source)
        sockets = self._sockets.get((first.proto, first.original), [])
        return [i for i in sockets if self._candidates.namespace[i] == home]

    def _owner(self, translation: Translation, address: int) -> int:
        """The namespace that had an address when a translation was seen, from where that is."""
        return self._book.resolve(translation.namespace, address, self._when(translation))

    def _follow(self, client: int, hops: tuple[Translation, ...]) -> Iterable[Translated]:
        """Where the connection of ``client`` comes out behind the last of ``hops``."""
        self._followed[client] = self._followed.get(client, 0) + 1
        if self._followed[client] > MOST_WAYS:
            return []
        last = hops[-1]
        there = self._owner(last, last.reply.source)
        if there >= 0:
            answer = self._answer(client, hops, there)
            if answer is not None:
                return [answer]
        if len(hops) == MOST_HOPS:
            self._end_unanswered(client, hops, AMBIGUOUS)
            return []
        onward = self._by_original.get((last.proto, last.reply.turned()), [])
        if there == NOBODY and not onward:
            end = last.reply.source, last.reply.source_port
            self._outside.setdefault(client, set()).add(end)
        onward = [
            following
            for following in onward
            if following.namespace not in {hop.namespace for hop in hops}
            and self._can_follow(following, hops, client)
        ]
        if not onward:
            self._end_unanswered(client, hops, there)
        return [found for following in onward for found in self._follow(client, (*hops, following))]

    def _end_unanswered(self, client: int, hops: tuple[Translation, ...], there: int) -> None:
        """Note that ``hops`` lead to nothing that answers, in namespace ``there``."""
        way = there, _through(client, hops)
        self._unanswered.setdefault(client, []).append(way)

    def _can_follow(
        self, following: Translation, hops: tuple[Translation, ...], client: int
    ) -> bool:
        """Whether what ``following`` got can have come from ``hops``: no one else has the source.

        An address of a pool, which is on no interface, belongs to nobody.
        """
        source = self._owner(following, following.original.source)
        behind = {hop.namespace for hop in hops} | {self._candidates.namespace[client]}
        return source == NOBODY or source in behind

    def _answer(self, client: int, hops: tuple[Translation, ...], there: int) -> Translated | None:
        last = hops[-1]
        through = _through(client, hops)
        servers = [
            i
            for i in self._sockets.get((last.proto, last.reply), [])
            if self._candidates.namespace[i] == there
            and i != client
            and not self._are_apart(client, i)
        ]
        if len(servers) == 1:
            return through._replace(server=servers[0])
        if not servers and last.proto in CONNECTIONLESS and last.replied:
            reached, port = through.reached
            proto = CONNECTION_PROTOCOLS.index(last.proto)
            covering = self._listeners.table.find(
                there, proto, port, self._known.find(reached), is_ipv4(reached)
            )
            if covering >= 0:
                covering = self._called(covering, client)
            if covering >= 0:
                end = End(there, self._listeners.ends[covering].owner, covering, False)
                return through._replace(listening=end)
        return None


def _through(client: int, hops: tuple[Translation, ...]) -> Translated:
    """The way of ``client`` through ``hops``, whatever answers at its end."""
    first, last = hops[0].original, hops[-1].reply
    return Translated(
        client,
        -1,
        None,
        tuple(hop.namespace for hop in hops),
        (first.destination, first.destination_port),
        (last.source, last.source_port),
    )


def translated_kind(candidates: Candidates, found: Translated) -> int:
    """What kind of match a translated connection is: RECENT where an end is closed, else NAT."""
    ends = [end for end in (found.client, found.server) if end >= 0]
    return RECENT if any(candidates.state[end] == TIME_WAIT for end in ends) else NAT


def excluded(target: array[int], found: NatJoin) -> array[int]:
    """``target`` with no namespace for what translations have joined: it has its other end."""
    left = target[:]
    for translated in found.found:
        left[translated.client] = NOBODY
        if translated.server >= 0:
            left[translated.server] = NOBODY
    for number in found.ambiguous:
        left[number] = NOBODY
    return left
