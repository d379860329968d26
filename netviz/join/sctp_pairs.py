"""Which associations of SCTP are the two ends of one connection (rules 3, 4 and 12)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from netviz.addresses import AddressBook, is_link_local
from netviz.join.ages import Ages
from netviz.join.sctp_sockets import SctpSocket
from netviz.parsers.sctp import CLOSED

MOST_OPTIONS = 256
"""Of more associations with the same ports and an address in common none is paired: no kernel has
them, and a forged table could keep the join busy for hours."""


class SctpPairs:
    """Pairs ``sockets``, which are named by their numbers."""

    def __init__(
        self,
        sockets: Sequence[SctpSocket],
        book: AddressBook,
        ages: Ages,
    ) -> None:
        self._sockets = sockets
        self._book = book
        self._ages = ages
        self._paired = {n for n, s in enumerate(sockets) if s.association.state == CLOSED}
        self._local = [frozenset(socket.association.local) for socket in sockets]
        self._by_local: dict[tuple[int, int, int], list[int]] = {}
        self._by_remote: dict[tuple[int, int, int], list[int]] = {}
        for number, (_, a, _, _) in enumerate(sockets):
            for index, addresses in ((self._by_local, a.local), (self._by_remote, a.remote)):
                for address in addresses:
                    key = a.local_port, a.remote_port, address
                    index.setdefault(key, []).append(number)

    def find(self, joined: Collection[int]) -> list[tuple[int, int]]:
        """The pairs: first those whose addresses lead to each other, then the only possible.

        Those ``joined`` have their other end.
        """
        self._paired.update(joined)
        pairs = []
        for sure in (True, False):
            for number in range(len(self._sockets)):
                if number not in self._paired:
                    other = self._other(number, sure)
                    if other is not None:
                        self._paired |= {number, other}
                        pairs.append((number, other))
        return pairs

    def _other(self, number: int, sure: bool) -> int | None:
        options = self._options(number, sure)
        if not options:
            return None
        alone = len(options) == 1 and len(self._options(options[0], sure)) == 1
        return options[0] if sure or alone else None

    def _options(self, number: int, sure: bool) -> list[int]:
        return [
            other
            for other in self._mirrored(number)
            if self._is_possible(number, other, sure) and self.are_contemporary(number, other)
        ]

    def _mirrored(self, number: int) -> list[int]:
        """The free sockets with the ports turned around and at least one address where it is."""
        a = self._sockets[number].association
        ends = ((self._by_local, a.remote), (self._by_remote, a.local))
        lists = [
            [index.get((a.remote_port, a.local_port, address), []) for address in addresses]
            for index, addresses in ends
        ]
        shortest = min(lists, key=lambda some: sum(map(len, some)))
        if sum(map(len, shortest)) > MOST_OPTIONS:
            return []
        return sorted({n for some in shortest for n in some} - self._paired - {number})

    def _is_possible(self, number: int, other: int, sure: bool) -> bool:
        """Whether the sets meet both ways; where not ``sure``, one end may be one of several."""
        forth, back = self._leads(number, other), self._leads(other, number)
        if not (forth and back) and (sure or not (forth or back)):
            return False
        if not self._agrees(number, other) or not self._agrees(other, number):
            return False
        return (forth or self._may_lead(number, other)) and (back or self._may_lead(other, number))

    def _meeting(self, number: int, other: int) -> list[int]:
        """The addresses that a socket has as remote and ``other`` as its own."""
        own = self._local[other]
        return [address for address in self._sockets[number].association.remote if address in own]

    def _leads(self, number: int, other: int) -> bool:
        socket, there = self._sockets[number], self._sockets[other].namespace
        here, when = socket.namespace, self._ages.lifetimes.span(socket.namespace, socket.seen)
        return any(self._book.resolve(here, a, when) == there for a in self._meeting(number, other))

    def _may_lead(self, number: int, other: int) -> bool:
        """Whether an address that several have, or had some time, may lead there (rule 4)."""
        here, there = self._sockets[number].namespace, self._sockets[other].namespace
        return any(
            there in self._book.owners(here, address)
            for address in self._meeting(number, other)
            if not is_link_local(address)
        )

    def _agrees(self, number: int, other: int) -> bool:
        """Whether no remote address of the one is surely not the other's.

        Peers tell each other all their addresses. One that every machine has (of a bridge for
        containers) would else join associations of two different peers.
        """
        here, there = self._sockets[number].namespace, self._sockets[other].namespace
        own = self._local[other]
        return all(
            address in own or there in self._book.owners(here, address)
            for address in self._sockets[number].association.remote
        )

    def are_contemporary(self, number: int, other: int) -> bool:
        """Whether each was there when the other was captured (rule 3)."""
        one, two = self._sockets[number], self._sockets[other]
        return not (self._is_too_young(one, two) or self._is_too_young(two, one))

    def _is_too_young(self, one: SctpSocket, other: SctpSocket) -> bool:
        owner, listener = one.end.owner, one.end.listener
        seen = self._ages.last_seen(other.namespace)
        return listener >= 0 and self._ages.is_too_young(owner, listener, seen)
