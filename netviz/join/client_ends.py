"""Who is the client of a server's socket that no socket of the client's namespace mirrors (rule 6).

The client's socket need not be gone. An unconnected one shows no peer, and one whose connection is
translated on its way shows what it dialled, which is not who answers. Both have as their local end
what the server's socket has as its remote end.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import compress
from typing import NamedTuple

from netviz.addresses import NOBODY, AddressBook, is_ipv4
from netviz.fleet.fleet import Fleet
from netviz.fleet.ownership import Connected, local_addresses
from netviz.fleet.sockets import CONNECTION_PROTOCOLS
from netviz.join.ages import Ages
from netviz.join.lifetimes import are_apart
from netviz.join.listeners import Listeners
from netviz.loops import AddressTable
from netviz.tables import TIME_WAIT, Candidates, ConnectedColumns


class ClientEnd(NamedTuple):
    """Where a client is: its namespace, the numbers of a protocol and an address, a port."""

    namespace: int
    proto: int
    address: int
    port: int


class ClientSocket(NamedTuple):
    """A connected socket whose local end was asked for.

    ``dialled_outside``: nobody of the group has the address that it dialled. ``seen`` numbers the
    set of samples that list it, 0 where no machine has several.
    """

    owner: int
    inode: int
    remote: int
    remote_port: int
    dialled_outside: bool
    seen: int


class ClientEnds:
    """Finds the sockets of clients by their local ends."""

    def __init__(
        self,
        fleet: Fleet,
        connected: Sequence[Connected],
        candidates: Candidates,
        book: AddressBook,
        known: AddressTable,
        listeners: Listeners,
        ages: Ages,
    ) -> None:
        self._fleet = fleet
        self._connected = connected
        self._candidates = candidates
        self._book = book
        self._known = known
        self._listeners = listeners
        self._ages = ages
        self._sockets: Mapping[ClientEnd, Sequence[ClientSocket]] = {}

    def end_of(self, i: int, there: int) -> ClientEnd:
        """The remote end of candidate ``i``, which is in namespace ``there``."""
        candidates = self._candidates
        proto, address = candidates.proto[i], candidates.remote[i]
        return ClientEnd(there, proto, address, candidates.remote_port[i])

    def is_covered(self, end: ClientEnd) -> bool:
        """Whether a listener covers the end."""
        namespace, proto, address, port = end
        wide = is_ipv4(self._known.addresses[address])
        return self._listeners.table.find(namespace, proto, port, address, wide) >= 0

    def gather(self, wanted: Collection[ClientEnd], paired: bytearray) -> None:
        """Look for the sockets at ``wanted`` ends.

        All at once, since every table of their namespaces is gone through. What is ``paired`` has
        its other end, and is nobody else's client.
        """
        if wanted:
            taken = self._taken(wanted, paired)
            self._sockets = self._open_sockets(wanted, taken)

    def clients_of(self, i: int, end: ClientEnd) -> list[ClientSocket]:
        """The connected sockets at ``end`` that may be what candidate ``i`` talks to."""
        sockets = self._sockets.get(end, ())
        return [socket for socket in sockets if self._can_be(socket, end.namespace, i)]

    def _can_be(self, socket: ClientSocket, there: int, i: int) -> bool:
        """Whether ``socket`` was there when candidate ``i`` was, and shows another remote end."""
        candidates = self._candidates
        mirror = self._known.addresses[candidates.local[i]], candidates.local_port[i]
        if (socket.remote, socket.remote_port) == mirror:
            return False  # they would have been joined, if they were of one connection
        if self._ages.is_born_after(socket.owner, self._ages.last_listed(candidates, i)):
            return False
        if not candidates.seen:
            return True
        alive = self._ages.lifetimes.of
        here = alive(candidates.namespace[i], candidates.seen[i])
        return not are_apart(here, alive(there, socket.seen))

    def _taken(
        self, wanted: Collection[ClientEnd], paired: bytearray
    ) -> set[tuple[ClientEnd, int, int, int]]:
        """The sockets at ``wanted`` ends that have their other end: that, and their inode."""
        candidates = self._candidates
        found = set()
        for i in _with_ports(candidates.local_port, wanted):
            if not paired[i]:
                continue
            end = ClientEnd(
                candidates.namespace[i],
                candidates.proto[i],
                candidates.local[i],
                candidates.local_port[i],
            )
            if end in wanted:
                remote = self._known.addresses[candidates.remote[i]]
                found.add((end, remote, candidates.remote_port[i], candidates.inode[i]))
        return found

    def _open_sockets(
        self, wanted: Collection[ClientEnd], taken: Collection[tuple[ClientEnd, int, int, int]]
    ) -> dict[ClientEnd, list[ClientSocket]]:
        """The sockets at ``wanted`` ends that may talk to another end than the one they show."""
        by_table: dict[tuple[int, int], set[ClientEnd]] = {}
        for end in wanted:
            by_table.setdefault((end.namespace, end.proto), set()).add(end)
        found: dict[ClientEnd, list[ClientSocket]] = {}
        for (namespace, proto), ends in by_table.items():
            for table in self._connected[namespace].get(CONNECTION_PROTOCOLS[proto], ()):
                for end, socket in self._sockets_at(table, namespace, proto, ends):
                    key = end, socket.remote, socket.remote_port, socket.inode
                    if key not in taken:
                        found.setdefault(end, []).append(socket)
        return found

    def _sockets_at(
        self, table: ConnectedColumns, namespace: int, proto: int, ends: Collection[ClientEnd]
    ) -> Iterator[tuple[ClientEnd, ClientSocket]]:
        """The sockets of a table that are at any of ``ends``."""
        local = [self._known.find(address) for address in local_addresses(table)]
        for i in _with_ports(table.local_port, ends):
            end = ClientEnd(namespace, proto, local[table.local[i]], table.local_port[i])
            if end in ends and table.state[i] != TIME_WAIT:
                remote = table.remote_hi[i] << 64 | table.remote_lo[i]
                dialled = self._book.resolve(namespace, remote)
                # It is led on to another end only by somebody who may translate, unseen.
                if dialled >= 0 and self._fleet.namespaces[dialled].cannot_translate:
                    continue
                yield (
                    end,
                    ClientSocket(
                        table.owner[i],
                        table.inode[i],
                        remote,
                        table.remote_port[i],
                        dialled == NOBODY,
                        table.seen[i] if table.seen else 0,
                    ),
                )


def _with_ports(ports: array[int], ends: Iterable[ClientEnd]) -> Iterator[int]:
    """The places in a column of ports that have the port of any of ``ends``.

    A table may have millions of sockets, and few of them matter.
    """
    wanted = bytearray(65536)
    for end in ends:
        wanted[end.port] = 1
    return compress(range(len(ports)), map(wanted.__getitem__, ports))
