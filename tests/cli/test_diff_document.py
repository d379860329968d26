"""What docs/diff.md shows runs as it stands there, and its nightly script does what it says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from packer import ROOT

TEXT = (ROOT / "docs" / "diff.md").read_text(encoding="utf-8")
EXAMPLES = [line.strip() for line in TEXT.splitlines() if line.startswith("    netviz")]
(SCRIPT,) = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Has examples/, the same six machines in old/, and netviz on PATH in bin/."""
    (tmp_path / "bin").mkdir()
    for name, verb in (("netviz", ""), ("netviz-stitch", " stitch")):
        program = tmp_path / "bin" / name
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m netviz.cli.main{verb} "$@"\n')
        program.chmod(0o755)
    for name in ("examples", "old"):
        (tmp_path / name).symlink_to(ROOT / "examples")
    return tmp_path


def shell(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    path = f"{folder / 'bin'}:{os.environ['PATH']}"
    return subprocess.run(
        ["sh", "-c", script],
        check=False,
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )


def test_the_examples(folder: Path) -> None:
    assert len(EXAMPLES) == 7
    for example in EXAMPLES:
        ended = shell(folder, example)
        assert ended.returncode == 0, (example, ended.stderr)
    assert (folder / "changes.svg").read_text().startswith("<?xml")


def test_the_nightly_script(folder: Path) -> None:
    """Alike in the first night and the second, different in the third, an error in the fourth."""
    script = SCRIPT.replace("/var/lib/netviz", str(folder))
    assert str(folder) in script
    tonight = folder / "tonight"
    tonight.mkdir()
    statuses, said = [], []
    for night in range(4):
        for source in (ROOT / "examples").glob("*.json"):
            (tonight / source.name).write_bytes(source.read_bytes())
        if night == 2:
            database = json.loads((tonight / "db.json").read_text())
            for process in database["processes"]:
                process["uid"] = 0 if process["comm"] == "postgres" else process["uid"]
            (tonight / "db.json").write_text(json.dumps(database))
        if night == 3:
            (tonight / "db.json").write_text("{")
        ended = shell(folder, script.replace("date +%F", f"echo night{night}"))
        statuses.append(ended.returncode)
        said.append(ended.stdout)
    assert statuses == [0, 0, 1, 2]
    assert (said[0], said[1], said[3]) == ("", "", "")
    assert "service   postgres (postgresql.service) on db: user from 102 to 0" in said[2]
    assert (folder / "last.flows.json").readlink() == Path("night2.flows.json")
