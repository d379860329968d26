"""The parser of kernel tables in pure Python: the exact twin of ``_fastparse.pyx``.

Every function takes the verbatim text of one table and gives its columns. A line ends at ``\\n``
and nowhere else. Lines of blanks are passed over, a first line that is the header too, and a line
that is no socket is counted, never raised.

Formats: Documentation/networking/proc_net_tcp.rst and proc_pid_net(5).
"""

from __future__ import annotations

import ipaddress
import re
from array import array
from typing import cast

from netviz.tables import (
    BadLines,
    ConntrackColumns,
    InetColumns,
    PacketColumns,
    UnixColumns,
)

IMPLEMENTATION = "pure"

MAX_SHOWN = 200
"""How many bytes of the first bad line are kept to be shown."""

_BLANKS = b" \t"
_MAPPED = 0xFFFF << 32

_INET_TAIL = (
    rb":([0-9A-Fa-f]{4})[ \t]+([0-9A-Fa-f]{1,2})[ \t]+"  # remote port, st
    rb"[^ \t]+[ \t]+[^ \t]+[ \t]+[^ \t]+[ \t]+"  # tx_queue:rx_queue tr:tm->when retrnsmt
    rb"([0-9]+)[ \t]+[^ \t]+[ \t]+([0-9]+)(?:[ \t].*)?"  # uid timeout inode ...
)
_INET_START = rb"[ \t]*[0-9]+:[ \t]+"
_INET4 = re.compile(
    _INET_START + rb"([0-9A-Fa-f]{8}):([0-9A-Fa-f]{4})[ \t]+([0-9A-Fa-f]{8})" + _INET_TAIL,
    re.DOTALL,
)
_INET6 = re.compile(
    _INET_START + rb"([0-9A-Fa-f]{32}):([0-9A-Fa-f]{4})[ \t]+([0-9A-Fa-f]{32})" + _INET_TAIL,
    re.DOTALL,
)
_UNIX_START = (
    rb"[ \t]*[0-9A-Fa-f]+:[ \t]+[0-9A-Fa-f]{8}[ \t]+[0-9A-Fa-f]{8}[ \t]+"  # Num RefCount Protocol
    rb"([0-9A-Fa-f]{8})[ \t]+([0-9A-Fa-f]{4})[ \t]+([0-9A-Fa-f]{2})"  # Flags Type St
)
_UNIX = re.compile(_UNIX_START + rb"[ \t]+([0-9]+)(?: (.*))?", re.DOTALL)
_UNIX_WITHOUT_INODE = re.compile(_UNIX_START + rb"()(?: (.*))?", re.DOTALL)
_CONNTRACK = re.compile(
    rb"[ \t]*(ipv4|ipv6)[ \t]+[0-9]+[ \t]+[^ \t]+[ \t]+([0-9]+)(?:[ \t](.*))?", re.DOTALL
)
_IPV4 = re.compile(rb"(?:(?:0|[1-9][0-9]{0,2})\.){3}(?:0|[1-9][0-9]{0,2})")
_IPV6 = re.compile(rb"[0-9A-Fa-f:]+")
_PACKET = re.compile(
    rb"[ \t]*[0-9A-Fa-f]+[ \t]+[0-9]+[ \t]+([0-9]+)[ \t]+([0-9A-Fa-f]{4})[ \t]+([0-9]+)"
    rb"[ \t]+[0-9]+[ \t]+[0-9]+[ \t]+([0-9]+)[ \t]+([0-9]+)(?:[ \t].*)?",
    re.DOTALL,
)


def hex_address(digits: str | bytes, big_endian: bool) -> int:
    """The canonical 128-bit address of 8 or 32 hex digits of a table.

    /proc prints 32-bit words in the byte order of the captured machine (net/ipv4/tcp_ipv4.c,
    net/ipv6/tcp_ipv6.c); ``big_endian`` says which. Raises ValueError for other text.
    """
    if isinstance(digits, str):
        digits = digits.encode("ascii", "replace")
    if len(digits) not in (8, 32) or not re.fullmatch(rb"[0-9A-Fa-f]+", digits):
        raise ValueError("a hex address has 8 or 32 hex digits")
    raw = bytes.fromhex(digits.decode("ascii"))
    if not big_endian:
        raw = b"".join(raw[i : i + 4][::-1] for i in range(0, len(raw), 4))
    return int.from_bytes(raw, "big") | (_MAPPED if len(digits) == 8 else 0)


def naturals(values: list[object]) -> array[int] | None:
    """The values as a column of 64-bit numbers; None where one of them is no such number."""
    # A list of the types and its count are the quickest that Python has; array has the bounds.
    if list(map(type, values)).count(int) != len(values):
        return None
    try:
        return array("Q", cast("list[int]", values))
    except OverflowError:
        return None


def parse_inet(text: str, big_endian: bool, wide: bool) -> InetColumns:
    """The sockets of an inet table; ``wide`` says that addresses have 32 digits (the 6 tables)."""
    columns = InetColumns()
    line_format = _INET6 if wide else _INET4
    for number, line in enumerate(text.encode("utf-8").split(b"\n")):
        found = line_format.fullmatch(line)
        uid = inode = None
        if found:
            uid = _decimal(found[6], 0xFFFFFFFF)
            inode = _decimal(found[7], 0xFFFFFFFFFFFFFFFF)
        if found is None or uid is None or inode is None:
            _count_bad(columns.bad, line, number, b"local_address")
            continue
        local = hex_address(found[1], big_endian)
        remote = hex_address(found[3], big_endian)
        columns.local_hi.append(local >> 64)
        columns.local_lo.append(local & 0xFFFFFFFFFFFFFFFF)
        columns.remote_hi.append(remote >> 64)
        columns.remote_lo.append(remote & 0xFFFFFFFFFFFFFFFF)
        columns.local_port.append(int(found[2], 16))
        columns.remote_port.append(int(found[4], 16))
        columns.state.append(int(found[5], 16))
        columns.uid.append(uid)
        columns.inode.append(inode)
    return columns


def parse_unix(text: str) -> UnixColumns:
    """The sockets of /proc/net/unix.

    The inode is 0 for all where the header has no Inode column (Linux before 2.6). The kernel does
    not escape newlines in names: a line that is no socket and follows a socket with a name is taken
    as the rest of that name, unless it holds a NUL, which the kernel never prints there.
    """
    columns = UnixColumns()
    encoded = text.encode("utf-8")
    start = 0
    line_format = _UNIX
    named = False
    for number, line in enumerate(encoded.split(b"\n")):
        end = start + len(line)
        if number == 0 and b"RefCount" in line and b"Inode" not in line:
            line_format = _UNIX_WITHOUT_INODE
        found = line_format.fullmatch(line)
        inode = _decimal(found[4] or b"0", 0xFFFFFFFFFFFFFFFF) if found else None
        if found is not None and inode is not None:
            named = bool(found[5])
            columns.flags.append(int(found[1], 16))
            columns.type.append(int(found[2], 16))
            columns.state.append(int(found[3], 16))
            columns.inode.append(inode)
            columns.path_start.append(start + found.start(5) if named else 0)
            columns.path_end.append(end if named else 0)
        elif named and line.strip(_BLANKS) and b"\0" not in line:
            columns.path_end[-1] = end
        else:
            _count_bad(columns.bad, line, number, b"RefCount")
        start = end + 1
    return columns


def parse_packet(text: str) -> PacketColumns:
    """The sockets of /proc/net/packet."""
    columns = PacketColumns()
    for number, line in enumerate(text.encode("utf-8").split(b"\n")):
        found = _PACKET.fullmatch(line)
        numbers = [
            _decimal(found[group], limit) if found else None
            for group, limit in ((1, 0xFFFF), (3, 0xFFFFFFFF), (4, 0xFFFFFFFF), (5, 2**64 - 1))
        ]
        kind, interface, uid, inode = numbers
        if found is None or kind is None or interface is None or uid is None or inode is None:
            _count_bad(columns.bad, line, number, b"RefCnt")
            continue
        columns.type.append(kind)
        columns.protocol.append(int(found[2], 16))
        columns.interface.append(interface)
        columns.uid.append(uid)
        columns.inode.append(inode)
    return columns


def parse_conntrack(text: str) -> ConntrackColumns:
    """The entries of /proc/net/nf_conntrack (net/netfilter/nf_conntrack_standalone.c).

    Only the addresses, ports and flags are read; whatever else a line says is passed over.
    """
    columns = ConntrackColumns()
    for number, line in enumerate(text.encode("utf-8").split(b"\n")):
        entry = _conntrack_entry(line)
        if entry is None:
            _count_bad(columns.bad, line, number, None)
            continue
        protocol, replied, ways = entry
        has_ports = all(len(way) == 4 for way in ways)
        columns.protocol.append(protocol)
        columns.has_ports.append(has_ports)
        columns.replied.append(replied)
        for name, way in zip(("original", "reply"), ways, strict=True):
            for end in ("source", "destination"):
                address = way[b"src" if end == "source" else b"dst"]
                port = way[b"sport" if end == "source" else b"dport"] if has_ports else 0
                getattr(columns, f"{name}_{end}_hi").append(address >> 64)
                getattr(columns, f"{name}_{end}_lo").append(address & 0xFFFFFFFFFFFFFFFF)
                getattr(columns, f"{name}_{end}_port").append(port)
    return columns


def _conntrack_entry(line: bytes) -> tuple[int, bool, list[dict[bytes, int]]] | None:
    """(protocol, replied, [original, reply]), each way by key; None for a line that is none."""
    found = _CONNTRACK.fullmatch(line)
    protocol = _decimal(found[2], 0xFF) if found else None
    if found is None or protocol is None:
        return None
    replied = True
    ways: list[dict[bytes, int]] = []
    for token in re.split(rb"[ \t]+", found[3] or b""):
        key, equals, value = token.partition(b"=")
        if token == b"[UNREPLIED]":
            replied = False
        elif not equals or key not in (b"src", b"dst", b"sport", b"dport"):
            continue
        else:
            if key == b"src":
                ways.append({})
            parsed = (
                _textual_address(value, found[1] == b"ipv6")
                if key in (b"src", b"dst")
                else _decimal(value, 0xFFFF)
                if value.isdigit()
                else None
            )
            if not ways or len(ways) > 2 or parsed is None:
                return None
            ways[-1][key] = parsed
    if len(ways) != 2 or any(b"dst" not in way for way in ways):
        return None
    return protocol, replied, ways


def _textual_address(text: bytes, wide: bool) -> int | None:
    """The canonical address of its usual text: dotted, or hex groups with at most one ``::``."""
    if not (_IPV6 if wide else _IPV4).fullmatch(text):
        return None
    try:
        address = ipaddress.ip_address(text.decode("ascii"))
    except ValueError:
        return None
    return int(address) | (0 if wide else _MAPPED)


def _decimal(digits: bytes, limit: int) -> int | None:
    """The number, or None above ``limit`` (an unsigned 32 or 64-bit maximum)."""
    significant = digits.lstrip(b"0")
    if len(significant) > 20:  # int() itself has a limit on digits
        return None
    value = int(significant or b"0")
    return value if value <= limit else None


def _count_bad(bad: BadLines, line: bytes, number: int, header_word: bytes | None) -> None:
    if not line.strip(_BLANKS):
        return
    if header_word is not None and number == 0 and header_word in line:
        return
    bad.count += 1
    if bad.count == 1:
        bad.first = line[:MAX_SHOWN].decode("utf-8", "replace")
