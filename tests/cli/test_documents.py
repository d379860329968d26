"""The examples of the documents run as they stand there."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from packer import ROOT

from netviz.cli.stitch import _parser
from netviz.render import FORMATS

DOCUMENTS = ("formats.md", "filters.md")
TEXTS = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in DOCUMENTS}
EXAMPLES = [
    line.strip()
    for text in TEXTS.values()
    for line in text.splitlines()
    if line.startswith("    netviz-stitch")
]
RUN = "import sys; from netviz.cli.stitch import main; sys.exit(main())"


@pytest.mark.parametrize("example", EXAMPLES)
def test_example(example: str, tmp_path: Path) -> None:
    stitch = f"{shlex.quote(sys.executable)} -c {shlex.quote(RUN)}"
    command = example.replace("netviz-stitch", stitch, 1).replace("examples/", f"{ROOT}/examples/")
    ended = subprocess.run(
        command,
        check=False,
        shell=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    written = [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()]
    assert len(ended.stdout) + sum(map(len, written)) > 500


def test_every_format_is_documented() -> None:
    assert [name for name in FORMATS if f"`{name}`" not in TEXTS["formats.md"]] == []


def test_every_option_is_documented() -> None:
    every = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md"))
    every += (ROOT / "README.md").read_text(encoding="utf-8")
    options = [max(action.option_strings, key=len, default="") for action in _parser()._actions]
    assert [option for option in options if option not in every] == []
