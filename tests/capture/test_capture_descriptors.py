"""Which sockets and pipes a process holds."""

from __future__ import annotations

import errno
import os
import socket
from array import array
from pathlib import Path

import pytest
from fakeproc import FakeProc
from running import Capture

from netviz.capture import descriptors


def test_a_socket_is_listed_once_however_many_descriptors_it_has(
    fakeproc: FakeProc, capture: Capture
) -> None:
    """psutil #572: a listener that is forked and dup'ed belongs to all its holders."""
    for pid in (40, 41, 42):
        fakeproc.process(pid, sockets=[338668, 338668, 338667])
    run = capture("--proc", str(fakeproc.root))
    assert [run.process(pid)["sockets"] for pid in (40, 41, 42)] == [[338667, 338668]] * 3


def test_a_socket_that_no_table_lists_stays(fakeproc: FakeProc, capture: Capture) -> None:
    fakeproc.process(41, sockets=[18446744073709551615, 7])
    assert capture("--proc", str(fakeproc.root)).process(41)["sockets"] == [7, 2**64 - 1]


def test_links_that_only_look_like_sockets_are_none(fakeproc: FakeProc, capture: Capture) -> None:
    links = ["/run/socket:[4242]", "/memfd:socket:[4243] (deleted)", "anon_inode:[eventfd]"]
    broken = ["socket:[x]", "socket:[]", "socket:[99999999999999999999999]", "pipe:[12", "pipe:[-"]
    fakeproc.process(41, sockets=[5], links=links + broken)
    fakeproc.process(42, sockets=range(1000), links=broken)
    fakeproc.process(43, sockets=[2**64 - 1], links=broken)
    run = capture("--proc", str(fakeproc.root))
    assert [run.process(pid)["sockets"] for pid in (41, 42, 43)] == [
        [5],
        list(range(1000)),
        [2**64 - 1],
    ]


def test_the_direction_of_a_pipe_is_that_of_its_descriptors() -> None:
    reader, writer = os.pipe()
    both_reader, both_writer = os.pipe()
    try:
        found = descriptors.read_descriptors("/proc/self/fd")
        pipes = dict(found.pipes)
        # One process that holds both ends of one pipe; in a pipeline each has one.
        assert pipes[os.fstat(both_reader).st_ino] == "rw"
        os.close(writer)
        assert (
            dict(descriptors.read_descriptors("/proc/self/fd").pipes)[os.fstat(reader).st_ino]
            == "r"
        )
        os.close(both_reader)
        assert (
            dict(descriptors.read_descriptors("/proc/self/fd").pipes)[os.fstat(both_writer).st_ino]
            == "w"
        )
    finally:
        os.close(reader)
        os.close(both_writer)


def test_a_descriptor_that_closes_meanwhile_costs_only_itself(tmp_path: Path) -> None:
    """The listing names it, the link is gone (case ENOENT): here it was never a link at all."""
    (tmp_path / "3").symlink_to("socket:[11]")
    (tmp_path / "4").write_text("no link")
    (tmp_path / "5").symlink_to("socket:[12]")
    assert sorted(descriptors.read_descriptors(str(tmp_path)).sockets) == [11, 12]


@pytest.mark.parametrize("error", [errno.EACCES, errno.EPERM])
def test_links_that_may_not_be_read_are_not_taken_for_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    """Root without CAP_SYS_PTRACE may list the descriptors of others and see nothing of them."""
    (tmp_path / "3").symlink_to("socket:[11]")

    def refused(*_: object, **__: object) -> str:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(os, "readlink", refused)
    with pytest.raises(PermissionError):
        descriptors.read_descriptors(str(tmp_path))


def test_many_inodes_come_out_sorted_and_once_across_blocks() -> None:
    block = descriptors.BLOCK
    inodes = array("Q", [*range(block + 10, 0, -1), *range(5, block * 2), 7])
    assert list(descriptors.distinct(inodes)) == list(range(1, block * 2))


def test_the_real_sockets_of_this_process_are_found() -> None:
    with socket.socket() as held:
        inode = os.fstat(held.fileno()).st_ino
        assert inode in descriptors.read_descriptors("/proc/self/fd").sockets
    assert inode not in descriptors.read_descriptors("/proc/self/fd").sockets
