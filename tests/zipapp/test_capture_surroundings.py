"""Odd surroundings change nothing of a capture: how Python is started, locales, homes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PYTHON = (["-O"], ["-OO"], ["-I"], ["-S"], ["-W", "error"], ["-X", "dev", "-W", "error"], ["-bb"])
VARIABLES: tuple[dict[str, str], ...] = (
    {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    {"PYTHONIOENCODING": "ascii:strict", "PYTHONUTF8": "0"},
    {"LC_ALL": "xx_XX.ISO-8859-15"},
    {"HOME": "/nonexistent", "TMPDIR": "/nonexistent"},
    {},
)


def captured(pyz: Path, python: list[str], variables: dict[str, str]) -> dict[str, object]:
    ended = subprocess.run(
        [sys.executable, *python, str(pyz)], cwd="/", env=variables, capture_output=True
    )
    assert ended.returncode == 0, ended.stderr
    assert len(ended.stderr.splitlines()) <= 1  # what it may not see, where we are not root
    document: dict[str, object] = json.loads(ended.stdout)
    return document


@pytest.mark.parametrize("python", PYTHON, ids=" ".join)
def test_whatever_python_is_told(python: list[str], pyz: Path) -> None:
    assert captured(pyz, python, {})["complete"] is True


@pytest.mark.parametrize("variables", VARIABLES, ids=lambda one: " ".join(one) or "none at all")
def test_whatever_the_environment_says(variables: dict[str, str], pyz: Path) -> None:
    assert captured(pyz, [], variables)["complete"] is True
