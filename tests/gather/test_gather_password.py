"""-K: a password is asked for once, told where sudo asks, and never twice to one host."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import Stand
from packer import ROOT

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


@pytest.fixture
def asked(stand: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with a line for each password that a sudo was told."""
    stand.add("sudo", SUDO)
    monkeypatch.setenv("ASKED", str(tmp_path / "asked"))
    return tmp_path / "asked"


def on_a_terminal(typed: str, *arguments: str) -> tuple[int, str]:
    """netviz gather with a terminal where ``typed`` is typed; its status, and what was shown."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "netviz.cli.main", "gather", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),  # the terminal of its own
    )
    os.close(theirs)
    shown = b""
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        if not select.select([ours], [], [], 0.2)[0]:
            continue
        try:
            shown += os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
        if typed and b"password for sudo on the hosts: " in shown:
            os.write(ours, typed.encode() + b"\n")
            typed = ""
    os.close(ours)
    return process.wait(20), shown.decode()


def test_it_is_asked_for_once_and_told_to_each_host(asked: Path, tmp_path: Path) -> None:
    arguments = ("ok", "greeting", "-K", "-o", str(tmp_path / "out"))
    status, shown = on_a_terminal("right password", *arguments)
    assert status == 0, shown
    assert shown.count("password for sudo") == 1
    assert "right password" not in shown
    assert asked.read_text() == "asked\n" * 2


def test_a_wrong_one_is_told_once(asked: Path, tmp_path: Path) -> None:
    status, shown = on_a_terminal("wrong", "ok", "-K", "-o", str(tmp_path / "out"))
    assert status == 1
    assert "ok: sudo refused: the password is not right" in shown
    assert asked.read_text() == "asked\n"


def test_a_sudo_that_asks_for_none_is_told_none(stand: Stand, asked: Path, tmp_path: Path) -> None:
    stand.add("sudo", '#!/bin/sh\nshift 3\nexec "$@"\n')
    status, shown = on_a_terminal("right password", "ok", "-K", "-o", str(tmp_path / "out"))
    assert status == 0, shown
    assert not asked.exists()


def test_on_a_terminal_a_single_host_may_ask(stand: Stand, tmp_path: Path) -> None:
    on_a_terminal("", "refused", "-o", str(tmp_path / "out"))
    on_a_terminal("", "refused", "slow", "-o", str(tmp_path / "out"))
    on_a_terminal("", "refused", "slow", "-j", "1", "-o", str(tmp_path / "out"))
    assert ["BatchMode=yes" in call for call in stand.calls()] == [False, True, True, False, False]
