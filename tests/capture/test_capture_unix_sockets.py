"""What the table of unix sockets does not tell: peers, accept queues, names with line breaks."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from running import Capture

from netviz.capture.unix_diag import as_printed


def inode(held: socket.socket) -> int:
    return os.fstat(held.fileno()).st_ino


def test_peers_are_named_both_ways(capture: Capture) -> None:
    one, other = socket.socketpair()
    with one, other:
        peers = capture().snapshot["unix_peers"]
        assert [inode(one), inode(other)] in peers
        assert [inode(other), inode(one)] in peers


def test_a_connection_that_nobody_accepted_waits_for_its_listener(capture: Capture) -> None:
    with (
        socket.socket(socket.AF_UNIX) as listener,
        socket.socket(socket.AF_UNIX) as client,
        socket.socket(socket.AF_UNIX) as second,
    ):
        listener.bind(f"\0netviz-queue-{os.getpid()}")
        listener.listen(4)
        for waiting in (client, second):
            waiting.connect(listener.getsockname())
        peers = capture().snapshot["unix_peers"]
        for waiting in (client, second):
            assert [inode(waiting), 0] in peers
            assert [inode(waiting), inode(listener)] in peers
        assert inode(listener) not in [one for one, _ in peers]


def test_a_datagram_socket_has_the_peer_that_it_is_connected_to(capture: Capture) -> None:
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client,
    ):
        server.bind(f"\0netviz-log-{os.getpid()}")
        client.connect(server.getsockname())
        peers = capture().snapshot["unix_peers"]
        assert [inode(client), inode(server)] in peers
        assert inode(server) not in [one for one, _ in peers]


def test_only_names_with_line_breaks_are_told_apart(capture: Capture, tmp_path: Path) -> None:
    name = f"{os.getpid()}\n0000: 00000002"
    file = tmp_path / "two\nlines"
    with (
        socket.socket(socket.AF_UNIX) as abstract,
        socket.socket(socket.AF_UNIX) as path,
        socket.socket(socket.AF_UNIX) as plain,
    ):
        abstract.bind(f"\0{name}\0")
        path.bind(os.fsencode(file))
        plain.bind(f"\0netviz-plain-{os.getpid()}")
        run = capture()
        names = dict(run.snapshot["unix_names"])
        assert names[inode(abstract)] == f"@{name}@"
        assert names[inode(path)] == str(file)
        assert inode(plain) not in names
        for number, text in ((inode(abstract), f"@{name}@"), (inode(path), str(file))):
            assert f"{number:5d} {text}\n" in run.tables["unix"]


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        (b"/run/a\0", b"/run/a"),
        (b"\0abstract", b"@abstract"),
        (b"\0a\0b\0", b"@a@b@"),
        (b"\0", b"@"),
        (b"a\xff\n\0", b"a\xff\n"),
    ],
)
def test_names_are_written_as_the_table_prints_them(name: bytes, printed: bytes) -> None:
    assert as_printed(name) == printed
