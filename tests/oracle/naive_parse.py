"""A second, deliberately simple reader of the kernel's socket tables: one line, one split.

Written from Documentation/networking/proc_net_tcp.rst, proc(5) and, for SCTP, the headers that the
tables carry. It shares nothing with netviz and is slow on purpose. A line that cannot be read is
counted, never raised. Lines end at a newline and nowhere else.
"""

from __future__ import annotations

import ipaddress
import struct
from typing import NamedTuple

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class InetSocket(NamedTuple):
    local: Address
    local_port: int
    remote: Address
    remote_port: int
    state: int
    uid: int
    inode: int


class UnixSocket(NamedTuple):
    flags: int
    type: int
    state: int
    inode: int
    path: str


class PacketSocket(NamedTuple):
    type: int
    protocol: int
    interface: int
    uid: int
    inode: int


class SctpSocket(NamedTuple):
    """An endpoint of sctp/eps, without remote addresses, or an association of sctp/assocs."""

    state: int
    local: tuple[Address, ...]
    local_port: int
    remote: tuple[Address, ...]
    remote_port: int
    uid: int
    inode: int


def canonical(address: Address) -> Address:
    """The IPv4 address where it is mapped into IPv6; no other embedding is undone."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def inet_address(digits: str, byteorder: str) -> Address:
    """8 or 32 hex digits: words of 32 bits, each printed as a number of the target's own order."""
    if len(digits) not in (8, 32) or not _all(digits, "0123456789abcdefABCDEF"):
        raise ValueError(digits)
    network = b""
    for at in range(0, len(digits), 8):
        word = int(digits[at : at + 8], 16)
        network += struct.pack("<I" if byteorder == "little" else ">I", word)
    return canonical(ipaddress.ip_address(network))


def parse_inet(text: str, byteorder: str, ipv6: bool) -> tuple[list[InetSocket], int]:
    """tcp, udp, udplite, raw, icmp and those with a 6: the sockets and how many lines were bad."""
    sockets, bad = [], 0
    for line in text.split("\n")[1:]:
        fields = line.split()
        if not fields:
            continue
        try:
            local, local_port = _endpoint(fields[1], byteorder, ipv6)
            remote, remote_port = _endpoint(fields[2], byteorder, ipv6)
            state = _hex_any(fields[3])
            uid, inode = _decimal(fields[7], 32), _decimal(fields[9], 64)
        except (IndexError, ValueError):
            bad += 1
            continue
        sockets.append(InetSocket(local, local_port, remote, remote_port, state, uid, inode))
    return sockets, bad


def parse_packet(text: str) -> tuple[list[PacketSocket], int]:
    """/proc/net/packet, by the names in its header."""
    lines = text.split("\n")
    at = {name: index for index, name in enumerate(lines[0].split())}
    sockets, bad = [], 0
    for line in lines[1:]:
        fields = line.split()
        if not fields:
            continue
        try:
            sockets.append(
                PacketSocket(
                    _decimal(fields[at["Type"]], 16),
                    _hex(fields[at["Proto"]], 4),
                    _decimal(fields[at["Iface"]], 32),
                    _decimal(fields[at["User"]], 32),
                    _decimal(fields[at["Inode"]], 64),
                )
            )
        except (IndexError, ValueError):
            bad += 1
    return sockets, bad


def parse_unix(text: str) -> tuple[list[UnixSocket], int]:
    """/proc/net/unix, by the names in its header.

    The path is everything after one blank that follows the inode. What is no row continues the
    path of the row before, which must have one; the kernel prints NUL as ``@``, so a line with a
    NUL is nobody's path, and it ends what it follows.
    """
    lines = text.split("\n")
    names = lines[0].split()
    at = {name: index for index, name in enumerate(names)}
    fixed = len(names) - ("Path" in names)
    last = lines.pop()  # after the last newline: nothing, or a line that was cut off
    if last:
        lines.append(last)
    sockets: list[UnixSocket] = []
    bad, open_path = 0, False
    for line in lines[1:]:
        try:
            fields, path = _unix_fields(line, fixed)
            inode = _decimal(fields[at["Inode"]], 64) if "Inode" in at else 0
            if not fields[0].endswith(":"):
                raise ValueError(line)
            _hex_any(fields[0][:-1])
            sockets.append(
                UnixSocket(
                    _hex_any(fields[at["Flags"]]),
                    _hex_any(fields[at["Type"]]),
                    _hex_any(fields[at["St"]]),
                    inode,
                    path or "",
                )
            )
            open_path = path is not None
        except (IndexError, ValueError):
            if open_path and "\0" not in line:
                before = sockets.pop()
                sockets.append(before._replace(path=f"{before.path}\n{line}"))
            elif line.strip(" \t"):
                bad += 1
                open_path = False
    return sockets, bad


def parse_sctp_eps(text: str) -> tuple[list[SctpSocket], int]:
    """/proc/net/sctp/eps: a row may repeat its endpoint with other addresses; they are one."""
    lines = text.split("\n")
    at = {name: index for index, name in enumerate(lines[0].split())}
    found: dict[tuple[int, int], SctpSocket] = {}
    bad = 0
    for line in lines[1:]:
        fields = line.split()
        if not fields:
            continue
        try:
            port, inode = _decimal(fields[at["LPORT"]], 16), _decimal(fields[at["INODE"]], 64)
            state, uid = _decimal(fields[at["SST"]], 8), _decimal(fields[at["UID"]], 32)
            addresses = tuple(_textual(field) for field in fields[at["LADDRS"] :])
        except (IndexError, ValueError):
            bad += 1
            continue
        before = found.get((port, inode))
        known = before.local if before else ()
        found[port, inode] = SctpSocket(state, known + addresses, port, (), 0, uid, inode)
    return list(found.values()), bad


def parse_sctp_assocs(text: str) -> tuple[list[SctpSocket], int]:
    """/proc/net/sctp/assocs: local addresses up to ``<->``, then remote ones, then numbers."""
    lines = text.split("\n")
    at = {name: index for index, name in enumerate(lines[0].split())}
    sockets, bad = [], 0
    for line in lines[1:]:
        fields = line.split()
        if not fields:
            continue
        try:
            middle = fields.index("<->")
            local = tuple(_textual(field) for field in fields[at["LADDRS"] : middle])
            remote = []
            for field in fields[middle + 1 :]:
                try:
                    remote.append(_textual(field))
                except ValueError:
                    break  # the first number after the addresses
            sockets.append(
                SctpSocket(
                    _decimal(fields[at["ST"]], 8),
                    local,
                    _decimal(fields[at["LPORT"]], 16),
                    tuple(remote),
                    _decimal(fields[at["RPORT"]], 16),
                    _decimal(fields[at["UID"]], 32),
                    _decimal(fields[at["INODE"]], 64),
                )
            )
        except (IndexError, ValueError):
            bad += 1
    return sockets, bad


def _textual(field: str) -> Address:
    """``*10.0.0.1``: the star marks the primary address of an association."""
    return canonical(ipaddress.ip_address(field.removeprefix("*")))


def _endpoint(field: str, byteorder: str, ipv6: bool) -> tuple[Address, int]:
    digits, port = field.split(":")
    if len(digits) != (32 if ipv6 else 8):
        raise ValueError(field)
    return inet_address(digits, byteorder), _hex(port, 4)


def _unix_fields(line: str, fixed: int) -> tuple[list[str], str | None]:
    """The ``fixed`` first fields and, where a blank follows them, all of the rest of the line."""
    at = 0
    fields = []
    for _ in range(fixed):
        while at < len(line) and line[at] in " \t":
            at += 1
        start = at
        while at < len(line) and line[at] not in " \t":
            at += 1
        if start == at:
            raise ValueError(line)
        fields.append(line[start:at])
    return fields, line[at + 1 :] if at < len(line) else None


def _all(text: str, allowed: str) -> bool:
    return bool(text) and all(character in allowed for character in text)


def _decimal(field: str, bits: int) -> int:
    if not _all(field, "0123456789") or int(field) >> bits:
        raise ValueError(field)
    return int(field)


def _hex(field: str, digits: int) -> int:
    if len(field) != digits:
        raise ValueError(field)
    return _hex_any(field)


def _hex_any(field: str) -> int:
    if not _all(field, "0123456789abcdefABCDEF"):
        raise ValueError(field)
    return int(field, 16)
