"""Harnesses for what the kernel answers over netlink."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from unittest import mock

from netlink_answers import AnsweringSocket, attribute, message

from netviz.capture import interfaces, rtnetlink
from netviz.capture.conntrack import format_entry
from netviz.capture.text import clean
from netviz.capture.unix_diag import UnixSockets
from netviz.parse import parse_conntrack
from netviz.snapshot.format2 import is_address


def messages(data: bytes) -> None:
    """Any answers are addresses, names and peers that a snapshot can hold, or an OSError."""
    answers = data.split(b"\xfe\xff\xfe")
    with mock.patch("socket.socket", lambda *_: AnsweringSocket(answers)):
        for ask in (_addresses, _interfaces, _unix):
            try:
                ask()
            except OSError as error:
                assert error.errno is not None


def _addresses() -> None:
    for address in rtnetlink.interface_addresses():
        assert is_address(address), address


def _interfaces() -> None:
    for index, name in interfaces._asked().items():
        json.dumps([index, clean(name)])


def _unix() -> None:
    asked = UnixSockets()
    asked.ask()
    assert len(asked.peers) % 2 == 0
    json.dumps({inode: clean(name) for inode, name in asked.names.items()})


def conntrack(data: bytes) -> None:
    """An entry is one line, and the parser of the kernel's own lines reads it."""
    line = format_entry(data)
    if line is None:
        return
    text = clean(line.encode())
    assert text.endswith("\n")
    columns = parse_conntrack(text)
    assert len(columns) + columns.bad.count >= 1


def _tuple(source: bytes, destination: bytes, ports: tuple[int, int]) -> bytes:
    first = 1 if len(source) == 4 else 3
    ends = attribute(first, source) + attribute(first + 1, destination)
    keys = attribute(1, b"\x06") + attribute(2, struct.pack(">H", ports[0]))
    keys += attribute(3, struct.pack(">H", ports[1]))
    return attribute(1, ends) + attribute(2, keys)


def _seeds() -> Iterator[tuple[str, bytes]]:
    done = message(3, b"\0\0\0\0")
    here, there = bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2])
    yield (
        "conntrack",
        b"\x02\0\0\0"
        + attribute(1, _tuple(here, there, (40000, 80)))
        + attribute(2, _tuple(there, here, (8080, 40000)))
        + attribute(3, struct.pack(">I", 0x8E))
        + attribute(4, attribute(1, attribute(1, b"\x03")))
        + attribute(7, struct.pack(">I", 431999))
        + attribute(19, attribute(1, b"system_u\0")),
    )
    wide = bytes(15) + b"\1"
    yield (
        "conntrack",
        b"\x0a\0\0\0"
        + attribute(1, _tuple(wide, wide, (1, 2)))
        + attribute(2, _tuple(wide, wide, (2, 1))),
    )
    address = struct.pack("=BBBBI", 2, 24, 0, 0, 1) + attribute(2, here) + attribute(1, here)
    yield "messages", message(20, address) + done
    link = struct.pack("=BxHiII", 0, 1, 7, 0, 0) + attribute(3, b"eth0\0")
    yield "messages", message(16, link) + done
    unix = struct.pack("=BBBBIII", 1, 1, 1, 0, 77, 0, 0)
    unix += attribute(0, b"/run/a\nb\0") + attribute(2, struct.pack("=I", 78))
    unix += attribute(3, struct.pack("=II", 79, 0))
    yield "messages", message(20, unix) + b"\xfe\xff\xfe" + done
    yield "messages", message(2, struct.pack("=i", -1))


MESSAGE_SEEDS = [data for name, data in _seeds() if name == "messages"]
CONNTRACK_SEEDS = [data for name, data in _seeds() if name == "conntrack"]
