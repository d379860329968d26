"""Real processes that are hard to read: odd names, an exited first thread, short lives."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from running import Capture

RENAMED = """
import ctypes, sys
ctypes.CDLL(None).prctl(15, sys.argv[1].encode("latin-1"), 0, 0, 0)
print("ready", flush=True)
sys.stdin.read()
"""

FIRST_THREAD_GONE = """
import ctypes, os, socket, sys, threading, time
held = socket.create_server(("127.0.0.1", 0))
def work():
    while "Z" not in open("/proc/self/stat").read().rsplit(")", 1)[1].split()[0]:
        time.sleep(0.01)
    print(held.getsockname()[1], os.fstat(held.fileno()).st_ino, flush=True)
    sys.stdin.read()
    os._exit(0)
threading.Thread(target=work).start()
ctypes.CDLL(None).pthread_exit(None)
"""


@contextmanager
def running(code: str, *arguments: str) -> Iterator[tuple[int, str]]:
    """(pid, first line of output) of a Python that runs ``code`` until it is no longer needed."""
    child = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None
        yield child.pid, child.stdout.readline()
    finally:
        child.kill()
        child.communicate()


@pytest.mark.parametrize(
    ("name", "comm"),
    [
        ("\n\n\x1b[31m\n", "\n\n\x1b[31m\n"),
        ("a) R 0 (\n", "a) R 0 (\n"),
        ("\xff\xfe", "\\xff\\xfe"),
        ("", ""),
    ],
)
def test_a_hostile_name_is_kept_and_harms_nothing(capture: Capture, name: str, comm: str) -> None:
    with running(RENAMED, name) as (pid, _):
        run = capture()
    found = run.process(pid)
    assert found["comm"] == comm
    assert (found["ppid"], found["uid"]) == (os.getpid(), os.geteuid())
    assert run.output.count(b"\n") == 1


def test_a_process_whose_first_thread_has_exited_keeps_its_sockets(capture: Capture) -> None:
    with running(FIRST_THREAD_GONE) as (pid, line):
        port, inode = map(int, line.split())
        assert not list(Path(f"/proc/{pid}/fd").iterdir())
        run = capture()
    found = run.process(pid)
    assert inode in found["sockets"]
    assert found["netns"] == Path("/proc/self/ns/net").stat().st_ino
    assert found["exe"] == os.path.realpath(sys.executable)
    assert f":{port:04X} " in run.tables["tcp"]


def test_processes_that_come_and_go_end_nothing(capture: Capture) -> None:
    """psutil #503, util-linux #2799: ENOENT and ESRCH at any step."""
    churn = [
        subprocess.Popen(["sh", "-c", "while :; do /bin/true & /bin/true; wait; done"])
        for _ in range(3)
    ]
    try:
        runs = [capture() for _ in range(8)]
    finally:
        for parent in churn:
            parent.kill()
            parent.wait()
    for run in runs:
        pids = [found["pid"] for found in run.snapshot["processes"]]
        assert pids == sorted(set(pids))
        assert os.getpid() in pids
    vanished = [
        count
        for run in runs
        for (what, error), count in run.problems().items()
        if what == "process" and error in ("ENOENT", "ESRCH")
    ]
    assert vanished, "no process vanished in any run: the test did not test"
