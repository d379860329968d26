"""Real processes in odd states: dead but not gone, stopped, replaced, without a file, too large.

More of them: test_capture_live_processes.py (odd names, a first thread that has exited),
test_capture_threads.py (descriptors of single threads), test_capture_hanging_files.py (in the
middle of execve(2), files that hang).
"""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fakeproc import FakeProc
from running import Capture, Run

LISTENING = """
import os, socket, sys
held = socket.create_server(("127.0.0.1", 0))
print(os.fstat(held.fileno()).st_ino, flush=True)
sys.stdin.read()
"""

PTRACE_SEIZE = 0x4206
PTRACE_INTERRUPT = 0x4207

RUNS = 6
MANY = 100_000


@contextmanager
def listening() -> Iterator[tuple[int, int]]:
    """A process that does nothing but hold a listener: its pid, and the inode of the listener."""
    child = subprocess.Popen(
        [sys.executable, "-S", "-c", LISTENING],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None
        yield child.pid, int(child.stdout.readline())
    finally:
        child.kill()
        child.communicate()


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_a_zombie_is_there_and_holds_nothing(capture: Capture) -> None:
    child = subprocess.Popen(["true"])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    try:
        assert state(child.pid) == "Z"
        run = capture()
    finally:
        child.wait()
    found = run.process(child.pid)
    assert (found["comm"], found["ppid"], found["uid"]) == ("true", os.getpid(), os.geteuid())
    assert found["start"] is not None
    assert (found["exe"], found["netns"]) == (None, None)
    assert found["sockets"] == found["pipes"] == []
    assert [problem for problem in run.snapshot["problems"] if names(problem, child.pid)] == []


def names(problem: dict[str, Any], pid: int) -> bool:
    return f"/proc/{pid}/" in problem["example"]


def assert_is_found(run: Run, pid: int, inode: int) -> None:
    found = run.process(pid)
    assert inode in found["sockets"]
    assert found["exe"] == os.path.realpath(sys.executable)
    assert f" {inode} " in run.tables["tcp"]


def test_a_stopped_process_keeps_its_sockets(capture: Capture) -> None:
    with listening() as (pid, inode):
        os.kill(pid, signal.SIGSTOP)
        os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOWAIT)
        assert state(pid) == "T"
        assert_is_found(capture(), pid, inode)
        assert state(pid) == "T"


def test_a_process_that_a_debugger_stopped_keeps_its_sockets(capture: Capture) -> None:
    """And its debugger: the capture does not attach."""
    libc = ctypes.CDLL(None, use_errno=True)
    with listening() as (pid, inode):
        for request in (PTRACE_SEIZE, PTRACE_INTERRUPT):
            assert libc.ptrace(request, pid, None, None) == 0, os.strerror(ctypes.get_errno())
        os.waitpid(pid, 0x40000000)  # __WALL
        assert state(pid) == "t"
        assert_is_found(capture(), pid, inode)
        assert state(pid) == "t"


def test_a_process_that_executes_itself_all_the_time_is_one(
    capture: Capture, tmp_path: Path
) -> None:
    """Before, in the middle of or after execve(2): one process of one start time, whole."""
    script = tmp_path / "again"
    script.write_text('#!/bin/sh\nexec "$0"\n')
    script.chmod(0o755)
    shell = os.path.realpath("/bin/sh")
    with socket.create_server(("127.0.0.1", 0)) as held:
        inode = os.fstat(held.fileno()).st_ino
        child = subprocess.Popen([script], pass_fds=[held.fileno()])
    try:
        runs = [capture("--cmdline") for _ in range(RUNS)]
    finally:
        child.kill()
        child.wait()
    found = [run.process(child.pid) for run in runs]
    assert {process["start"] for process in found} == {found[0]["start"]}
    assert {process["comm"] for process in found} <= {"again", Path(shell).name}
    assert {process["exe"] for process in found} == {shell}
    assert all(inode in process["sockets"] for process in found)
    assert all(
        process["netns"] == run.snapshot["netns"][0]["id"]
        for process, run in zip(found, runs, strict=True)
    )


def test_a_deleted_program_says_so(capture: Capture, tmp_path: Path) -> None:
    """Its path may hold anything, too."""
    program = tmp_path / "gone\n\x1b[2J\udcff"
    shutil.copy(shutil.which("sleep") or "", program)
    child = subprocess.Popen([program, "60"])
    program.unlink()
    try:
        run = capture()
    finally:
        child.kill()
        child.wait()
    found = run.process(child.pid)
    assert found["exe"] == f"{tmp_path}/gone\n\x1b[2J\\xff (deleted)"
    assert found["comm"] == "gone\n\x1b[2J\\xff"
    assert run.output.count(b"\n") == 1


def test_as_many_descriptors_as_are_permitted(capture: Capture) -> None:
    """100,000 where the hard limit allows it; what root may raise it to is in fs.nr_open."""
    ask = """
import os, resource, socket, sys
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
wanted = int(sys.argv[1])
try:
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted + 100, max(hard, wanted + 100)))
except (OSError, ValueError):
    wanted = hard - 100
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
held = [socket.socket() for _ in range(wanted // 2)]
held += [os.dup(held[0].fileno()) for _ in range(wanted - len(held))]
print(wanted, *(os.fstat(one.fileno()).st_ino for one in held[:wanted // 2]), flush=True)
sys.stdin.read()
"""
    child = subprocess.Popen(
        [sys.executable, "-S", "-c", ask, str(MANY)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None
        wanted, *inodes = map(int, child.stdout.readline().split())
        assert len(list(Path(f"/proc/{child.pid}/fd").iterdir())) >= wanted
        run = capture()
    finally:
        child.kill()
        child.communicate()
    assert wanted >= min(MANY, resource.getrlimit(resource.RLIMIT_NOFILE)[1] - 100)
    assert run.process(child.pid)["sockets"] == sorted(inodes)


def test_a_hundred_thousand_descriptors(fakeproc: FakeProc, capture: Capture) -> None:
    """In a tree, because a machine need not permit as many."""
    links = (f"socket:[{7_000_000 + number // 2}]" for number in range(MANY))
    fakeproc.process(41, links=links)
    run = capture("--proc", str(fakeproc.root))
    assert run.process(41)["sockets"] == list(range(7_000_000, 7_000_000 + MANY // 2))
