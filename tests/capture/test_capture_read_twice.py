"""Tables in which the kernel loses its place are read twice: no socket that stays is missed."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator

import pytest
from fakeproc import TCP_HEADER, FakeProc
from running import Capture

from netviz.capture import sockets
from netviz.capture.procfs import chunks
from netviz.capture.sockets import NUMBERED, TABLES, read_twice

MANY = 200
PAGE = 4096
ATTEMPTS = 5  # the one that is hidden may be somebody else's


@pytest.fixture
def many() -> Iterator[dict[int, socket.socket]]:
    """UDP sockets by inode: more than the kernel prints on one page."""
    made: dict[int, socket.socket] = {}
    try:
        for _ in range(MANY):
            held = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            held.bind(("127.0.0.1", 0))
            made[os.fstat(held.fileno()).st_ino] = held
        yield made
    finally:
        for held in made.values():
            held.close()


def inodes(text: str) -> list[int]:
    return [int(row.split()[9]) for row in text.splitlines()[1:]]


def missed(read: Callable[[int], Iterator[bytes]], many: dict[int, socket.socket]) -> set[int]:
    """The sockets that ``read`` does not see when one of its first page closes meanwhile."""
    descriptor = os.open("/proc/self/net/udp", os.O_RDONLY)
    try:
        reading = read(descriptor)
        text = next(reading)
        assert len(text) <= PAGE
        first = next(inode for inode in inodes(text.decode()) if inode in many)
        many.pop(first).close()
        text += b"".join(reading)
    finally:
        os.close(descriptor)
    return set(many) - set(inodes(text.decode()))


def test_a_socket_that_closes_hides_no_other(many: dict[int, socket.socket]) -> None:
    assert [missed(read_twice, many) for _ in range(ATTEMPTS)] == [set()] * ATTEMPTS


def test_read_once_it_hides_one(many: dict[int, socket.socket]) -> None:
    """That the kernel does so is why these tables are read twice."""
    assert any(missed(chunks, many) for _ in range(ATTEMPTS))


def test_a_long_table_has_its_header_once_and_its_lines_twice(
    many: dict[int, socket.socket], capture: Capture
) -> None:
    text = capture().tables["udp"]
    assert text.count("local_address") == 1
    listed = inodes(text)
    assert {listed.count(inode) for inode in many} == {2}


def test_a_table_that_is_too_long_is_read_once(
    many: dict[int, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "PAGES", 2)
    descriptor = os.open("/proc/self/net/udp", os.O_RDONLY)
    try:
        listed = inodes(b"".join(read_twice(descriptor)).decode())
    finally:
        os.close(descriptor)
    assert {listed.count(inode) for inode in many} == {1}


def test_a_file_that_does_not_change_is_read_once(fakeproc: FakeProc, capture: Capture) -> None:
    fakeproc.process(1)
    row = "  1: 0100007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 7 2 0 0\n"
    short, long = TCP_HEADER + row * 3, TCP_HEADER + row * 2000
    assert len(long) > 1 << 16
    fakeproc.table("udp", short)
    fakeproc.table("udp6", long)
    tables = capture("--proc", str(fakeproc.root)).tables
    assert (tables["udp"], tables["udp6"]) == (short, long)


def test_every_table_that_counts_its_sockets_is_a_table() -> None:
    assert set(TABLES) - NUMBERED == {"tcp", "tcp6", "unix", "sctp/assocs", "sctp/eps"}
    assert set(TABLES) >= NUMBERED
