"""Associations of SCTP as sockets: every one of the group once, and whose it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from netviz.fleet.fleet import Fleet
from netviz.fleet.sockets import CONNECTION_PROTOCOLS, HeldAssociation
from netviz.join.direction import Tuple
from netviz.join.listeners import Listeners
from netviz.loops.results import End
from netviz.parsers.sctp import ESTABLISHED, Association

PROTO = CONNECTION_PROTOCOLS.index("sctp")


class SctpSocket(NamedTuple):
    """An association, the namespace that it is in, and whose it is.

    ``seen`` numbers the set of samples that list it, 0 where no machine has several.
    """

    namespace: int
    association: Association
    end: End
    seen: int = 0


def sctp_sockets(fleet: Fleet, listeners: Listeners) -> Iterator[SctpSocket]:
    """Every association of the group once, however many samples and repeats there are (rule 8)."""
    sampled = fleet.is_sampled
    for namespace in range(len(fleet.namespaces)):
        tables = fleet.tables_of(namespace)
        held = ((one, table.sample) for table in tables for one in table.associations)
        for (association, owner), samples in _distinct(held):
            seen = 0
            for sample in samples if sampled else ():
                seen = fleet.sightings.add(seen, sample)
            covering, port = -1, association.local_port
            for address in association.local:
                if covering < 0:
                    covering = listeners.covering(namespace, PROTO, address, port, seen)
            end = End(namespace, owner, covering, association.inode == 0)
            yield SctpSocket(namespace, association, end, seen)


def _distinct(
    held: Iterable[tuple[HeldAssociation, int]],
) -> Iterator[tuple[HeldAssociation, list[int]]]:
    """Each association of a namespace once, as it was when it had come farthest, and its samples.

    It is the same where its number, inode and ports are and its addresses meet: its paths, its
    primary address and its state change, and another sample may not see its holder. What one sample
    saw waiting and another accepted has two inodes, but one number.
    """
    found: list[HeldAssociation] = []
    samples: list[list[int]] = []
    places: dict[tuple[object, ...], int] = {}
    for one, sample in held:
        a = one.association
        keys = [(a.identity, a.inode, a.local_port, a.remote_port, r) for r in a.remote]
        place = next((places[key] for key in keys if key in places), -1)
        if place >= 0 and not set(a.local).isdisjoint(found[place].association.local):
            first = found[place]
            farthest = max(first, one, key=_progress)
            found[place] = farthest._replace(owner=first.owner or one.owner)
        else:
            place = len(found)
            found.append(one)
            samples.append([])
        samples[place].append(sample)
        for key in keys:
            places.setdefault(key, place)
    accepted = {
        key: place
        for place, one in enumerate(found)
        if not one.association.waits
        for key in _numbered(one)
    }
    for place, one in enumerate(found):
        if one.association.waits:
            later = next((accepted[key] for key in _numbered(one) if key in accepted), place)
            if later != place:
                samples[later] += samples[place]
                samples[place] = []
    yield from ((one, listed) for one, listed in zip(found, samples, strict=True) if listed)


def _progress(held: HeldAssociation) -> int:
    """Whether it is closed, tried or established; how it closes does not matter."""
    return min(held.association.state, ESTABLISHED)


def _numbered(held: HeldAssociation) -> list[tuple[object, ...]]:
    """What is alike, before and after it is accepted, of an association that has a number."""
    a = held.association
    if a.identity in ("", "0"):
        return []
    return [(a.identity, a.local_port, a.remote_port, remote) for remote in a.remote]


def sent(socket: SctpSocket) -> list[tuple[int, Tuple]]:
    """The tuples that the packets of a socket may have, with its namespace."""
    a = socket.association
    return [
        (socket.namespace, ("sctp", local, a.local_port, remote, a.remote_port))
        for local in a.local
        for remote in a.remote
    ]
