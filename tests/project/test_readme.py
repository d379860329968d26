"""What the README promises is there."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from packer import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^python3 (build/\S+)$", README, re.MULTILINE)
DOCUMENTS = [
    path.relative_to(ROOT).as_posix()
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("*/README.md")]
]


def test_two_commands_set_up() -> None:
    assert COMMANDS == ["build/quickstart.py", "build/run_tests.py"]
    assert all((ROOT / command).is_file() for command in COMMANDS)


def test_continuous_integration_runs_the_same_test_command() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert lines[-1] == f"python3 {COMMANDS[1]}"
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_within_the_project_lead_somewhere(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text)
    base = (ROOT / document).parent
    assert [target for target in targets if not (base / target).exists()] == []


def test_it_shows_the_picture_of_the_examples() -> None:
    assert "](examples/flows.svg)" in README


OPTION = r"(?<![\w-])--?[a-z][a-z-]*"


@pytest.mark.parametrize("command", ["stitch", "capture", "explain"])
def test_options_it_names_exist(command: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "netviz.cli.main", command, "--help"],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    known = set(re.findall(OPTION, ended.stdout))
    for line in re.findall(rf"netviz[ -]{command}\b([^`\n]*(?:\n    --[^\n]*)*)", README):
        assert set(re.findall(OPTION, line)) <= known
