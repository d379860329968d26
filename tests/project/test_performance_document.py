"""What docs/performance.md says to run is there, and what it counts is so."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import fields

import figures
import pytest
from packer import ROOT

from netviz.tables import ConnectedColumns

TEXT = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
COMMANDS = re.findall(
    r"^    (?:sudo )?\.venv/bin/python (\S+)(.*?)(?:  +#.*)?$", TEXT, re.MULTILINE
)


def options_of(script: str) -> str:
    return subprocess.run(
        [sys.executable, script, "--help"],
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    ).stdout


def test_every_table_has_its_command() -> None:
    assert len(COMMANDS) == TEXT.count("\n    .venv/") + TEXT.count("\n    sudo .venv/")
    named = [words.split()[0] for script, words in COMMANDS if script == "benchmarks/figures.py"]
    assert set(named) == set(figures.SUBJECTS)
    assert TEXT.count("\n| --- |") == len(named)


@pytest.mark.parametrize("script", sorted({script for script, _ in COMMANDS} - {"-m"}))
def test_the_scripts_it_names_take_the_options_it_gives(script: str) -> None:
    known = options_of(script)
    for named, words in COMMANDS:
        if named == script:
            for option in re.findall(r"--[a-z]+", words):
                assert option in known, option


def test_the_options_of_the_benchmarks_are_there() -> None:
    conftest = (ROOT / "benchmarks" / "conftest.py").read_text()
    given = [option for script, words in COMMANDS if script == "-m" for option in words.split()]
    options = {option for option in given if option.startswith("--")}
    assert options == {"--short", "--against"}
    assert all(f'"{option}"' in conftest for option in options)


def test_the_bytes_that_a_connected_socket_takes() -> None:
    columns = ConnectedColumns()
    apart = {"locals_hi", "locals_lo"}  # a few for a whole table
    apart.add("seen")  # empty where no machine has several samples
    size = sum(
        getattr(columns, column.name).itemsize
        for column in fields(columns)
        if column.name not in apart
    )
    (said,) = re.findall(r"Of a connected socket (\d+) bytes are kept", TEXT)
    assert size == int(said)
    assert size <= 48
