"""Names, labels and ids of processes, however odd their bytes (cases of comm and attr/current)."""

from __future__ import annotations

import pytest
from fakeproc import FakeProc
from running import Capture

COMMS = {
    b"sshd": "sshd",
    b"a b) S 1 (x": "a b) S 1 (x",
    b"nl\nUid:\t7\t7": "nl\nUid:\t7\t7",
    b"nl\n": "nl\n",
    b"\x1b[31mred": "\x1b[31mred",
    b"bad\xff\xfe": "bad\\xff\\xfe",
    b"cut\xe2\x82": "cut\\xe2\\x82",
    b"half\xed\xa0\x80": "half\\xed\\xa0\\x80",
    b'q"\\<>&': 'q"\\<>&',
    b"": "",
}


@pytest.mark.parametrize("comm", COMMS, ids=repr)
def test_a_name_is_kept_whole_and_shifts_no_other_field(
    fakeproc: FakeProc, capture: Capture, comm: bytes
) -> None:
    fakeproc.process(41, comm, ppid=7, start=1234, euid=33, caps="00000000a80425fb")
    found = capture("--proc", str(fakeproc.root)).process(41)
    assert found["comm"] == COMMS[comm]
    assert (found["ppid"], found["start"], found["uid"]) == (7, 1234, 33)
    assert found["caps"] == "00000000a80425fb"


LABELS = {
    b"system_u:system_r:sshd_t:s0-s0:c0.c1023\0": "system_u:system_r:sshd_t:s0-s0:c0.c1023",
    b"staff_u:staff_r:staff_t:s0": "staff_u:staff_r:staff_t:s0",
    b"unconfined\n": "unconfined",
    b"/usr/sbin/cupsd (enforce)\n": "/usr/sbin/cupsd (enforce)",
    b"\xff_t\0": "\\xff_t",
    b"": None,
    b"\0": None,
}


@pytest.mark.parametrize("raw", LABELS, ids=repr)
def test_a_label_loses_its_end_and_nothing_else(
    fakeproc: FakeProc, capture: Capture, raw: bytes
) -> None:
    fakeproc.process(41, attr=raw)
    assert capture("--proc", str(fakeproc.root)).process(41)["security"] == LABELS[raw]


def test_the_label_of_apparmor_counts_where_another_module_comes_first(
    fakeproc: FakeProc, capture: Capture
) -> None:
    fakeproc.process(41, attr=b"", apparmor=b"docker-default (enforce)\n")
    run = capture("--proc", str(fakeproc.root))
    assert run.process(41)["security"] == "docker-default (enforce)"


def test_a_process_without_any_label_is_no_problem(fakeproc: FakeProc, capture: Capture) -> None:
    fakeproc.process(41)
    run = capture("--proc", str(fakeproc.root))
    assert run.process(41)["security"] is None
    assert run.problems() == {}


def test_the_control_group_is_kept_with_all_its_lines(fakeproc: FakeProc, capture: Capture) -> None:
    text = "3:cpu:/a b\n1:name=systemd:/system.slice/x.service\n0::/\n"
    fakeproc.process(41, cgroup=text)
    assert capture("--proc", str(fakeproc.root)).process(41)["cgroup"] == text


def test_the_command_line_is_there_only_on_request(fakeproc: FakeProc, capture: Capture) -> None:
    fakeproc.process(41, argv=b"mysql\0-psecret\0\0\xff\0")
    fakeproc.process(42, argv=b"")
    fakeproc.process(43, argv=b"nginx: worker process")
    fakeproc.process(44, argv=b"true\0\0")
    quiet = capture("--proc", str(fakeproc.root))
    assert b"secret" not in quiet.output
    assert "argv" not in quiet.process(41)
    told = capture("--proc", str(fakeproc.root), "--cmdline")
    assert told.process(41)["argv"] == ["mysql", "-psecret", "", "\\xff"]
    assert told.process(42)["argv"] == []
    assert told.process(43)["argv"] == ["nginx: worker process"]
    assert told.process(44)["argv"] == ["true", ""]
