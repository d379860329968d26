"""Associations of SCTP as sockets: every one of the group once, and whose it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from netviz.addresses import is_ipv4
from netviz.fleet.fleet import Fleet
from netviz.fleet.sctp_tables import Association
from netviz.fleet.sockets import CONNECTION_PROTOCOLS
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
        found: dict[Association, tuple[Association, int]] = {}
        for table in fleet.tables_of(namespace):
            for association, owner in table.associations:
                # Another sample may see it in another state, and by whom it is held.
                same = association._replace(state=0, waits=False, uid=0)
                first, holder = found.get(same, (association, owner))
                found[same] = first, holder or owner
        for association, owner in found.values():
            covering = -1
            for address in association.local:
                if covering < 0:
                    number = known.add(address)
                    covering = listeners.table.find(
                        namespace, PROTO, association.local_port, number, is_ipv4(address)
                    )
            end = End(namespace, owner, covering, association.inode == 0)
            yield SctpSocket(namespace, association, end)


def meeting(one: SctpSocket, other: SctpSocket) -> list[int]:
    """The addresses that ``one`` has as remote and ``other`` as its own."""
    own = set(other.association.local)
    return [address for address in one.association.remote if address in own]


def sent(socket: SctpSocket) -> list[tuple[int, Tuple]]:
    """The tuples that the packets of a socket may have, with its namespace."""
    a = socket.association
    return [
        (socket.namespace, ("sctp", local, a.local_port, remote, a.remote_port))
        for local in a.local
        for remote in a.remote
    ]
