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
from netviz.fleet.parsed import (
    CONNECTION_TABLES,
    OTHER_INET_TABLES,
    ParsedTables,
)
from netviz.fleet.problems import bad_lines_sentence
from netviz.parsers.sctp import Association, Endpoint
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
    ``name`` is that of a table in which sockets may listen.
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
    name: str = ""

    def inodes(self) -> set[int]:
        """The inodes of its sockets; of unix ones none are kept."""
        found = {socket.inode for socket in self.bound} | {socket.inode for socket in self.packet}
        found.update(held.association.inode for held in self.associations)
        found.update(held.endpoint.inode for held in self.endpoints)
        return found.union(self.connected.inode) if self.connected else found


class HeldSockets(NamedTuple):
    """The tables of one namespace. ``reports`` are as in ``ParsedTables``, of all its tables."""

    tables: list[TableSockets]
    reports: list[str]


def held_sockets(parsed: ParsedTables, sample: int, holders: SampleHolders) -> HeldSockets:
    """The sockets of the tables of one namespace, with who holds them."""
    found, reports = _connection_tables(parsed, sample, holders)
    for name, columns in parsed.inet.items():
        found.append(_bound_only(OTHER_INET_TABLES[name], columns, sample, holders))
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
        found.append(TableSockets("sctp", sample, endpoints=endpoints, name="sctp"))
    reports += parsed.reports
    return HeldSockets(found, sorted(reports, key=lambda sentence: sentence.partition(":")[0]))


def _owners(of_sctp: Sequence[Association | Endpoint], holders: SampleHolders) -> array[int]:
    return holders.find(array("Q", [one.inode for one in of_sctp]))


def _connection_tables(parsed: ParsedTables, sample: int, holders: SampleHolders) -> HeldSockets:
    texts = [(text, name.endswith("6")) for name, text in parsed.connections.items()]
    settled = holders.part(texts, parsed.big_endian)
    found = HeldSockets([], [])
    for name, one in zip(parsed.connections, settled, strict=True):
        proto = CONNECTION_TABLES[name]
        bound = _bound_sockets(proto, one.bound, one.bound_owner)
        table = TableSockets(proto, sample, bound, [], one.connected, one.served, name=name)
        found.tables.append(table)
        if one.bound.bad.count:
            found.reports.append(bad_lines_sentence(name, one.bound.bad))
    return found


def _bound_only(
    proto: str, columns: InetColumns, sample: int, holders: SampleHolders
) -> TableSockets:
    """The sockets of a table in which none is connected."""
    every = _bound_sockets(proto, columns, holders.find(columns.inode))
    return TableSockets(proto, sample, bound=list(dict.fromkeys(every)))


def _bound_sockets(proto: str, columns: InetColumns, owners: array[int]) -> list[BoundSocket]:
    return [
        BoundSocket(proto, hi << 64 | lo, port, state == LISTEN, owner, inode, uid)
        for hi, lo, port, state, owner, inode, uid in zip(
            columns.local_hi,
            columns.local_lo,
            columns.local_port,
            columns.state,
            owners,
            columns.inode,
            columns.uid,
            strict=True,
        )
    ]


def _packet_sockets(columns: PacketColumns, holders: SampleHolders) -> list[PacketSocket]:
    owners = holders.find(columns.inode)
    return [
        PacketSocket(columns.interface[i], columns.protocol[i], owners[i], columns.inode[i])
        for i in range(len(columns))
    ]
