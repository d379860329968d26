"""Associations of SCTP as sockets: every one of the group once, and whose it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from netviz.addresses import is_ipv4
from netviz.fleet.fleet import Fleet
from netviz.fleet.sctp_tables import ESTABLISHED, Association
from netviz.fleet.sockets import CONNECTION_PROTOCOLS, HeldAssociation
from netviz.join.direction import Tuple
from netviz.join.listeners import Listeners
from netviz.loops import AddressTable, End

PROTO = CONNECTION_PROTOCOLS.index("sctp")


class SctpSocket(NamedTuple):
    """An association, the namespace that it is in, and whose it is."""

    namespace: int
    association: Association
    end: End


def sctp_sockets(fleet: Fleet, known: AddressTable, listeners: Listeners) -> Iterator[SctpSocket]:
    """Every association of the group once, however many samples and repeats there are (rule 8)."""
    for namespace in range(len(fleet.namespaces)):
        tables = fleet.tables_of(namespace)
        for association, owner in _distinct(one for t in tables for one in t.associations):
            covering = -1
            for address in association.local:
                if covering < 0:
                    number = known.add(address)
                    covering = listeners.table.find(
                        namespace, PROTO, association.local_port, number, is_ipv4(address)
                    )
            end = End(namespace, owner, covering, association.inode == 0)
            yield SctpSocket(namespace, association, end)


def _distinct(held: Iterable[HeldAssociation]) -> Iterator[HeldAssociation]:
    """Each association of a namespace once, as it was when it had come farthest.

    It is the same where its number, inode and ports are and its addresses meet: its paths, its
    primary address and its state change, and another sample may not see its holder. What one sample
    saw waiting and another accepted has two inodes, but one number.
    """
    found: list[HeldAssociation] = []
    places: dict[tuple[object, ...], int] = {}
    for one in held:
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
        for key in keys:
            places.setdefault(key, place)
    accepted = {key for one in found if not one.association.waits for key in _numbered(one)}
    for one in found:
        if not one.association.waits or accepted.isdisjoint(_numbered(one)):
            yield one


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
