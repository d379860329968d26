"""What lies around where the capture is copied to is not loaded: /tmp is open to all."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from needs import required_python
from pythons import REQUIRED_VERSIONS

NAMES = ("argparse", "json", "re", "socket", "sitecustomize", "usercustomize", "netviz", "zlib")


@pytest.mark.parametrize("version", REQUIRED_VERSIONS)
def test_modules_beside_the_archive_are_not_loaded(version: str, pyz: Path, tmp_path: Path) -> None:
    """Neither beside it nor where it is started."""
    python = required_python(version)
    marker = tmp_path / "loaded"
    for folder in (pyz.parent, tmp_path):
        for name in NAMES:
            planted = folder / f"{name}.py"
            planted.write_text(f"open({str(marker)!r}, 'a').write({name!r})\nraise SystemExit(9)\n")
    ended = subprocess.run(
        [python, str(pyz)],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
    )
    assert not marker.exists(), marker.read_text()
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["complete"] is True
