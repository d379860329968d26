"""Tables as the kernel prints them in /proc/net, made from decoded sockets.

Column layouts: net/ipv4/tcp_ipv4.c, net/ipv4/udp.c, net/ipv4/raw.c and their IPv6 twins,
net/unix/af_unix.c, net/packet/af_packet.c, net/sctp/proc.c,
net/netfilter/nf_conntrack_standalone.c. What is not given is 0, the uid 4294967295.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from netviz.capture.conntrack import PROTOCOLS

UNKNOWN_UID = 2**32 - 1

_COLUMNS = "st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"
_TCP4 = f"  sl  local_address rem_address   {_COLUMNS}"

_TCP6 = (
    "  sl  local_address                         remote_address                        " + _COLUMNS
)
_DATAGRAM = " ref pointer drops"

HEADERS = {
    "tcp": _TCP4,
    "tcp6": _TCP6,
    "udp": f" {_TCP4}{_DATAGRAM}",
    "udp6": f"{_TCP6}{_DATAGRAM}",
    "udplite": f" {_TCP4}{_DATAGRAM}",
    "udplite6": f"{_TCP6}{_DATAGRAM}",
    "raw": f"{_TCP4}{_DATAGRAM}",
    "raw6": f"{_TCP6}{_DATAGRAM}",
    "icmp": f"{_TCP4}{_DATAGRAM}",
    "icmp6": f"{_TCP6}{_DATAGRAM}",
    "unix": "Num       RefCount Protocol Flags    Type St Inode Path",
    "packet": "sk               RefCnt Type Proto  Iface R Rmem   User   Inode",
    "sctp/assocs": (
        " ASSOC     SOCK   STY SST ST HBKT ASSOC-ID TX_QUEUE RX_QUEUE UID INODE LPORT RPORT "
        "LADDRS <-> RADDRS"
    ),
    "sctp/eps": " ENDPT     SOCK   STY SST HBKT LPORT   UID INODE LADDRS",
}
"""The first line of each table that has one."""


def table(name: str, lines: Sequence[str]) -> str:
    """The text of a table: its header and its lines."""
    header = [HEADERS[name]] if name in HEADERS else []
    return "".join(f"{line}\n" for line in [*header, *lines])


@lru_cache(1 << 16)  # most sockets of a machine have one of few addresses
def hex_address(packed: bytes, big_endian: bool = False) -> str:
    """An address of 4 or 16 bytes: each 32-bit word in the byte order of the kernel."""
    if big_endian:
        return packed.hex().upper()
    words = (packed[start : start + 4] for start in range(0, len(packed), 4))
    return "".join(word[::-1].hex() for word in words).upper()


def inet_line(
    slot: int,
    local: tuple[bytes, int],
    remote: tuple[bytes, int],
    state: int,
    inode: int,
    uid: int = UNKNOWN_UID,
    big_endian: bool = False,
) -> str:
    """One socket of tcp, udp, raw or their twins for IPv6; ends are packed addresses and ports."""
    here, there = (
        f"{hex_address(packed, big_endian)}:{port:04X}" for packed, port in (local, remote)
    )
    return (
        f"{slot:4d}: {here} {there} {state:02X} 00000000:00000000 00:00000000 00000000 "
        f"{uid:5d}        0 {inode} 0 0000000000000000 0"
    )


def unix_line(inode: int, path: str | None, flags: int = 0, kind: int = 0, state: int = 0) -> str:
    """One unix socket. A line break in the path is escaped: it would begin a line of its own."""
    line = f"0000000000000000: 00000000 00000000 {flags:08X} {kind:04X} {state:02X} {inode:5d}"
    return f"{line} {path.translate(_PATH_ESCAPES)}" if path else line


def packet_line(
    inode: int, kind: int = 0, protocol: int = 0, interface: int = 0, uid: int = UNKNOWN_UID
) -> str:
    """One packet socket, with ethertype and index of its interface."""
    return (
        f"0000000000000000 0      {kind:<4d} {protocol:04x}   {interface:<3d} 0 0      "
        f"{uid:<6d} {inode:<6d}"
    )


def association_line(
    number: str,
    style: int,
    socket_state: int,
    state: int,
    uid: int,
    inode: int,
    local: tuple[Sequence[str], int],
    remote: tuple[Sequence[str], int],
) -> str:
    """One association of SCTP; ends are addresses, the primary one first, and a port."""
    here, there = (" ".join(["*" + ends[0], *ends[1:]]) for ends, _ in (local, remote))
    return (
        f"{0:016x} {0:016x} {style:<3d} {socket_state:<3d} {state:<2d} 0    {number:>4} 0 0 "
        f"{uid:5d} {inode:5d} {local[1]:<5d} {remote[1]:5d} {here} <-> {there}"
    )


def endpoint_line(
    number: int, state: int, port: int, uid: int, inode: int, addresses: Sequence[str]
) -> str:
    """One endpoint of SCTP; ``number`` tells it from all others of the table."""
    return (
        f"{number:016x} {0:016x} 0   {state:<3d} 0    {port:<5d} {uid:5d} {inode:5d} "
        + " ".join(addresses)
    )


class Direction(NamedTuple):
    """One direction of a tracked connection; ``ports`` None for a protocol that has none."""

    source: str
    destination: str
    ports: tuple[int, int] | None


def conntrack_line(
    wide: bool, protocol: int, original: Direction, reply: Direction, replied: bool
) -> str:
    """One entry of nf_conntrack, of IPv6 where ``wide``."""
    family = "ipv6     10" if wide else "ipv4     2"
    name = PROTOCOLS.get(protocol, "unknown")
    unreplied = "" if replied else "[UNREPLIED] "
    return (
        f"{family} {name:<8} {protocol} 0 {_direction(original)} {unreplied}{_direction(reply)} "
        "mark=0 zone=0 use=1"
    )


def _direction(way: Direction) -> str:
    ends = f"src={way.source} dst={way.destination}"
    return ends if way.ports is None else f"{ends} sport={way.ports[0]} dport={way.ports[1]}"


_PATH_ESCAPES = str.maketrans({"\n": "\\x0a", "\0": "@"})
