"""Whenever the power, or the process, goes: the old file is whole, or the new one is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OLD = "the old one\n"

STITCH = """
import os, signal, sys
from pathlib import Path
from netviz.cli.output import write_output
def act(): write_output(sys.argv[1], b"new\\n" * 1000)
"""
CAPTURE = """
import os, signal, sys
from pathlib import Path
from netviz.capture.output import open_output
def act():
    with open_output(sys.argv[1]) as output:
        output.write(b"new\\n" * 1000)
        output.end_document()
"""
WRITERS = {"stitch": STITCH, "capture": CAPTURE}

ORDER = """
done = []
def told(name, function):
    def call(*arguments, **options):
        done.append(name)
        return function(*arguments, **options)
    return call
for name in ("write", "fsync", "rename", "replace"):
    setattr(os, name, told(name, getattr(os, name)))
act()
print(*done)
"""
"""pathlib renames through the module os, too."""

AT = """
def die(*arguments, **options): os.kill(os.getpid(), signal.{signal})
os.{call} = die
act()
"""


def run(code: str, target: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, str(target)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "web1.json"
    path.write_text(OLD)
    return path


@pytest.mark.parametrize("writer", WRITERS)
def test_what_is_written_is_on_the_disk_before_it_has_the_name(writer: str, target: Path) -> None:
    ended = run(WRITERS[writer] + ORDER, target)
    assert ended.returncode == 0, ended.stderr
    done = ended.stdout.split()
    assert done[-2:] in (["fsync", "rename"], ["fsync", "replace"])
    assert set(done[:-2]) == {"write"}
    assert target.read_text() == "new\n" * 1000


@pytest.mark.parametrize("call", ["write", "fsync", "rename"])
@pytest.mark.parametrize("writer", WRITERS)
def test_a_process_that_is_gone_leaves_the_old_file(writer: str, call: str, target: Path) -> None:
    """And beside it a file whose name no pattern for snapshots takes."""
    ended = run(WRITERS[writer] + AT.format(call=call, signal="SIGKILL"), target)
    assert ended.returncode == -signal.SIGKILL
    assert target.read_text() == OLD
    assert [path.name for path in target.parent.glob("*.json")] == ["web1.json"]
    assert list(target.parent.glob("*.gz")) == []


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_waits_until_nothing_is_left_behind(name: str, target: Path) -> None:
    code = f"""
whole = os.fsync
def fsync(descriptor):
    os.kill(os.getpid(), signal.{name})
    whole(descriptor)
os.fsync = fsync
act()
"""
    ended = run(STITCH + code, target)
    assert ended.returncode == -signal.Signals[name]
    assert target.read_text() == "new\n" * 1000
    assert [path.name for path in target.parent.iterdir()] == ["web1.json"]
