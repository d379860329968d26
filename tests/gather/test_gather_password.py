"""-K: a password is asked for once, told where sudo asks, and never twice to one host."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from own_terminal import on_a_terminal
from packer import ROOT
from stand_ins import Stand

PROMPT = "password for sudo on the hosts: "

SUDO = """#!/bin/sh
# As sudo -S -p PROMPT COMMAND, with three tries.
prompt=$3
shift 3
for try in 1 2 3; do
    printf %s "$prompt" >&2
    read -r given || { echo "sudo: no password was provided" >&2; exit 1; }
    echo asked >> "$ASKED"
    [ "$given" = "right password" ] && exec "$@"
    echo "Sorry, try again." >&2
done
echo "sudo: 3 incorrect password attempts" >&2
exit 1
"""


@pytest.fixture(autouse=True)
def checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    """netviz is that of the checkout, wherever it is run."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def asked(stand: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with a line for each password that a sudo was told."""
    stand.add("sudo", SUDO)
    monkeypatch.setenv("ASKED", str(tmp_path / "asked"))
    return tmp_path / "asked"


def gather(typed: str, *arguments: str) -> tuple[int, str]:
    """netviz gather on a terminal where ``typed`` is typed; its status, and what was shown."""
    command = [sys.executable, "-m", "netviz.cli.main", "gather", *arguments]
    return on_a_terminal(PROMPT, typed, command)


def test_it_is_asked_for_once_and_told_to_each_host(asked: Path, tmp_path: Path) -> None:
    arguments = ("ok", "greeting", "-K", "-o", str(tmp_path / "out"))
    status, shown = gather("right password", *arguments)
    assert status == 0, shown
    assert shown.count("password for sudo") == 1
    assert "right password" not in shown
    assert asked.read_text() == "asked\n" * 2


def test_a_wrong_one_is_told_once(asked: Path, tmp_path: Path) -> None:
    status, shown = gather("wrong", "ok", "-K", "-o", str(tmp_path / "out"))
    assert status == 1
    assert "ok: sudo refused: the password is not right" in shown
    assert asked.read_text() == "asked\n"


def test_a_sudo_that_asks_for_none_is_told_none(stand: Stand, asked: Path, tmp_path: Path) -> None:
    stand.add("sudo", '#!/bin/sh\nshift 3\nexec "$@"\n')
    status, shown = gather("right password", "ok", "-K", "-o", str(tmp_path / "out"))
    assert status == 0, shown
    assert not asked.exists()


def test_on_a_terminal_a_single_host_may_ask(stand: Stand, tmp_path: Path) -> None:
    gather("", "refused", "-o", str(tmp_path / "out"))
    gather("", "refused", "slow", "-o", str(tmp_path / "out"))
    gather("", "refused", "slow", "-j", "1", "-o", str(tmp_path / "out"))
    assert ["BatchMode=yes" in call for call in stand.calls()] == [False, True, True, False, False]


def test_none_is_an_end(tmp_path: Path) -> None:
    """Ctrl-D where the password is asked for."""
    status, shown = gather("\x04", "ok", "-K", "-o", str(tmp_path / "out"))
    assert status == 1
    assert "netviz gather: no password was given" in shown
