"""Running the capture in a process of its own, and reading what it wrote."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Run:
    """How one capture ended, and what it printed."""

    status: int
    errors: str
    output: bytes

    @property
    def snapshot(self) -> dict[str, Any]:
        """The document on standard output."""
        assert self.status == 0, self.errors
        found: dict[str, Any] = json.loads(self.output)
        assert found["complete"] is True
        return found

    def process(self, pid: int) -> dict[str, Any]:
        """The one process ``pid``."""
        (found,) = [entry for entry in self.snapshot["processes"] if entry["pid"] == pid]
        process: dict[str, Any] = found
        return process

    @property
    def tables(self) -> dict[str, str]:
        """The tables of the first namespace, which is that of the host."""
        tables: dict[str, str] = self.snapshot["netns"][0]["tables"]
        return tables

    def problems(self) -> dict[tuple[str, str], int]:
        """How often each (what, error) was counted."""
        return {
            (found["what"], found["error"]): found["count"] for found in self.snapshot["problems"]
        }


Capture = Callable[..., Run]


def command(*arguments: str) -> list[str]:
    """The command line of a capture from this checkout."""
    return [sys.executable, "-m", "netviz.capture.cli", *arguments]


def environment() -> dict[str, str]:
    """What a command line from this checkout needs, wherever it is run."""
    return {**os.environ, "PYTHONPATH": str(CHECKOUT), "PYTHONDONTWRITEBYTECODE": "1"}


def start_capture(*arguments: str, limit: int | None = None) -> subprocess.Popen[bytes]:
    """Start a capture whose files may grow to ``limit`` bytes."""

    def set_limit() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.Popen(
        command(*arguments),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,  # what is read here is not read by communicate()
        preexec_fn=set_limit,
    )


def copy_sources(folder: Path) -> None:
    """Put the capture into a folder that every user may enter; a checkout may be private."""
    (folder / "netviz").mkdir()
    for name in ("__init__.py", "_version.py", "capture"):
        source = CHECKOUT / "netviz" / name
        if source.is_dir():
            shutil.copytree(source, folder / "netviz" / name)
        else:
            shutil.copy(source, folder / "netviz" / name)


def run_capture(*arguments: str) -> Run:
    """Run the capture with ``arguments`` to its end."""
    ended = subprocess.run(
        command(*arguments), env=environment(), check=False, capture_output=True, timeout=120
    )
    return Run(ended.returncode, ended.stderr.decode(), ended.stdout)
