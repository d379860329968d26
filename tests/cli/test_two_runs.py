"""Two runs at the same time, into the same file: both end well, and the file is one of theirs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from shop import write_group

ROOT = Path(__file__).resolve().parents[2]
RUN = "import sys; from netviz.cli.main import main; sys.exit(main())"
AT_ONCE = 6


@pytest.mark.parametrize("verb", ["stitch", "capture"])
def test_the_file_is_whole(verb: str, tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.mkdir()
    files = write_group(given) if verb == "stitch" else []
    target = tmp_path / "out" / "result.json"
    target.parent.mkdir()
    command = [sys.executable, "-c", RUN, verb, "-o", str(target), *files]
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = [subprocess.Popen(command, env=variables) for _ in range(AT_ONCE)]
    assert [one.wait() for one in running] == [0] * AT_ONCE
    document = json.loads(target.read_text())
    assert "netviz_flows" in document if verb == "stitch" else document["complete"]
    assert [path.name for path in target.parent.iterdir()] == ["result.json"]
