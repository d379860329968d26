"""The sockets of one table of one sample, as the join needs them.

Listening and unconnected sockets become objects, because each is drawn. Of a connected socket 41
bytes are kept until it is known who owns its remote address (docs/performance.md).
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from netviz.fleet.holders import SampleHolders
from netviz.fleet.parsed import INET_TABLES, ParsedTables
from netviz.fleet.sctp_tables import Association, Endpoint
from netviz.loops import settle
from netviz.tables import LISTEN, ConnectedColumns, InetColumns, PacketColumns

CONNECTION_PROTOCOLS = ("tcp", "udp", "udplite", "sctp")
"""The protocols whose sockets are counted and joined; the index is their number."""


class BoundSocket(NamedTuple):
    """A socket without a remote end. ``owner`` numbers the set of its holders."""

    proto: str
    address: int
    port: int
    listening: bool
    owner: int
    inode: int
    uid: int


class PacketSocket(NamedTuple):
    """A packet socket: the ethertype it takes on which interface (0 is any)."""

    interface: int
    ethertype: int
    owner: int
    inode: int


class HeldAssociation(NamedTuple):
    """An association of SCTP; ``owner`` numbers the set of its socket's holders."""

    association: Association
    owner: int


class HeldEndpoint(NamedTuple):
    """An endpoint of SCTP, and its holders."""

    endpoint: Endpoint
    owner: int


@dataclass(slots=True)
class TableSockets:
    """One table: its protocol, its sample, its bound sockets and its connected ones.

    ``served`` counts connections by (local port, owner) where that port has a listener here.
    """

    proto: str
    sample: int
    bound: list[BoundSocket] = field(default_factory=list)
    packet: list[PacketSocket] = field(default_factory=list)
    connected: ConnectedColumns | None = None
    served: dict[tuple[int, int], int] = field(default_factory=dict)
    unix: int = 0
    associations: list[HeldAssociation] = field(default_factory=list)
    endpoints: list[HeldEndpoint] = field(default_factory=list)

    def inodes(self) -> set[int]:
        """The inodes of its sockets; of unix ones none are kept."""
        found = {socket.inode for socket in self.bound} | {socket.inode for socket in self.packet}
        found.update(held.association.inode for held in self.associations)
        found.update(held.endpoint.inode for held in self.endpoints)
        return found.union(self.connected.inode) if self.connected else found


def held_sockets(parsed: ParsedTables, sample: int, holders: SampleHolders) -> list[TableSockets]:
    """The sockets of the parsed tables of one namespace, with who holds them."""
    found = [
        _inet_sockets(INET_TABLES[name], columns, sample, holders)
        for name, columns in parsed.inet.items()
    ]
    if parsed.packet is not None:
        packet = _packet_sockets(parsed.packet, holders)
        found.append(TableSockets("packet", sample, packet=packet))
    if parsed.unix is not None:
        holders.find(parsed.unix.inode)
        found.append(TableSockets("unix", sample, unix=len(parsed.unix)))
    if parsed.associations is not None:
        owners = _owners(parsed.associations, holders)
        held = list(map(HeldAssociation, parsed.associations, owners))
        served = Counter((one.local_port, owner) for one, owner in held if owner)
        found.append(TableSockets("sctp", sample, associations=held, served=served))
    if parsed.endpoints is not None:
        owners = _owners(parsed.endpoints, holders)
        endpoints = list(map(HeldEndpoint, parsed.endpoints, owners))
        found.append(TableSockets("sctp", sample, endpoints=endpoints))
    return found


def _owners(of_sctp: Sequence[Association | Endpoint], holders: SampleHolders) -> array[int]:
    return holders.find(array("Q", [one.inode for one in of_sctp]))


def _inet_sockets(
    proto: str, columns: InetColumns, sample: int, holders: SampleHolders
) -> TableSockets:
    owners = holders.find(columns.inode)
    if proto not in CONNECTION_PROTOCOLS:
        every = _bound_sockets(proto, columns, owners, range(len(columns)))
        return TableSockets(proto, sample, bound=list(dict.fromkeys(every)))
    settled = settle(columns, owners)
    return TableSockets(
        proto,
        sample,
        bound=_bound_sockets(proto, columns, owners, settled.bound),
        connected=settled.connected,
        served=settled.served,
    )


def _bound_sockets(
    proto: str, columns: InetColumns, owners: array[int], numbers: range | array[int]
) -> list[BoundSocket]:
    return [
        BoundSocket(
            proto,
            columns.local_hi[i] << 64 | columns.local_lo[i],
            columns.local_port[i],
            columns.state[i] == LISTEN,
            owners[i],
            columns.inode[i],
            columns.uid[i],
        )
        for i in numbers
    ]


def _packet_sockets(columns: PacketColumns, holders: SampleHolders) -> list[PacketSocket]:
    owners = holders.find(columns.inode)
    return [
        PacketSocket(columns.interface[i], columns.protocol[i], owners[i], columns.inode[i])
        for i in range(len(columns))
    ]
