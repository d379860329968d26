"""Public reports about reading /proc: what the capture makes of each, with all of its kind."""

from __future__ import annotations

import pytest
from fakeproc import HOST_NETNS, TCP_HEADER, FakeProc
from running import Capture

ROW = "   0: 00000000:{port:04X} 00000000:0000 0A 00000000:00000000 00:00000000 00000000   999"
REST = "        0 {inode} 1 0000000000000000 100 0 0 10 0\n"


def table(*rows: tuple[int, int]) -> str:
    """A table of listeners: port and inode of each."""
    lines = [(ROW + REST).format(port=port, inode=inode) for port, inode in rows]
    return TCP_HEADER + "".join(lines)


def test_14_a_descriptor_without_a_line_stays(fakeproc: FakeProc, capture: Capture) -> None:
    fakeproc.process(41, sockets=[6, 7])
    fakeproc.table("tcp", table((80, 7)))
    run = capture("--proc", str(fakeproc.root))
    assert run.process(41)["sockets"] == [6, 7]
    assert run.problems() == {}


def test_15_a_namespace_is_read_once(fakeproc: FakeProc, capture: Capture) -> None:
    for pid in range(40, 60):
        fakeproc.process(pid)
    fakeproc.table("tcp", table((80, 7)))
    snapshot = capture("--proc", str(fakeproc.root)).snapshot
    assert [found["id"] for found in snapshot["netns"]] == [HOST_NETNS]
    assert len(snapshot["processes"]) == 20


def test_17_descriptors_of_one_socket_are_one(fakeproc: FakeProc, capture: Capture) -> None:
    for pid in (41, 42):
        fakeproc.process(pid, sockets=[7, 7, 7])
    run = capture("--proc", str(fakeproc.root))
    assert [run.process(pid)["sockets"] for pid in (41, 42)] == [[7], [7]]


def test_19_each_namespace_is_read_through_one_who_lives_there(
    fakeproc: FakeProc, capture: Capture
) -> None:
    """And what is held from elsewhere stays with who holds it."""
    fakeproc.process(1, sockets=[72])
    fakeproc.process(41, netns=4026532500, sockets=[71])
    fakeproc.process(42, netns=4026532600)
    fakeproc.table("tcp", table((80, 70)))
    fakeproc.table("tcp", table((6380, 71)), netns=4026532500)
    fakeproc.table("tcp", table((53, 72)), netns=4026532600)
    run = capture("--proc", str(fakeproc.root))
    tables = {found["id"]: found["tables"]["tcp"] for found in run.snapshot["netns"]}
    assert tables == {
        HOST_NETNS: table((80, 70)),
        4026532500: table((6380, 71)),
        4026532600: table((53, 72)),
    }
    assert (run.process(1)["sockets"], run.process(1)["netns"]) == ([72], HOST_NETNS)


@pytest.mark.parametrize("absent", ["udplite", "udplite6"])
def test_31_a_table_that_the_kernel_has_no_more_is_no_problem(
    fakeproc: FakeProc, capture: Capture, absent: str
) -> None:
    fakeproc.process(41)
    fakeproc.table("udp", TCP_HEADER)
    run = capture("--proc", str(fakeproc.root))
    assert absent not in run.tables
    assert (run.problems(), run.errors) == ({}, "")


def test_32_without_ipv6_the_ipv4_tables_are_whole(fakeproc: FakeProc, capture: Capture) -> None:
    fakeproc.process(41, sockets=[7])
    fakeproc.table("tcp", table((80, 7)))
    run = capture("--proc", str(fakeproc.root))
    assert run.tables == {"tcp": table((80, 7))}
    assert run.problems() == {}


def test_33_an_empty_table_stays_empty_and_is_not_left_out(
    fakeproc: FakeProc, capture: Capture
) -> None:
    fakeproc.process(41)
    fakeproc.table("tcp", "")
    fakeproc.table("tcp6", TCP_HEADER)
    assert capture("--proc", str(fakeproc.root)).tables == {"tcp": "", "tcp6": TCP_HEADER}


ODD_NAMES = {
    b"two words": "two words",
    b"a b) S 1 (x": "a b) S 1 (x",
    b"nl\nState:\tZ": "nl\nState:\tZ",
    b"back\\slash\\n": "back\\slash\\n",
    b"bad\xff\xfe": "bad\\xff\\xfe",
    b"cut sequence \xe2\x82": "cut sequence \\xe2\\x82",
    b"tab\t\x1b[31m": "tab\t\x1b[31m",
    b"": "",
    b"\n": "\n",
    b"0123456789abcde": "0123456789abcde",
}


@pytest.mark.parametrize("comm", ODD_NAMES, ids=repr)
def test_53_a_name_is_the_file_without_its_one_line_end(
    fakeproc: FakeProc, capture: Capture, comm: bytes
) -> None:
    fakeproc.process(41, comm, ppid=7, start=1234, euid=33)
    found = capture("--proc", str(fakeproc.root)).process(41)
    assert (found["comm"], found["ppid"], found["start"], found["uid"]) == (
        ODD_NAMES[comm],
        7,
        1234,
        33,
    )


@pytest.mark.parametrize(
    ("attr", "apparmor", "label"),
    [
        (None, None, None),
        (b"", None, None),
        (b"", b"docker-default (enforce)\n", "docker-default (enforce)"),
        (None, b"unconfined\n", "unconfined"),
    ],
)
def test_55_without_a_label_the_process_stays(
    fakeproc: FakeProc,
    capture: Capture,
    attr: bytes | None,
    apparmor: bytes | None,
    label: str | None,
) -> None:
    fakeproc.process(41, attr=attr, apparmor=apparmor, sockets=[7])
    run = capture("--proc", str(fakeproc.root))
    assert (run.process(41)["security"], run.process(41)["sockets"]) == (label, [7])
    assert run.problems() == {}


@pytest.mark.parametrize(
    ("raw", "label"),
    [
        (b"system_u:system_r:named_t:s0-s0:c0.c100\0", "system_u:system_r:named_t:s0-s0:c0.c100"),
        (b"user_u:user_r:user_t:s0\0", "user_u:user_r:user_t:s0"),
        (b"user_u:user_r:user_t:s0", "user_u:user_r:user_t:s0"),
        (b"user_u:user_r:user_t:s0:c100,c200\0\n", "user_u:user_r:user_t:s0:c100,c200"),
        (b"profile0\n", "profile0"),
    ],
)
def test_57_only_the_end_of_a_label_is_taken_off(
    fakeproc: FakeProc, capture: Capture, raw: bytes, label: str
) -> None:
    fakeproc.process(41, attr=raw)
    assert capture("--proc", str(fakeproc.root)).process(41)["security"] == label


def test_58_who_vanishes_is_left_out_and_ends_nothing(fakeproc: FakeProc, capture: Capture) -> None:
    """One is gone before anything is read, one when its names and descriptors are asked for."""
    fakeproc.process(40, sockets=[5])
    (fakeproc.root / "41").mkdir()
    fields = "S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 500 0 0"
    fakeproc.write("42/stat", f"42 (gone) {fields}\n")
    fakeproc.process(43, sockets=[6])
    run = capture("--proc", str(fakeproc.root))
    assert [found["pid"] for found in run.snapshot["processes"]] == [40, 42, 43]
    assert (run.process(42)["comm"], run.process(42)["sockets"]) == (None, None)
    assert run.problems() == {("process", "ENOENT"): 1}


def test_66_a_namespace_is_known_by_the_text_of_its_link(
    fakeproc: FakeProc, capture: Capture
) -> None:
    """The link itself has an inode, too, and another one in each process."""
    for pid in (41, 42):
        fakeproc.process(pid, netns=4026532777)
    links = {(fakeproc.root / f"{pid}/ns/net").lstat().st_ino for pid in (41, 42)}
    assert len(links) == 2
    run = capture("--proc", str(fakeproc.root))
    assert [found["id"] for found in run.snapshot["netns"]] == [4026532777]
    assert {found["netns"] for found in run.snapshot["processes"]} == {4026532777}
