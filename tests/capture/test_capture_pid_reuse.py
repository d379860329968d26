"""A pid that is given to a new process in the middle of reading is not a mix of the two."""

from __future__ import annotations

from collections.abc import Callable

from fakeproc import FakeProc

from netviz.capture.descriptors import read_descriptors
from netviz.capture.problems import Problems
from netviz.capture.processes import living_thread, read_process
from netviz.capture.procfs import Procfs
from netviz.capture.threads import read_threads


class Changing(Procfs):
    """A procfs in which something happens when a file is read."""

    def __init__(self, root: str, event: Callable[[str], None]) -> None:
        super().__init__(root, Problems())
        self._event = event

    def read(self, path: str) -> bytes:
        self._event(path)
        return super().read(path)


def test_the_new_process_is_read_in_place_of_the_old(fakeproc: FakeProc) -> None:
    fakeproc.process(41, b"old", start=100, euid=1, sockets=[1])
    successor = FakeProc(fakeproc.root.parent / "later")
    successor.process(41, b"new", start=200, euid=2, sockets=[2])

    def replace_once(path: str) -> None:
        if path == "41/cgroup" and not (fakeproc.root / "old").exists():
            (fakeproc.root / "41").rename(fakeproc.root / "old")
            (successor.root / "41").rename(fakeproc.root / "41")

    proc = Changing(str(fakeproc.root), replace_once)
    process = read_process(proc, 41, False, False)
    assert process is not None
    assert (process.comm, process.start, process.uid) == ("new", 200, 2)
    assert list(process.sockets or []) == [2]


def test_a_process_that_vanishes_is_left_out_and_counted(fakeproc: FakeProc) -> None:
    for path in ("41/stat", "41/status", "41/comm", "41/cgroup"):
        tree = FakeProc(fakeproc.root.parent / path.replace("/", "-"))
        tree.process(41)

        def vanish(read: str, path: str = path, tree: FakeProc = tree) -> None:
            if read == path and (tree.root / "41").exists():
                (tree.root / "41").rename(tree.root / "gone")

        proc = Changing(str(tree.root), vanish)
        assert read_process(proc, 41, False, False) is None
        assert proc.problems.as_list() == [
            {"what": "process", "error": "ENOENT", "count": 1, "example": f"{tree.root}/41/stat"}
        ]


def test_a_process_that_ends_with_all_its_threads_is_looked_for_in_none(
    fakeproc: FakeProc,
) -> None:
    """Its first thread had exited; the last of the others did before it could be found."""
    proc = Procfs(str(fakeproc.root), Problems())
    fakeproc.process(41, sockets=[1])
    own = read_descriptors(proc.full("41/fd"))
    assert living_thread(proc, 41) == "41"
    assert read_threads(proc, 41, "41", own, None) == (own, [])
    for thread, state in ((41, "Z"), (42, "X")):
        fakeproc.write(f"41/task/{thread}/stat", f"{thread} (x) {state} 1")
    assert living_thread(proc, 41) == "41"


def test_a_pid_that_is_never_at_rest_is_counted_too(fakeproc: FakeProc) -> None:
    fakeproc.process(41)
    starts = iter(range(1000))

    def renew(path: str) -> None:
        if path == "41/stat":
            fakeproc.write("41/stat", f"41 (x) S 1 {'0 ' * 17}{next(starts)} 0")

    proc = Changing(str(fakeproc.root), renew)
    assert read_process(proc, 41, False, False) is None
    assert [(found["what"], found["error"]) for found in proc.problems.as_list()] == [
        ("process", "ESRCH")
    ]
