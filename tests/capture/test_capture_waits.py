"""A copied tree may hold anything in place of a file: the capture never waits for it."""

from __future__ import annotations

import os
import subprocess

import pytest
from fakeproc import FakeProc
from running import Run, command, environment

SECONDS = 30


@pytest.mark.parametrize(
    "path", ["1/net/tcp", "1/net/unix", "1/comm", "1/cgroup", "1/status", "stat", "self/mountinfo"]
)
def test_a_fifo_in_place_of_a_file_is_not_waited_for(fakeproc: FakeProc, path: str) -> None:
    fakeproc.process(1)
    place = fakeproc.root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    os.mkfifo(place)
    ended = subprocess.run(
        command("--proc", str(fakeproc.root)),
        env=environment(),
        capture_output=True,
        timeout=SECONDS,
    )
    run = Run(ended.returncode, ended.stderr.decode(), ended.stdout)
    assert [process["pid"] for process in run.snapshot["processes"]] == [1]
