"""Ctrl-C while netviz-capture.pyz still loads its modules: silence, and nothing is left behind."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest
from needs import optional_python, required_python
from pythons import CAPTURE_VERSIONS, REQUIRED_VERSIONS

INTERRUPT = "import os, signal; os.kill(os.getpid(), signal.SIGINT)\n"
IN_VAIN = "try:\n    import os, signal; os.kill(os.getpid(), signal.SIGINT)\nexcept: pass\n"
IGNORE = ["sh", "-c", 'trap "" INT; exec "$@"', "sh"]


def interrupting(pyz: Path, code: str) -> Path:
    """The archive with ``code`` in front of a module that is loaded among the last."""
    planted = pyz.with_name("planted.pyz")
    with zipfile.ZipFile(pyz) as original, zipfile.ZipFile(planted, "w") as copy:
        for name in original.namelist():
            front = code.encode() if name == "netviz/capture/document.py" else b""
            copy.writestr(name, front + original.read(name))
    return planted


def run(line: list[str], folder: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*line, "-o", "x.json"], check=False, capture_output=True, cwd=folder)


@pytest.mark.parametrize("code", [INTERRUPT, IN_VAIN], ids=["seen", "caught by who is loaded"])
@pytest.mark.parametrize("version", CAPTURE_VERSIONS)
def test_it_ends_in_silence_with_the_status_of_a_later_one(
    version: str, code: str, pyz: Path, tmp_path: Path
) -> None:
    find = required_python if version in REQUIRED_VERSIONS else optional_python
    ended = run([find(version), str(interrupting(pyz, code))], tmp_path)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, b"", b"")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("version", REQUIRED_VERSIONS)
def test_a_signal_that_is_ignored_stays_ignored(version: str, pyz: Path, tmp_path: Path) -> None:
    """As in a script that a shell runs in the background."""
    line = [*IGNORE, required_python(version), str(interrupting(pyz, INTERRUPT))]
    assert run(line, tmp_path).returncode == 0
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.json"]
