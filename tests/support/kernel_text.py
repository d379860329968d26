"""Socket tables as the kernel prints them: the texts of /proc/net, with its column widths.

The formats are those of tcp4_seq_show, tcp6_sock_seq_show, udp4_format_sock,
ip6_dgram_sock_seq_show,
unix_seq_show, packet_seq_show and sctp_eps_seq_show/sctp_assocs_seq_show in the kernel's net/.
Nothing here is shared with the parsers that read such texts.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ESTABLISHED, SYN_SENT, SYN_RECV, FIN_WAIT1, FIN_WAIT2, TIME_WAIT = 1, 2, 3, 4, 5, 6
CLOSE, CLOSE_WAIT, LAST_ACK, LISTEN, CLOSING = 7, 8, 9, 10, 11

INET_TABLES = (
    "tcp", "tcp6", "udp", "udp6", "udplite", "udplite6", "raw", "raw6", "icmp", "icmp6",
)  # fmt: skip

_HEAD4 = (
    "local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"
)
_HEAD6 = (
    "  sl  local_address                         remote_address                        "
    "st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"
)
_DATAGRAM = " ref pointer drops"
HEADERS = {
    "tcp": f"  sl  {_HEAD4}".ljust(149),
    "tcp6": _HEAD6,
    "udp": f"   sl  {_HEAD4}{_DATAGRAM}".ljust(127),
    "udplite": f"   sl  {_HEAD4}{_DATAGRAM}".ljust(127),
    "icmp": f"  sl  {_HEAD4}{_DATAGRAM}".ljust(127),
    "raw": f"  sl  {_HEAD4}{_DATAGRAM}",
    **dict.fromkeys(("udp6", "udplite6", "raw6", "icmp6"), _HEAD6 + _DATAGRAM),
    "unix": "Num       RefCount Protocol Flags    Type St Inode Path",
    "packet": "sk               RefCnt Type Proto  Iface R Rmem   User   Inode",
    "sctp/eps": " ENDPT     SOCK   STY SST HBKT LPORT   UID INODE LADDRS",
    "sctp/assocs": (
        " ASSOC     SOCK   STY SST ST HBKT ASSOC-ID TX_QUEUE RX_QUEUE UID INODE LPORT RPORT "
        "LADDRS <-> RADDRS HBINT INS OUTS MAXRT T1X T2X RTXC wmema wmemq sndbuf rcvbuf"
    ),
}

Endpoint = tuple[str, int]


@dataclass(frozen=True)
class Row:
    """One socket of an inet table. In a table of IPv6 an IPv4 address is printed mapped."""

    local: Endpoint
    remote: Endpoint
    state: int
    inode: int
    uid: int = 0


def hex_words(address: str, wide: bool, byteorder: str) -> str:
    """The address in words of 32 bits, each printed as a number of the kernel's byte order."""
    parsed = ipaddress.ip_address(address)
    if wide and parsed.version == 4:
        parsed = ipaddress.IPv6Address(f"::ffff:{address}")
    network = parsed.packed
    if len(network) != (16 if wide else 4):
        raise ValueError(f"{address} is in no table of IPv4")
    words = [network[at : at + 4] for at in range(0, len(network), 4)]
    if byteorder == "little":
        words = [word[::-1] for word in words]
    return b"".join(words).hex().upper()


def endpoint(end: Endpoint, wide: bool, byteorder: str) -> str:
    """``0100007F:0050``: the port is in plain order on every machine."""
    return f"{hex_words(end[0], wide, byteorder)}:{end[1]:04X}"


def inet_line(table: str, slot: int, row: Row, byteorder: str = "little") -> str:
    """One line of an inet table, without its newline."""
    wide = table.endswith("6")
    ends = f"{endpoint(row.local, wide, byteorder)} {endpoint(row.remote, wide, byteorder)}"
    if not table.startswith("tcp"):
        width = 4 if table == "raw" else 5
        line = (
            f"{slot:{width}d}: {ends} {row.state:02X} 00000000:00000000 00:00000000 00000000 "
            f"{row.uid:5d} {0:8d} {row.inode} 2 0000000000000000 0"
        )
        return line.ljust(127) if table in ("udp", "udplite", "icmp") else line
    start = f"{slot:4d}: {ends} {row.state:02X} 00000000:00000000 "
    if row.state == TIME_WAIT:
        line = f"{start}03:00001760 00000000 {0:5d} {0:8d} {row.inode} 3 0000000000000000"
    elif row.state == SYN_RECV and row.inode == 0:
        line = f"{start}01:00000052 00000000 {row.uid:5d} {0:8d} 0 0 0000000000000000"
    else:
        line = (
            f"{start}00:00000000 00000000 {row.uid:5d} {0:8d} {row.inode} 1 0000000000000000 "
            "20 4 30 10 -1"
        )
    return line if wide else line.ljust(149)


def inet_table(table: str, rows: Iterable[Row], byteorder: str = "little") -> str:
    """The whole text of an inet table."""
    lines = (inet_line(table, slot, row, byteorder) for slot, row in enumerate(rows))
    return "".join(f"{line}\n" for line in (HEADERS[table], *lines))


def unix_line(inode: int, path: str | None = None, state: int = 1, flags: int = 0x10000) -> str:
    """One socket of /proc/net/unix; ``path`` as the kernel prints it (``@`` for NUL)."""
    line = f"0000000000000000: 00000002 00000000 {flags:08X} 0001 {state:02X} {inode:5d}"
    return line if path is None else f"{line} {path}"


def unix_table(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in (HEADERS["unix"], *lines))


def packet_line(inode: int, ethertype: int, interface: int, uid: int = 0, kind: int = 3) -> str:
    """One socket of /proc/net/packet."""
    return (
        f"0000000000000000 {3:<6d} {kind:<4d} {ethertype:04x}   {interface:<5d} 1 {0:<6d} "
        f"{uid:<6d} {inode:<6d}"
    )


def packet_table(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in (HEADERS["packet"], *lines))


def sctp_eps_line(port: int, inode: int, addresses: Sequence[str], uid: int = 0) -> str:
    """One endpoint of /proc/net/sctp/eps."""
    return (
        f"0000000000000000 0000000000000000 2   10  {port % 64:<4d} {port:<5d} {uid:5d} {inode:5d} "
        f"{' '.join(addresses)} "
    )


def sctp_assocs_line(
    local: Sequence[str], local_port: int, remote: Sequence[str], remote_port: int, inode: int
) -> str:
    """One association of /proc/net/sctp/assocs; the first remote address is the primary."""
    there = " ".join(f"{'*' * (at == 0)}{address}" for at, address in enumerate(remote))
    return (
        f"0000000000000000 0000000000000000 2   1   3  1675 {977:4d} {0:8d} {0:8d} {0:7d} "
        f"{inode:5d} {local_port:<5d} {remote_port:5d} {' '.join(local)} <-> {there} "
        f"\t{30000:8d} {17:5d} {10:5d} {10:4d} {0:4d} {0:4d} {0:8d} "
        f"{11:8d} {12:8d} {1000000:8d} {2000000:8d}"
    )


def sctp_table(table: str, lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in (HEADERS[table], *lines))
