"""One sample with its tables parsed: the part of reading it that needs nothing of the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from netviz.ahead import ahead
from netviz.errors import TableError
from netviz.fleet.problems import bad_lines_sentence, empty_table_sentence
from netviz.parse import parse_conntrack, parse_inet, parse_packet, parse_unix
from netviz.parsers.sctp import Association, Endpoint, parse_associations, parse_endpoints
from netviz.snapshot.model import Snapshot
from netviz.tables import BadLines, ConntrackColumns, InetColumns, PacketColumns, UnixColumns


def _both_families(*protocols: str) -> dict[str, str]:
    return {f"{proto}{family}": proto for proto in protocols for family in ("", "6")}


CONNECTION_TABLES = _both_families("tcp", "udp", "udplite")
"""The protocol of each table of internet sockets that may be connected."""

OTHER_INET_TABLES = _both_families("raw", "icmp")
"""The protocol of each table of other internet sockets."""


@dataclass(slots=True)
class ParsedTables:
    """The tables of one namespace; None for one that the sample has not.

    ``connections`` has the texts of ``CONNECTION_TABLES`` by name: they are the largest, and parsed
    where it is known who holds their sockets. ``inet`` has those of ``OTHER_INET_TABLES``.
    ``reports`` are sentences, fit for a person, about what could not be read; each begins with the
    name of the table.
    """

    big_endian: bool
    connections: dict[str, str] = field(default_factory=dict)
    inet: dict[str, InetColumns] = field(default_factory=dict)
    packet: PacketColumns | None = None
    unix: UnixColumns | None = None
    associations: list[Association] | None = None
    endpoints: list[Endpoint] | None = None
    conntrack: ConntrackColumns | None = None
    reports: list[str] = field(default_factory=list)


@dataclass(slots=True)
class ParsedSample:
    """A snapshot, and the tables of each of its ``netns``."""

    snapshot: Snapshot
    tables: list[ParsedTables]


def parsed_samples(snapshots: Iterable[Snapshot]) -> Iterator[ParsedSample]:
    """The samples in order, each loaded by a thread, with its small tables, while the one before
    is in use.

    Raises TableError for a table whose text cannot be parsed at all.
    """
    return ahead(map(parse_sample, snapshots))


def parse_sample(snapshot: Snapshot) -> ParsedSample:
    """Raises TableError for a table whose text cannot be parsed at all."""
    big_endian = snapshot.host.byteorder == "big"
    return ParsedSample(snapshot, [parse_tables(n.tables, big_endian) for n in snapshot.netns])


def parse_tables(texts: dict[str, str], big_endian: bool) -> ParsedTables:
    """Parse the tables of one namespace, by name. Raises TableError as ``parse_sample`` does."""
    parsed = ParsedTables(big_endian)
    for name, text in sorted(texts.items()):
        try:
            bad = _parse(name, text, parsed)
        except UnicodeEncodeError as fault:
            raise TableError(f"{name}: the table holds text that is not Unicode: {fault}") from None
        if bad is not None and bad.count:
            parsed.reports.append(bad_lines_sentence(name, bad))
    return parsed


def _parse(name: str, text: str, parsed: ParsedTables) -> BadLines | None:
    """Add one table; gives its bad lines, None where it is not read here."""
    if name == "nf_conntrack":  # empty where nothing is tracked
        parsed.conntrack = parse_conntrack(text)
        return parsed.conntrack.bad
    if not text:
        if name in CONNECTION_TABLES or name in OTHER_INET_TABLES:
            parsed.reports.append(empty_table_sentence(name))
        return None
    if name in CONNECTION_TABLES:
        if not text.isascii():
            text.encode()  # so that what raises does so before anything of the sample is kept
        parsed.connections[name] = text
        return None
    if name in OTHER_INET_TABLES:
        columns = parsed.inet[name] = parse_inet(text, parsed.big_endian, name.endswith("6"))
        return columns.bad
    if name == "packet":
        parsed.packet = parse_packet(text)
        return parsed.packet.bad
    if name == "unix":
        parsed.unix = parse_unix(text)
        return parsed.unix.bad
    if name == "sctp/assocs":
        parsed.associations, bad = parse_associations(text)
        return bad
    if name == "sctp/eps":
        parsed.endpoints, bad = parse_endpoints(text)
        return bad
    return None
