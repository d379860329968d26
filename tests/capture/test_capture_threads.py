"""``--threads``: threads with descriptors of their own, real ones and ones in a tree."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakeproc import FakeProc
from needs import unavailable
from running import Capture, Run, copy_sources
from unprivileged import public_folder, run_as_nobody

UNSHARED = """
import ctypes, os, socket, sys, threading
CLONE_FILES, CLONE_NEWNET = 0x400, 0x40000000
libc = ctypes.CDLL(None, use_errno=True)
def inode(held):
    return os.fstat(held.fileno()).st_ino
shared = socket.create_server(("127.0.0.1", 0))
ready = threading.Event()
def work():
    if libc.unshare(int(sys.argv[1], 0)):
        print("cannot unshare:", os.strerror(ctypes.get_errno()), flush=True)
        os._exit(1)
    own = socket.create_server(("0.0.0.0", 0))
    pipe = os.pipe()
    netns = os.stat("/proc/thread-self/ns/net").st_ino
    numbers = inode(shared), inode(own), os.fstat(pipe[0]).st_ino, netns, own.getsockname()[1]
    print(*numbers, flush=True)
    ready.wait()
threading.Thread(target=work).start()
sys.stdin.read()
os._exit(0)
"""

CLONE_FILES = "0x400"
CLONE_FILES_AND_NEWNET = "0x40000400"


class Unshared:
    """A running process: its first thread has ``shared``, another one has all the rest too."""

    def __init__(self, child: subprocess.Popen[str], line: str) -> None:
        self.pid = child.pid
        self.shared, self.own, self.pipe, self.netns, self.port = map(int, line.split())


@pytest.fixture
def unshared(request: pytest.FixtureRequest) -> Iterator[Unshared]:
    child = subprocess.Popen(
        [sys.executable, "-c", UNSHARED, request.param],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None
        line = child.stdout.readline()
        if not line or line.startswith("cannot"):
            unavailable(f"no thread with a namespace of its own can be made here: {line}")
        yield Unshared(child, line)
    finally:
        child.kill()
        child.communicate()


@pytest.mark.parametrize("unshared", [CLONE_FILES], indirect=True)
def test_descriptors_that_only_one_thread_has(unshared: Unshared, capture: Capture) -> None:
    links = {os.readlink(link) for link in Path(f"/proc/{unshared.pid}/fd").iterdir()}
    assert f"socket:[{unshared.own}]" not in links, "the test does not test: it is shared"
    without = capture().process(unshared.pid)
    assert unshared.shared in without["sockets"]
    assert unshared.own not in without["sockets"]
    found = capture("--threads").process(unshared.pid)
    assert found["sockets"] == sorted({*without["sockets"], unshared.own})
    assert [unshared.pipe, "rw"] in found["pipes"]
    assert found["pipes"] == sorted(found["pipes"])


@pytest.mark.parametrize("unshared", [CLONE_FILES_AND_NEWNET], indirect=True)
def test_a_namespace_that_only_a_thread_is_in(unshared: Unshared, capture: Capture) -> None:
    assert unshared.netns != Path("/proc/self/ns/net").stat().st_ino
    row = f":{unshared.port:04X} 00000000:0000 0A"
    without = capture().snapshot
    assert unshared.netns not in {found["id"] for found in without["netns"]}
    run = capture("--threads")
    (inside,) = [n for n in run.snapshot["netns"] if n["id"] == unshared.netns]
    assert row in inside["tables"]["tcp"]
    assert unshared.own in run.process(unshared.pid)["sockets"]
    assert run.process(unshared.pid)["netns"] == Path("/proc/self/ns/net").stat().st_ino


def test_threads_of_a_tree_are_merged(fakeproc: FakeProc, capture: Capture) -> None:
    """Also where the first thread has none left, and where a thread is gone meanwhile."""
    fakeproc.process(1)
    fakeproc.process(41, sockets=[7, 7, 9], links=["pipe:[3]"], threads=4)
    fakeproc.descriptors("41/task/41", [7, 7, 9], ["pipe:[3]"])
    fakeproc.descriptors("41/task/42", [9, 11, 11], ["pipe:[3]", "pipe:[4]"])
    fakeproc.descriptors("41/task/43", [5])
    (fakeproc.root / "41/task/44").mkdir()
    fakeproc.process(51, sockets=[], threads=2)
    fakeproc.descriptors("51/task/52", [12])
    fakeproc.process(61, sockets=[13], threads=1)
    fakeproc.descriptors("61/task/62", [14])
    root = str(fakeproc.root)
    without, run = capture("--proc", root), capture("--proc", root, "--threads")
    assert [without.process(pid)["sockets"] for pid in (41, 51, 61)] == [[7, 9], [], [13]]
    assert [run.process(pid)["sockets"] for pid in (41, 51, 61)] == [[5, 7, 9, 11], [12], [13]]
    assert [inode for inode, _ in run.process(41)["pipes"]] == [3, 4]
    assert run.problems() == without.problems()


def test_a_refused_thread_is_counted(fakeproc: FakeProc, capture: Capture) -> None:
    """An fd that is no folder stands for one that may not be read: root may read all."""
    fakeproc.process(41, sockets=[7], threads=2)
    fakeproc.link("41/task/42/fd", "fd")
    run = capture("--proc", str(fakeproc.root), "--threads")
    assert run.process(41)["sockets"] == [7]
    assert run.problems() == {("fd", "ELOOP"): 1}


@pytest.mark.usefixtures("may_become_nobody")
def test_a_process_whose_threads_are_refused_is_one_process() -> None:
    """Of 41 all is refused, of 51 what two of its threads have; of 61 nothing is."""
    with public_folder() as folder:
        tree = FakeProc(folder / "proc")
        for pid in (41, 51, 61):
            tree.process(pid, sockets=[pid], threads=3)
            for thread in range(pid, pid + 3):
                tree.descriptors(f"{pid}/task/{thread}", [pid])
        for path in ("41", "41/task/41", "41/task/42", "41/task/43", "51/task/52", "51/task/53"):
            (tree.root / path / "fd").chmod(0)
        copy_sources(folder)
        code = f"import sys; sys.path.insert(0, {str(folder)!r}); from netviz.capture import cli;"
        code += f"sys.exit(cli.main(['--proc', {str(tree.root)!r}, '--threads']))"
        ended = run_as_nobody(sys.executable, folder, "-B", "-c", code)
    run = Run(ended.returncode, ended.stderr, ended.stdout.encode())
    assert [entry["sockets"] for entry in run.snapshot["processes"]] == [None, [51], [61]]
    assert run.problems() == {("fd", "EACCES"): 2}
    assert run.errors.startswith("netviz-capture: 2 of 3 processes could not be read (not root)")
