"""Format 1, as the original capture.py wrote it: decoded sockets become a Snapshot.

    {"processes": {pid: {"cmd", "uid", "pid", "selinux", "inodes": [{"ino", "extra"}]}},
     "net": {inode: {"type", "local", "remote"}}}

The sockets are turned back into the text of their tables, so that everything behind the loader
knows one shape. What the format cannot say (docs/snapshot-format.md has the list) stays unknown.
"""

from __future__ import annotations

import ipaddress
import os
from array import array
from pathlib import Path
from typing import Any

from netviz.snapshot import checks, kernel_text
from netviz.snapshot.faults import Fault, member, mismatch, quoted
from netviz.snapshot.limits import LONGEST_NAME
from netviz.snapshot.model import Host, NetworkNamespace, Process, Snapshot

VERSION = 1

ESTABLISHED = 0x01
TIME_WAIT = 0x06
CLOSE = 0x07
LISTEN = 0x0A

_TRANSPORTS = frozenset({"tcp", "tcp6", "udp", "udp6"})
_RAW = frozenset({"raw", "raw6"})
_KINDS = _TRANSPORTS | _RAW | {"packet", "unix"}
_ANY = {False: bytes(4), True: bytes(16)}
_MAX_PORT = 65535

End = tuple[bytes, int]
"""A packed address and a port."""


def to_snapshot(document: dict[str, Any], source: str, path: str) -> Snapshot:
    """The snapshot of a document with ``processes`` and ``net``; the host is named after the file.

    Raises Fault.
    """
    processes = checks.mapping(document["processes"], "processes")
    sockets = checks.mapping(document["net"], "net")
    return Snapshot(
        source=source,
        format=VERSION,
        host=Host(name=stem(path), byteorder="little"),
        processes=[_process(key, entry) for key, entry in processes.items()],
        netns=[NetworkNamespace(id=None, tables=_tables(sockets))],
    )


def stem(path: str) -> str:
    """The name of a file without folder and ``.json``, ``.json.gz`` or ``.gz``."""
    name = os.fsencode(Path(path).name).decode("utf-8", "backslashreplace")
    return name.removesuffix(".gz").removesuffix(".json") or name


def _process(key: str, entry: object) -> Process:
    where = member("processes", key)
    if not isinstance(entry, dict):
        raise mismatch(where, "an object", entry)
    pid = entry.get("pid")
    return Process(
        pid=_decimal(key, where) if type(pid) is not int else _known(pid, f"{where}.pid"),
        comm=checks.text(entry.get("cmd"), f"{where}.cmd", LONGEST_NAME),
        uid=checks.integer(entry.get("uid"), f"{where}.uid"),
        security=checks.text(entry.get("selinux"), f"{where}.selinux"),
        sockets=_inodes(checks.sequence(entry.get("inodes"), f"{where}.inodes"), where),
    )


def _inodes(entries: list[Any], where: str) -> array[int]:
    """The inodes of sockets. Those of pipes are left out: which end they are of is not known."""
    inodes = array("Q")
    for index, entry in enumerate(entries):
        place = f"{where}.inodes[{index}]"
        if not isinstance(entry, dict):
            raise mismatch(place, "an object", entry)
        inode = _decimal(entry.get("ino"), f"{place}.ino")
        if checks.text(entry.get("extra"), f"{place}.extra") == "socket":
            inodes.append(inode)
    return inodes


def _tables(sockets: dict[str, Any]) -> dict[str, str]:
    lines: dict[str, list[str]] = {}
    for key, socket in sockets.items():
        where = member("net", key)
        if not isinstance(socket, dict):
            raise mismatch(where, "an object", socket)
        inode = _decimal(key, where)
        kind = checks.text(checks.required(socket.get("type"), f"{where}.type"), f"{where}.type")
        if kind not in _KINDS:
            continue  # its descriptor stays, as a socket of unknown kind
        table = lines.setdefault(kind, [kernel_text.HEADERS[kind]])
        table.append(_line(kind, inode, socket, where, len(table) - 1))
    return {kind: "\n".join(table) + "\n" for kind, table in lines.items()}


def _line(kind: str, inode: int, socket: dict[str, Any], where: str, slot: int) -> str:
    if kind == "packet":
        return kernel_text.packet_line(inode)
    if kind == "unix":
        return kernel_text.unix_line(inode, checks.text(socket.get("path"), f"{where}.path"))
    wide = kind.endswith("6")
    if kind in _RAW:
        # Only the "port" was written: local is the protocol number, the addresses are lost.
        local = (_ANY[wide], _port(socket.get("local"), f"{where}.local"))
        remote = (_ANY[wide], _port(socket.get("remote"), f"{where}.remote"))
        return kernel_text.inet_line(slot, local, remote, CLOSE, inode)
    local = _end(socket.get("local"), f"{where}.local", wide)
    remote = _end(socket.get("remote"), f"{where}.remote", wide)
    return kernel_text.inet_line(slot, local, remote, _state(kind, remote[1], inode), inode)


def _state(kind: str, remote_port: int, inode: int) -> int:
    """The state, which the format does not say, from what it does."""
    if kind.startswith("udp"):
        return ESTABLISHED if remote_port else CLOSE
    if not remote_port:
        return LISTEN
    return ESTABLISHED if inode else TIME_WAIT


def _end(value: object, where: str, wide: bool) -> End:
    if not isinstance(value, list) or len(value) != 2:
        raise mismatch(where, "an address and a port", value)
    return _packed(value[0], f"{where}[0]", wide), _port(value[1], f"{where}[1]")


def _packed(value: object, where: str, wide: bool) -> bytes:
    version = "IPv6" if wide else "IPv4"
    if not isinstance(value, str):
        raise mismatch(where, f"an {version} address", value)
    try:
        if not wide:
            return ipaddress.IPv4Address(value).packed
        if "%" not in value:
            return _repaired(ipaddress.IPv6Address(value).packed)
    except ValueError:
        pass
    raise Fault(f"{quoted(value)} is no {version} address", where)


def _repaired(packed: bytes) -> bytes:
    """The true address: capture.py swapped the 32-bit words within each 64-bit half."""
    return packed[4:8] + packed[0:4] + packed[12:16] + packed[8:12]


def _port(value: object, where: str) -> int:
    return _known(value, where, _MAX_PORT)


def _known(value: object, where: str, most: int = checks.U64) -> int:
    number = checks.integer(value, where, most=most)
    if number is None:
        raise mismatch(where, f"an integer from 0 to {most}", value)
    return number


def _decimal(value: object, where: str) -> int:
    """A pid or an inode: the format writes them as text."""
    if type(value) is int:
        return _known(value, where)
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 20:
        return _known(int(value), where)
    raise mismatch(where, f"a number from 0 to {checks.U64}", value)
