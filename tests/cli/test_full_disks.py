"""A file system without room: an error that says so, and the old file as it was."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from needs import unavailable
from shop import write_group

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(map(str, (ROOT / "examples").glob("*.json")))
OLD = "the old one\n"

COMMANDS = {
    "netviz-stitch": ["stitch", "-q", "-f", "html", *EXAMPLES],
    "netviz-capture": ["capture"],
}
RUN = "import sys; from netviz.cli.main import main; sys.exit(main())"


@pytest.mark.parametrize("name", COMMANDS)
def test_on_a_file_system_of_16_kilobytes(name: str, tmp_path: Path) -> None:
    """Mounted for this test alone: when its process ends it is gone."""
    disk = tmp_path / "disk"
    disk.mkdir()
    target = disk / "out.json"
    command = [sys.executable, "-c", RUN, *COMMANDS[name], "-o", str(target)]
    script = (
        f"mount -t tmpfs -o size=16k none {shlex.quote(str(disk))} || exit 77\n"
        f"printf '{OLD}' > {target}\n"
        f"{shlex.join(command)}\n"
        f"echo status $?; cat {target}; ls -A {disk}"
    )
    ended = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    if ended.returncode and "status" not in ended.stdout:
        unavailable(f"nothing can be mounted here: {ended.stderr.strip()}")
    assert ended.stdout == f"status 1\n{OLD}out.json\n"
    assert ended.stderr.startswith(f"{name}: {target}: ")
    assert "No space left on device" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_result_that_fits_is_written(tmp_path: Path) -> None:
    """So that it is the room that the test above is about."""
    target = tmp_path / "out.json"
    ended = subprocess.run(
        [sys.executable, "-c", RUN, "stitch", "-q", "-o", str(target), *write_group(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert ended.returncode == 0
    assert target.stat().st_size
