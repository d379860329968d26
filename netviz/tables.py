"""Parsed tables as columns: what both parsers fill and everything after them reads.

One column is one ``array.array``; entry *i* of every column of a table is the same socket. An IP
address is 128 bits in two columns (high and low half), in canonical form: an IPv4 address is its
IPv4-mapped IPv6 address, so that a socket of ``tcp`` and one of ``tcp6`` compare equal (rule 1 of
docs/join-rules.md). ``0.0.0.0`` is therefore ``::ffff:0.0.0.0`` and differs from ``::``.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

UNKNOWN_UID = 0xFFFFFFFF
"""The uid of a socket where the kernel did not say (-1 is never a real user)."""

# include/net/tcp_states.h; the states of udp and raw sockets use the same numbers.
ESTABLISHED = 0x01
SYN_SENT = 0x02
SYN_RECV = 0x03
FIN_WAIT1 = 0x04
FIN_WAIT2 = 0x05
TIME_WAIT = 0x06
CLOSE = 0x07
CLOSE_WAIT = 0x08
LAST_ACK = 0x09
LISTEN = 0x0A
CLOSING = 0x0B

NOT_ACCEPTED = (ESTABLISHED, SYN_RECV, CLOSE_WAIT)
"""States in which a socket without inode waits for its listener's process to accept it."""


def _column(typecode: str) -> array[int]:
    return array(typecode)


@dataclass(slots=True)
class BadLines:
    """Lines of one table that are no sockets: how many, and the first as it was (shortened)."""

    count: int = 0
    first: str = ""


@dataclass(slots=True)
class InetColumns:
    """The sockets of one of tcp, tcp6, udp, udp6, udplite, udplite6, raw, raw6, icmp, icmp6.

    The local port is the IP protocol in raw tables, the echo id in icmp tables.
    """

    local_hi: array[int] = field(default_factory=lambda: _column("Q"))
    local_lo: array[int] = field(default_factory=lambda: _column("Q"))
    remote_hi: array[int] = field(default_factory=lambda: _column("Q"))
    remote_lo: array[int] = field(default_factory=lambda: _column("Q"))
    local_port: array[int] = field(default_factory=lambda: _column("H"))
    remote_port: array[int] = field(default_factory=lambda: _column("H"))
    state: array[int] = field(default_factory=lambda: _column("B"))
    uid: array[int] = field(default_factory=lambda: _column("I"))
    inode: array[int] = field(default_factory=lambda: _column("Q"))
    bad: BadLines = field(default_factory=BadLines)

    def __len__(self) -> int:
        return len(self.inode)

    def columns(self) -> tuple[array[int], ...]:
        return (
            *(self.local_hi, self.local_lo, self.remote_hi, self.remote_lo),
            *(self.local_port, self.remote_port, self.state, self.uid, self.inode),
        )


@dataclass(slots=True)
class UnixColumns:
    """The sockets of /proc/net/unix.

    ``path_start`` and ``path_end`` are offsets into the UTF-8 bytes of the table's text; they are
    equal where the socket has no name. A name with newlines spans several lines of the table.
    """

    flags: array[int] = field(default_factory=lambda: _column("I"))
    type: array[int] = field(default_factory=lambda: _column("H"))
    state: array[int] = field(default_factory=lambda: _column("B"))
    inode: array[int] = field(default_factory=lambda: _column("Q"))
    path_start: array[int] = field(default_factory=lambda: _column("Q"))
    path_end: array[int] = field(default_factory=lambda: _column("Q"))
    bad: BadLines = field(default_factory=BadLines)

    def __len__(self) -> int:
        return len(self.inode)


@dataclass(slots=True)
class PacketColumns:
    """The sockets of /proc/net/packet: ethertype (``protocol``) and interface index."""

    type: array[int] = field(default_factory=lambda: _column("H"))
    protocol: array[int] = field(default_factory=lambda: _column("H"))
    interface: array[int] = field(default_factory=lambda: _column("I"))
    uid: array[int] = field(default_factory=lambda: _column("I"))
    inode: array[int] = field(default_factory=lambda: _column("Q"))
    bad: BadLines = field(default_factory=BadLines)

    def __len__(self) -> int:
        return len(self.inode)


@dataclass(slots=True)
class ConnectedColumns:
    """The connected sockets of one table, 41 bytes each.

    ``local`` indexes ``locals_hi`` and ``locals_lo``: a machine has few addresses. ``owner``
    numbers the set of processes that hold the socket, 0 for nobody. ``seen`` numbers the set of
    samples that list it; it is empty where there is but one.
    """

    local: array[int] = field(default_factory=lambda: _column("I"))
    remote_hi: array[int] = field(default_factory=lambda: _column("Q"))
    remote_lo: array[int] = field(default_factory=lambda: _column("Q"))
    local_port: array[int] = field(default_factory=lambda: _column("H"))
    remote_port: array[int] = field(default_factory=lambda: _column("H"))
    state: array[int] = field(default_factory=lambda: _column("B"))
    uid: array[int] = field(default_factory=lambda: _column("I"))
    inode: array[int] = field(default_factory=lambda: _column("Q"))
    owner: array[int] = field(default_factory=lambda: _column("I"))
    locals_hi: array[int] = field(default_factory=lambda: _column("Q"))
    locals_lo: array[int] = field(default_factory=lambda: _column("Q"))
    seen: array[int] = field(default_factory=lambda: _column("i"))

    def __len__(self) -> int:
        return len(self.inode)


@dataclass(slots=True)
class Candidates:
    """Sockets whose remote address somebody in the group owns, of the whole group.

    ``local`` and ``remote`` are numbers of the AddressTable, ``namespace`` and ``owner`` of the
    Fleet, ``proto`` an index of ``CONNECTION_PROTOCOLS``. ``seen`` numbers the set of samples that
    list the socket; it is empty where no machine has several.
    """

    namespace: array[int] = field(default_factory=lambda: _column("I"))
    proto: array[int] = field(default_factory=lambda: _column("B"))
    local: array[int] = field(default_factory=lambda: _column("I"))
    remote: array[int] = field(default_factory=lambda: _column("I"))
    local_port: array[int] = field(default_factory=lambda: _column("H"))
    remote_port: array[int] = field(default_factory=lambda: _column("H"))
    state: array[int] = field(default_factory=lambda: _column("B"))
    inode: array[int] = field(default_factory=lambda: _column("Q"))
    owner: array[int] = field(default_factory=lambda: _column("I"))
    seen: array[int] = field(default_factory=lambda: _column("i"))

    @classmethod
    def blank(cls, size: int) -> Candidates:
        """That many sockets, all zero, to be filled in; ``seen`` is empty."""
        columns = (array(typecode, [0]) * size for typecode in "IBIIHHBQI")
        return cls(*columns)

    def __len__(self) -> int:
        return len(self.inode)


@dataclass(slots=True)
class ConntrackColumns:
    """The entries of /proc/net/nf_conntrack: the original direction and the reply to it.

    ``protocol`` is the IP protocol number. ``has_ports`` is 0 for protocols without ports (icmp,
    gre, unknown ones), whose port columns are 0; ``replied`` is 0 while nothing came back.
    """

    protocol: array[int] = field(default_factory=lambda: _column("B"))
    has_ports: array[int] = field(default_factory=lambda: _column("B"))
    replied: array[int] = field(default_factory=lambda: _column("B"))
    original_source_hi: array[int] = field(default_factory=lambda: _column("Q"))
    original_source_lo: array[int] = field(default_factory=lambda: _column("Q"))
    original_destination_hi: array[int] = field(default_factory=lambda: _column("Q"))
    original_destination_lo: array[int] = field(default_factory=lambda: _column("Q"))
    original_source_port: array[int] = field(default_factory=lambda: _column("H"))
    original_destination_port: array[int] = field(default_factory=lambda: _column("H"))
    reply_source_hi: array[int] = field(default_factory=lambda: _column("Q"))
    reply_source_lo: array[int] = field(default_factory=lambda: _column("Q"))
    reply_destination_hi: array[int] = field(default_factory=lambda: _column("Q"))
    reply_destination_lo: array[int] = field(default_factory=lambda: _column("Q"))
    reply_source_port: array[int] = field(default_factory=lambda: _column("H"))
    reply_destination_port: array[int] = field(default_factory=lambda: _column("H"))
    bad: BadLines = field(default_factory=BadLines)

    def __len__(self) -> int:
        return len(self.protocol)
