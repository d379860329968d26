"""The man pages have every verb and every option, and the programs that show them accept them."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from needs import unavailable
from packer import ROOT

from netviz.cli.commands import Command, commands
from netviz.cli.main import VERBS

NAMES = ["netviz", *(f"netviz-{verb}" for verb in VERBS)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("man") / "man1"
    command = [sys.executable, str(ROOT / "build" / "make_man_pages.py"), "-o", str(folder)]
    ended = subprocess.run(command, check=True, capture_output=True, text=True)
    assert ended.stdout == f"{folder}\n"
    return folder


def shown(page: Path, *program: str) -> str:
    """The page as a person sees it; the program has nothing to complain of."""
    if shutil.which(program[0]) is None:
        unavailable(f"{program[0]} is not installed")
    ended = subprocess.run([*program, str(page)], check=False, capture_output=True, text=True)
    assert ended.stderr == ""
    assert ended.returncode == 0
    return re.sub(".\b", "", ended.stdout)


def test_there_is_a_page_for_each_verb(folder: Path) -> None:
    assert sorted(path.stem for path in folder.iterdir()) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_groff_and_mandoc_accept_it(folder: Path, name: str) -> None:
    page = folder / f"{name}.1"
    wide = ("-rLL=200n", "-P-c", "-P-b", "-P-u")
    assert name in shown(page, "groff", "-man", "-Tutf8", "-ww", *wide)
    assert shown(page, "mandoc", "-Tlint", "-Werror") == ""


@pytest.mark.parametrize("command", commands(), ids=lambda command: str(command.verb))
def test_every_option_is_in_its_page(folder: Path, command: Command) -> None:
    page = folder / f"netviz-{command.verb}.1"
    wide = ("-rLL=2000n", "-P-c", "-P-b", "-P-u")
    lines = shown(page, "groff", "-man", "-Tascii", *wide).splitlines()
    options = lines[lines.index("OPTIONS") : lines.index("EXIT STATUS")]
    terms = {" ".join(line.split()) for line in options}
    for option in command.arguments:
        term = " ".join(filter(None, [", ".join(option.names), option.value]))
        assert [line for line in terms if line == term or line.startswith(f"{term} ")], term
        assert [line for line in terms if " ".join(option.purpose.split()) in line], option


def test_what_documents_say_is_in_it(folder: Path) -> None:
    lines = shown(folder / "netviz-stitch.1", "groff", "-man", "-Tascii", "-P-cbu").splitlines()
    assert "EXPRESSIONS" in lines
    assert [line for line in lines if line.strip().startswith("port") and "server" in line]
    assert not [line for line in lines if "`" in line or line.strip().startswith("|")]


def test_roff_in_a_help_is_text() -> None:
    spec = importlib.util.spec_from_file_location("make_man", ROOT / "build" / "make_man_pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.text(".so /etc/passwd") == "\\&.so /etc/passwd"
    assert module.text("'x' a\\fB-b") == "\\(aqx\\(aq a\\(rsfB\\-b"
    assert module.marked("see [it](x.md), `-o` and **b**") == "see it, \\fB\\-o\\fR and \\fBb\\fR"
