"""Tables as the kernel prints them in /proc/net, made from decoded sockets.

Column layouts: net/ipv4/tcp_ipv4.c, net/ipv4/udp.c, net/ipv4/raw.c and their IPv6 twins,
net/unix/af_unix.c, net/packet/af_packet.c; as a little-endian kernel prints them. What is not known
is 0, the uid 4294967295.
"""

from __future__ import annotations

UNKNOWN_UID = 2**32 - 1

_COLUMNS = "st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"
_TCP4 = f"  sl  local_address rem_address   {_COLUMNS}"

_TCP6 = (
    "  sl  local_address                         remote_address                        " + _COLUMNS
)

HEADERS = {
    "tcp": _TCP4,
    "tcp6": _TCP6,
    "udp": f" {_TCP4} ref pointer drops",
    "udp6": f"{_TCP6} ref pointer drops",
    "raw": f"{_TCP4} ref pointer drops",
    "raw6": f"{_TCP6} ref pointer drops",
    "unix": "Num       RefCount Protocol Flags    Type St Inode Path",
    "packet": "sk               RefCnt Type Proto  Iface R Rmem   User   Inode",
}
"""The first line of each table."""


def hex_address(packed: bytes) -> str:
    """An address of 4 or 16 bytes: each 32-bit word in the byte order of the kernel."""
    words = (packed[start : start + 4] for start in range(0, len(packed), 4))
    return "".join(word[::-1].hex() for word in words).upper()


def inet_line(
    slot: int, local: tuple[bytes, int], remote: tuple[bytes, int], state: int, inode: int
) -> str:
    """One socket of tcp, udp, raw or their twins for IPv6; ends are packed addresses and ports."""
    ends = " ".join(f"{hex_address(packed)}:{port:04X}" for packed, port in (local, remote))
    return (
        f"{slot:4d}: {ends} {state:02X} 00000000:00000000 00:00000000 00000000 "
        f"{UNKNOWN_UID:5d}        0 {inode} 0 0000000000000000 0"
    )


def unix_line(inode: int, path: str | None) -> str:
    """One unix socket. A line break in the path is escaped: it would begin a line of its own."""
    line = f"0000000000000000: 00000000 00000000 00000000 0000 00 {inode:5d}"
    return f"{line} {path.translate(_PATH_ESCAPES)}" if path else line


def packet_line(inode: int) -> str:
    """One packet socket, of unknown type, protocol and interface."""
    return f"0000000000000000 0      0    0000   0     0 0      {UNKNOWN_UID:<6d} {inode:<6d}"


_PATH_ESCAPES = str.maketrans({"\n": "\\x0a", "\0": "@"})
