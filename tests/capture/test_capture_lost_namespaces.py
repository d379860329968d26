"""A network namespace whose processes leave while it is read, or that cannot be entered."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import threading
from pathlib import Path

import pytest
from fakeproc import TCP_HEADER, FakeProc

from netviz.capture.enter import CannotEnter, run_inside, this_thread
from netviz.capture.namespace_writer import NamespaceWriter
from netviz.capture.namespaces import Namespace
from netviz.capture.problems import Problems
from netviz.capture.procfs import Procfs
from netviz.capture.sockets import NetFiles
from netviz.capture.writer import JsonWriter

INSIDE = 77


@pytest.fixture
def proc(fakeproc: FakeProc) -> Procfs:
    """Two processes in one namespace, which has a table."""
    for pid in (41, 42):
        fakeproc.process(pid, netns=INSIDE)
    fakeproc.table("tcp", TCP_HEADER, netns=INSIDE)
    fakeproc.process(1)
    fakeproc.table("tcp", "of the host\n")
    return Procfs(str(fakeproc.root), Problems())


def leave(fakeproc: FakeProc, pid: int) -> None:
    """The process ends."""
    shutil.rmtree(fakeproc.root / str(pid))


def move(fakeproc: FakeProc, pid: int) -> None:
    """The process goes to the host's namespace, or its number does to another one there."""
    leave(fakeproc, pid)
    fakeproc.process(pid)


def read(files: NetFiles) -> str:
    with open(files.open("tcp"), encoding="ascii") as table:
        return table.read()


@pytest.mark.parametrize("go", [leave, move])
def test_another_holder_stands_in(fakeproc: FakeProc, proc: Procfs, go: object) -> None:
    files = NetFiles(proc, INSIDE, ["41", "42"])
    assert callable(go)
    go(fakeproc, 41)
    assert read(files) == TCP_HEADER
    go(fakeproc, 42)
    before = os.listdir("/proc/self/fd")
    with pytest.raises(ProcessLookupError):
        files.open("tcp")
    assert os.listdir("/proc/self/fd") == before


def test_what_a_holder_that_is_there_answers_counts(proc: Procfs) -> None:
    files = NetFiles(proc, INSIDE, ["41", "42"])
    with pytest.raises(FileNotFoundError):
        files.open("udp")
    assert read(files) == TCP_HEADER


def written(proc: Procfs, namespace: Namespace) -> dict[str, object]:
    """The namespace as it is written where the kernel is the running one."""
    pieces: list[bytes] = []
    writer = JsonWriter(pieces.append)
    NamespaceWriter(proc, writer, live=True, conntrack=False).write(namespace)
    writer.flush()
    document: dict[str, object] = json.loads(b"".join(pieces))
    return document


def test_what_cannot_be_entered_is_read_through_its_processes(proc: Procfs) -> None:
    """Their links to the namespace lead nowhere here, as where a kernel refuses to follow them."""
    found = written(proc, Namespace(INSIDE, "blue", ["41", "42"], None))
    assert found["tables"] == {"tcp": TCP_HEADER}
    assert found["ip_local_port_range"] is None
    assert proc.problems.as_list() == [
        {"what": "setns", "error": "ENOENT", "count": 1, "example": f"{proc.root}/41/ns/net"}
    ]


def test_a_name_whose_namespace_is_gone_leaves_a_file(proc: Procfs, tmp_path: Path) -> None:
    """As between the two steps of ``ip netns delete``: what it was mounted on is an empty file."""
    left = tmp_path / "blue"
    left.touch()
    before = os.listdir("/proc/self/fd")
    found = written(proc, Namespace(INSIDE, "blue", [], os.fsencode(left)))
    assert os.listdir("/proc/self/fd") == before
    assert (found["id"], found["tables"], found["addresses"]) == (INSIDE, {}, None)
    assert [(p["what"], p["error"], p["example"]) for p in proc.problems.as_list()] == [
        ("netns", "ESRCH", str(left)),
        ("setns", "ESRCH", str(left)),
    ]


def refused(done: list[bool]) -> int | None:
    """The errno that entering ends with; ``done`` gets something if the work was done anyway."""
    with pytest.raises(CannotEnter) as caught:
        run_inside(-1, lambda: done.append(True))
    return caught.value.error.errno


def test_a_python_with_setns_of_its_own_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "setns", lambda *given: asked.append(given), raising=False)
    done: list[bool] = []
    run_inside(5, lambda: done.append(True))
    assert (asked, done) == ([(5, 0x40000000)], [True])


def test_where_no_thread_can_be_started_nothing_is_entered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none_left(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none_left)
    done: list[bool] = []
    assert (refused(done), done) == (errno.EAGAIN, [])


def test_a_library_without_setns_is_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "setns", raising=False)
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: object())
    done: list[bool] = []
    assert (refused(done), done) == (errno.ENOSYS, [])


def test_a_thread_is_not_found_in_a_tree_that_has_none(tmp_path: Path) -> None:
    assert this_thread(str(tmp_path)) is None
