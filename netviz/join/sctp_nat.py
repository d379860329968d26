"""Associations of SCTP whose two ends saw different tuples (rule 5).

The kernel translates one pair of addresses of an association, as it does for TCP. So each pair that
a translation names is followed as if it were a connection of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from netviz.addresses import AddressBook
from netviz.fleet.translations import Translation
from netviz.join.listeners import Listeners
from netviz.join.nat import Translated, join_translated
from netviz.join.sctp_sockets import PROTO, SctpSocket
from netviz.loops import AddressTable
from netviz.parsers.sctp import CLOSED, Association
from netviz.spans import Span
from netviz.tables import Candidates


class TranslatedPair(NamedTuple):
    """Two associations, by their numbers, and how the one led to the other.

    ``local`` is the address that the client sent from.
    """

    client: int
    server: int
    local: int
    through: Translated


@dataclass(slots=True)
class SctpNat:
    """``ambiguous`` associations have several answers.

    ``outside`` has the address and port, of nobody in the group, that a client was led to.
    """

    found: list[TranslatedPair] = field(default_factory=list)
    ambiguous: set[int] = field(default_factory=set)
    outside: dict[int, tuple[int, int]] = field(default_factory=dict)


def translated_associations(
    sockets: Sequence[SctpSocket],
    translations: Sequence[Translation],
    book: AddressBook,
    known: AddressTable,
    listeners: Listeners,
    rank: Sequence[int],
    when: Callable[[Translation], Span],
) -> SctpNat:
    """Find the associations at the two ends of chains of translations.

    ``when`` tells when a translation was in its table.
    """
    ours = [t for t in translations if t.proto == "sctp"]
    if not ours:
        return SctpNat()
    candidates, number_of = _candidates(sockets, ours, known)
    joined = join_translated(ours, candidates, book, known, listeners, rank, when=when)
    pairs = {
        (number_of[t.client], number_of[t.server]): TranslatedPair(
            number_of[t.client],
            number_of[t.server],
            known.addresses[candidates.local[t.client]],
            t,
        )
        for t in reversed(joined.found)
        if t.server >= 0
    }
    result = SctpNat(ambiguous={number_of[i] for i in joined.ambiguous})
    partners: dict[int, set[int]] = {}
    for client, server in pairs:
        partners.setdefault(client, set()).add(server)
        partners.setdefault(server, set()).add(client)
    for (client, server), pair in sorted(pairs.items()):
        ends = {client, server}
        if any(len(partners[end]) > 1 for end in ends) or len(ends) == 1:
            result.ambiguous |= ends
        elif ends.isdisjoint(result.ambiguous):
            result.found.append(pair)
    answered = result.ambiguous.union(*(pair[:2] for pair in result.found))
    for i, end in sorted(joined.outside.items()):
        if number_of[i] not in answered:
            result.outside.setdefault(number_of[i], end)
    return result


def _candidates(
    sockets: Sequence[SctpSocket], translations: Sequence[Translation], known: AddressTable
) -> tuple[Candidates, list[int]]:
    """A candidate for each pair of addresses that a translation names, and its association."""
    named: dict[tuple[int, int], set[tuple[int, int]]] = {}
    for translation in translations:
        for way in (translation.original, translation.reply):
            ports = way.source_port, way.destination_port
            named.setdefault(ports, set()).add((way.source, way.destination))
    candidates = Candidates()
    number_of = []
    for number, (namespace, association, end, _) in enumerate(sockets):
        ports = association.local_port, association.remote_port
        if association.state == CLOSED or ports not in named:
            continue
        for local, remote in sorted(_named_pairs(association, named[ports])):
            candidates.namespace.append(namespace)
            candidates.proto.append(PROTO)
            candidates.local.append(known.add(local))
            candidates.remote.append(known.add(remote))
            candidates.local_port.append(association.local_port)
            candidates.remote_port.append(association.remote_port)
            candidates.state.append(association.state)
            candidates.inode.append(association.inode)
            candidates.owner.append(end.owner)
            number_of.append(number)
    return candidates, number_of


def _named_pairs(
    association: Association, named: set[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    local, remote = set(association.local), set(association.remote)
    if len(local) * len(remote) < len(named):
        yield from ((here, there) for here in local for there in remote if (here, there) in named)
    else:
        yield from ((here, there) for here, there in named if here in local and there in remote)
