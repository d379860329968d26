"""What the tests of the capture share: a fake /proc, and running the capture as its users do."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakeproc import FakeProc
from needs import unavailable
from running import Capture, run_capture
from unprivileged import why_not


@pytest.fixture
def capture() -> Capture:
    """Runs the capture with these arguments."""
    return run_capture


@pytest.fixture
def fakeproc(tmp_path: Path) -> FakeProc:
    """An empty tree to give to ``--proc``, in a folder of its own."""
    return FakeProc(tmp_path / "image" / "proc")


@pytest.fixture
def may_become_nobody() -> None:
    """Skip the test, saying why, where no other user can be had."""
    reason = why_not()
    if reason:
        unavailable(reason)
