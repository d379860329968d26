"""The examples of the documents run as they stand there."""

from __future__ import annotations

import importlib
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from packer import ROOT

from netviz.render import FORMATS

DOCUMENTS = ("formats.md", "filters.md", "gallery.md", "limits.md", "questions.md")
TEXTS = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in DOCUMENTS}
EXAMPLES = [
    line.strip()
    for text in TEXTS.values()
    for line in text.splitlines()
    if line.startswith("    netviz")
]
RUN = "import sys; from netviz.cli.main import main; sys.exit(main())"
QUESTIONS = ("exposure", "next", "waves")


@pytest.mark.parametrize("example", EXAMPLES)
def test_example(example: str, tmp_path: Path) -> None:
    netviz = f"{shlex.quote(sys.executable)} -c {shlex.quote(RUN)}"
    line = example.replace("netviz-", "netviz ", 1).replace("examples/", f"{ROOT}/examples/")
    command = line.replace("netviz", netviz, 1)
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
    least = 500 if example.startswith("netviz-stitch") else 80
    assert len(ended.stdout) + sum(map(len, written)) > least


def test_every_format_is_documented() -> None:
    assert [name for name in FORMATS if f"`{name}`" not in TEXTS["formats.md"]] == []


@pytest.mark.parametrize("verb", ["stitch", *QUESTIONS])
def test_every_option_is_documented(verb: str) -> None:
    every = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md"))
    every += (ROOT / "README.md").read_text(encoding="utf-8")
    parser = importlib.import_module(f"netviz.cli.{verb}").make_parser()
    options = [max(action.option_strings, key=len, default="") for action in parser._actions]
    assert [option for option in options if option not in every] == []


@pytest.mark.parametrize("verb", QUESTIONS)
def test_every_question_has_examples(verb: str) -> None:
    assert [example for example in EXAMPLES if example.startswith(f"netviz {verb} ")]
