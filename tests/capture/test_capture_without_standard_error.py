"""Standard error that is closed, broken or full keeps the capture from nothing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fakeproc import FakeProc
from running import command, environment

from netviz.snapshot import load

STATES = ("closed", "broken", "full")


@contextmanager
def standard_error(state: str) -> Iterator[int]:
    """A descriptor to give as standard error. What is closed is /dev/null here, see ``ended``."""
    if state == "broken":
        reader, descriptor = os.pipe()
        os.close(reader)
    else:
        descriptor = os.open("/dev/full" if state == "full" else os.devnull, os.O_WRONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def ended(state: str, *line: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command line with a standard error of that state."""
    closing = ["sh", "-c", '"$@" 2>&-', "sh"] if state == "closed" else []
    with standard_error(state) as descriptor:
        return subprocess.run(
            [*closing, *line],
            env=environment(),
            check=False,
            stdout=subprocess.PIPE,
            stderr=descriptor,
            timeout=120,
        )


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("samples", [1, 30])
def test_it_goes_on_when_nobody_can_be_told(
    fakeproc: FakeProc, tmp_path: Path, state: str, samples: int
) -> None:
    """The capture without a tree may have something to tell; samples so close always have."""
    for pid in range(1, 51):
        fakeproc.process(pid)
    target = tmp_path / "k.jsonl"
    proc = ["--proc", str(fakeproc.root)] if samples > 1 else []
    repeated = ["--repeat", str(samples), "--every", "0.001"]
    run = ended(state, *command(*proc, *repeated, "-o", str(target)))
    assert (run.returncode, run.stdout) == (0, b"")
    # Those that are late are left out of the times, not of the number.
    assert len(list(load(target))) == samples


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--every", "5"], 2),
        (["--repeat", "0"], 2),
        (["what"], 2),
        (["--proc", "/nonexistent"], 1),
        (["-o", "/nonexistent/x.json"], 1),
    ],
    ids=lambda found: " ".join(found) if isinstance(found, list) else None,
)
def test_errors_have_their_status_and_standard_output_has_none_of_them(
    state: str, arguments: list[str], status: int
) -> None:
    run = ended(state, *command(*arguments))
    assert (run.returncode, run.stdout) == (status, b"")
