"""Programs that stand in for ssh, sudo and kubectl, in a folder that is first on PATH."""

from __future__ import annotations

import json
import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@dataclass
class Stand:
    """The folder of the stand-ins, and what they were called with."""

    folder: Path

    def add(self, name: str, script: str) -> None:
        """A program of that name."""
        path = self.folder / name
        path.write_text(script)
        path.chmod(0o755)

    def calls(self) -> list[list[str]]:
        """The arguments of each call of ssh."""
        path = self.folder / "calls"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


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
