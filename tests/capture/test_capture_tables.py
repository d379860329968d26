"""Tables are copied byte for byte, once for each network namespace."""

from __future__ import annotations

import random

import pytest
from fakeproc import HOST_NETNS, TCP_HEADER, FakeProc
from running import Capture

ASSOCS = (
    " ASSOC     SOCK   STY SST ST HBKT ASSOC-ID TX_QUEUE RX_QUEUE UID INODE LPORT RPORT "
    "LADDRS <-> RADDRS HBINT INS OUTS MAXRT T1X T2X RTXC\n"
    "ffff8880 ffff8881 2   1   3  0       4        0        0       0 9001 3868  40111 "
    " *10.1.0.1 10.2.0.1 <-> *10.1.0.9 10.2.0.9 \t   30000 10 10 10 0 0 0\n"
)
EPS = (
    " ENDPT     SOCK   STY SST HBKT LPORT   UID INODE LADDRS\n"
    "ffff1 ffff2 2 10 6 3868 0 9000 10.1.0.1\n"
)


def test_a_table_comes_back_byte_for_byte(fakeproc: FakeProc, capture: Capture) -> None:
    text = (
        TCP_HEADER + '   0: 0100007F:1F90 "quoted" \\back\\ \t tab\r \x00\x1f\x7f\u2028 é 漢 😀\n'
    )
    fakeproc.process(1)
    fakeproc.table("tcp", text)
    assert capture("--proc", str(fakeproc.root)).tables == {"tcp": text}


def test_a_character_cut_by_the_end_of_a_read_survives(
    fakeproc: FakeProc, capture: Capture
) -> None:
    """Every alignment of a chunk's end in characters of two to four bytes."""
    fakeproc.process(1)
    text = ("é漢😀x" * 7 + "\n") * 12_000
    assert len(text.encode()) > 2 << 16
    for shift in range(4):
        fakeproc.table("unix", "." * shift + text)
        assert capture("--proc", str(fakeproc.root)).tables["unix"] == "." * shift + text


def test_bytes_that_are_not_utf8_become_text(fakeproc: FakeProc, capture: Capture) -> None:
    """psutil #675: a socket's path may be any bytes."""
    fakeproc.process(1)
    fakeproc.table(
        "unix", b"0: 00000002 00000000 00000000 0002 01 23302 @\x9e\x05@\r\xed\xb2\x9e\n"
    )
    found = capture("--proc", str(fakeproc.root)).tables["unix"]
    assert found == ("0: 00000002 00000000 00000000 0002 01 23302 @\\x9e\x05@\r\\xed\\xb2\\x9e\n")


def test_random_bytes_never_break_the_document(fakeproc: FakeProc, capture: Capture) -> None:
    seeded = random.Random(7)
    raw = bytes(seeded.randrange(256) for _ in range(200_000))
    fakeproc.process(1)
    fakeproc.table("unix", raw)
    assert capture("--proc", str(fakeproc.root)).tables["unix"] == raw.decode(
        "utf-8", "backslashreplace"
    )


def test_an_absent_table_is_no_problem_and_an_empty_one_is_there(
    fakeproc: FakeProc, capture: Capture
) -> None:
    fakeproc.process(1)
    fakeproc.table("tcp", "")
    fakeproc.table("udp", TCP_HEADER)
    run = capture("--proc", str(fakeproc.root))
    assert run.tables == {"tcp": "", "udp": TCP_HEADER}
    assert run.problems() == {}


def test_sctp_tables_are_captured(fakeproc: FakeProc, capture: Capture) -> None:
    fakeproc.process(1)
    fakeproc.table("sctp/assocs", ASSOCS)
    fakeproc.table("sctp/eps", EPS)
    assert capture("--proc", str(fakeproc.root)).tables == {"sctp/assocs": ASSOCS, "sctp/eps": EPS}


def test_a_table_that_fails_while_it_is_read_is_a_problem(
    fakeproc: FakeProc, capture: Capture
) -> None:
    fakeproc.process(1)
    fakeproc.table("tcp/is-a-folder", "")  # opens, and then every read fails
    fakeproc.table("udp", TCP_HEADER)
    run = capture("--proc", str(fakeproc.root))
    assert run.tables == {"tcp": "", "udp": TCP_HEADER}
    assert run.problems() == {("tcp", "EISDIR"): 1}


@pytest.mark.parametrize("name", ["fib_trie", "if_inet6", "igmp", "ipv6_route", "snmp"])
def test_so_is_any_other_file_that_does(fakeproc: FakeProc, capture: Capture, name: str) -> None:
    fakeproc.process(1)
    fakeproc.table(f"{name}/is-a-folder", "")
    fakeproc.table("udp", TCP_HEADER)
    run = capture("--proc", str(fakeproc.root))
    assert run.tables == {"udp": TCP_HEADER}
    assert run.problems() == {(name, "EISDIR"): 1}


def test_a_namespace_is_read_once_however_many_processes_live_there(
    fakeproc: FakeProc, capture: Capture
) -> None:
    """weaveworks/scope #300: each process shows the whole table of its namespace."""
    for pid in (1, 20, 30):
        fakeproc.process(pid)
    fakeproc.process(40, netns=77)
    fakeproc.table("tcp", "host\n")
    fakeproc.table("tcp", "container\n", netns=77)
    run = capture("--proc", str(fakeproc.root))
    assert [(found["id"], found["tables"]) for found in run.snapshot["netns"]] == [
        (HOST_NETNS, {"tcp": "host\n"}),
        (77, {"tcp": "container\n"}),
    ]


def test_the_namespace_of_pid_1_comes_first(fakeproc: FakeProc, capture: Capture) -> None:
    fakeproc.process(1, netns=500)
    fakeproc.process(2, netns=400)
    fakeproc.process(3, netns=600)
    run = capture("--proc", str(fakeproc.root))
    assert [found["id"] for found in run.snapshot["netns"]] == [500, 400, 600]


def test_a_tree_without_namespaces_has_one_without_a_number(
    fakeproc: FakeProc, capture: Capture
) -> None:
    fakeproc.process(1, netns=None)
    fakeproc.write("1/net/tcp", TCP_HEADER)
    (found,) = capture("--proc", str(fakeproc.root)).snapshot["netns"]
    assert (found["id"], found["tables"]) == (None, {"tcp": TCP_HEADER})


@pytest.mark.parametrize(("flag", "there"), [([], True), (["--no-conntrack"], False)])
def test_tracked_connections_can_be_left_out(
    fakeproc: FakeProc, capture: Capture, flag: list[str], there: bool
) -> None:
    fakeproc.process(1)
    fakeproc.table("nf_conntrack", "ipv4 2 tcp 6 9 ESTABLISHED\n")
    assert ("nf_conntrack" in capture("--proc", str(fakeproc.root), *flag).tables) is there


def test_forwarding_is_read_from_the_counters_of_the_namespace(
    fakeproc: FakeProc, capture: Capture
) -> None:
    for pid, text in enumerate(
        ("Ip: Forwarding X\nIp: 1 9\n", "Ip: X Forwarding\nIp: 9 2\n", ""), 1
    ):
        fakeproc.process(pid, netns=pid)
        fakeproc.table("snmp", text, netns=pid)
    run = capture("--proc", str(fakeproc.root))
    assert [found["forwarding"] for found in run.snapshot["netns"]] == [True, False, None]
