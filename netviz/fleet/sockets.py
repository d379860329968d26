"""The sockets of one table of one sample, as the join needs them.

Listening and unconnected sockets become objects, because each is drawn. Of a connected socket 41
bytes are kept until it is known who owns its remote address (docs/performance.md).
"""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from netviz.errors import TableError
from netviz.fleet.holders import SampleHolders
from netviz.fleet.sctp_tables import Association, Endpoint, parse_associations, parse_endpoints
from netviz.loops import settle
from netviz.parse import parse_inet, parse_packet, parse_unix
from netviz.tables import LISTEN, BadLines, ConnectedColumns, InetColumns, PacketColumns

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


@dataclass(slots=True)
class TableReport:
    """What was wrong with tables, as sentences fit for a person."""

    sentences: list[str] = field(default_factory=list)

    def bad_lines(self, table: str, bad: BadLines) -> None:
        if bad.count:
            lines = "1 line" if bad.count == 1 else f"{bad.count} lines"
            self.sentences.append(f"{table}: {lines} could not be read, the first: {bad.first!r}")


def read_tables(
    tables: dict[str, str],
    big_endian: bool,
    sample: int,
    holders: SampleHolders,
    report: TableReport,
) -> list[TableSockets]:
    """Parse the tables of one namespace. Raises TableError for text that is no table at all."""
    found = []
    for name, text in sorted(tables.items()):
        if not text:
            # A real kernel always prints a header (microsoft/WSL #2084).
            if name in _INET_TABLES:
                report.sentences.append(f"{name}: the table is empty, not even a header")
            continue
        try:
            table = _read_table(name, text, big_endian, sample, holders, report)
        except UnicodeEncodeError as fault:
            raise TableError(f"{name}: the table holds text that is not Unicode: {fault}") from None
        if table is not None:
            found.append(table)
    return found


_INET_TABLES = {
    f"{proto}{family}": proto
    for proto in ("tcp", "udp", "udplite", "raw", "icmp")
    for family in ("", "6")
}


def _read_table(
    name: str,
    text: str,
    big_endian: bool,
    sample: int,
    holders: SampleHolders,
    report: TableReport,
) -> TableSockets | None:
    if name in _INET_TABLES:
        columns = parse_inet(text, big_endian, name.endswith("6"))
        report.bad_lines(name, columns.bad)
        return _inet_sockets(_INET_TABLES[name], columns, sample, holders)
    if name == "packet":
        packets = parse_packet(text)
        report.bad_lines(name, packets.bad)
        return TableSockets("packet", sample, packet=_packet_sockets(packets, holders))
    if name == "unix":
        unix = parse_unix(text)
        report.bad_lines(name, unix.bad)
        holders.find(unix.inode)
        return TableSockets("unix", sample, unix=len(unix))
    if name == "sctp/assocs":
        associations, bad = parse_associations(text)
        report.bad_lines(name, bad)
        owners = holders.find(array("Q", [one.inode for one in associations]))
        held = list(map(HeldAssociation, associations, owners))
        served = Counter((one.local_port, owner) for one, owner in held if owner)
        return TableSockets("sctp", sample, associations=held, served=served)
    if name == "sctp/eps":
        endpoints, bad = parse_endpoints(text)
        report.bad_lines(name, bad)
        owners = holders.find(array("Q", [one.inode for one in endpoints]))
        return TableSockets("sctp", sample, endpoints=list(map(HeldEndpoint, endpoints, owners)))
    return None


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
