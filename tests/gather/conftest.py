"""A folder of stand-ins that is first on PATH."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import pytest
from stand_ins import Stand

HERE = Path(__file__).parent


@pytest.fixture
def stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stand:
    """A stand-in for ssh."""
    stand = Stand(tmp_path / "bin")
    stand.folder.mkdir()
    python, script = shlex.quote(sys.executable), shlex.quote(str(HERE / "fake_ssh.py"))
    stand.add("ssh", f'#!/bin/sh\nexec {python} {script} "$@"\n')
    monkeypatch.setenv("PATH", f"{stand.folder}:{os.environ['PATH']}")
    monkeypatch.setenv("CALLS", str(stand.folder / "calls"))
    return stand
