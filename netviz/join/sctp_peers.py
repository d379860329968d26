"""Where the peer of an association is, as far as its addresses tell (rules 2 and 12)."""

from __future__ import annotations

from typing import NamedTuple

from netviz.addresses import AddressBook
from netviz.fleet.fleet import Fleet
from netviz.join.lifetimes import Lifetimes
from netviz.join.sctp_sockets import SctpSocket


class Peer(NamedTuple):
    """``namespaces`` may be the peer's: none for one outside, several for an ambiguous one.

    ``addresses`` are those that decided it, the primary one first.
    """

    addresses: tuple[int, ...]
    namespaces: tuple[int, ...]
    is_ambiguous: bool


class Peers:
    """Tells the namespace of a peer by all its addresses together."""

    def __init__(self, fleet: Fleet, book: AddressBook, lifetimes: Lifetimes) -> None:
        self._machines = [frozenset(record.machines) for record in fleet.namespaces]
        self._book = book
        self._lifetimes = lifetimes

    def of(self, socket: SctpSocket) -> Peer:
        """The peer of an association.

        A peer tells all its addresses, also those that every machine has (of a bridge for
        containers). If one of them is not of this machine, the peer is not on it, and those that
        are say nothing.
        """
        remote = socket.association.remote
        when = self._lifetimes.span(socket.namespace, socket.seen)
        owners = {a: self._book.owners(socket.namespace, a, when) for a in remote}
        far = tuple(a for a in remote if not self._is_here(socket.namespace, owners[a]))
        deciding = far or remote
        claims = [frozenset(owners[a]) for a in deciding if owners[a]]
        if not claims:
            return Peer(deciding, (), False)
        meant = frozenset.intersection(*claims)
        if len(meant) == 1:
            (there,) = meant
            return Peer(tuple(a for a in deciding if there in owners[a]), (there,), False)
        return Peer(deciding, tuple(sorted(frozenset().union(*claims))), True)

    def _is_here(self, namespace: int, owners: list[int]) -> bool:
        """Whether somebody owns the address, and all of them are on this machine."""
        machines = self._machines[namespace]
        return bool(owners) and not any(
            machines.isdisjoint(self._machines[owner]) for owner in owners
        )
