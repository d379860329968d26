"""The bar on a terminal: shown while work is long, and never anywhere else."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from packer import ROOT
from shop import write_group

from netviz.cli.commands import typed

CHILD = """
import os, sys, threading, time
import netviz.cli.progress, netviz.cli.snapshots
from netviz.cli.main import main

delay, go, *arguments = sys.argv[1:]
netviz.cli.progress.DELAY = float(delay)
load = netviz.cli.snapshots.load

def patient(path, **options):
    while path == "web.json" and go and not os.path.exists(go):
        time.sleep(0.01)
    return load(path, **options)

netviz.cli.snapshots.load = patient
if os.environ.get("NO_THREADS"):
    def refused(thread):
        raise RuntimeError("can't start new thread")
    threading.Thread.start = refused
status = main(arguments)
with open("imported", "w") as imported:
    print("rich" in sys.modules, file=imported)
sys.exit(status)
"""
"""Runs a verb; ``web.json``, the second of two files, waits for the file ``go`` to be there."""

VERBS = [
    ["stitch"],
    ["explain", "--process", "postgres"],
    ["next", "-f", "json"],
    ["waves", "-f", "json"],
    ["exposure", "-f", "json"],
]
NEVER = "3600"
SHOW_CURSOR = b"\x1b[?25h"
HIDE_CURSOR = b"\x1b[?25l"


@pytest.fixture
def group(tmp_path: Path) -> Path:
    write_group(tmp_path)
    return tmp_path


def command(delay: str, go: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", CHILD, delay, go, *arguments, "db.json", "web.json"]


def on_terminal(group: Path, delay: str, *arguments: str, until: bytes = b"") -> tuple[int, bytes]:
    """Exit status and what a terminal was sent; the work goes on when that holds ``until``."""
    terminal, end = pty.openpty()
    child = subprocess.Popen(
        command(delay, "go" if until else "", *arguments),
        cwd=group,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100"},
        stdout=subprocess.DEVNULL,
        stderr=end,
    )
    os.close(end)
    shown = b""
    for part in _parts(terminal):
        shown += part
        if until and until in shown:
            (group / "go").touch()
    os.close(terminal)
    return child.wait(timeout=60), shown


def _parts(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # how Linux tells that the other end was closed
            return
        if not part:
            return
        yield part


def imported_rich(group: Path) -> bool:
    return bool(json.loads((group / "imported").read_text().strip().lower()))


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb[0])
def test_long_reading_shows_how_many_files_are_read(group: Path, verb: list[str]) -> None:
    status, shown = on_terminal(group, "0", *verb, until=b"1/2")
    assert status == 0
    assert b"reading and joining snapshots" in shown
    assert shown.count(HIDE_CURSOR) == shown.count(SHOW_CURSOR) > 0
    last = shown.rstrip(b"\r\n").rpartition(b"\n")[2]
    assert f"{typed(verb[0])}: ".encode() in last


def test_a_message_stands_above_the_bar(group: Path) -> None:
    (group / "bad.json").write_text("{")
    status, shown = on_terminal(group, "0", "stitch", "--keep-going", "bad.json", until=b"2/3")
    assert status == 0
    assert b"netviz-stitch: left out: bad.json" in shown


def test_a_failure_gives_the_cursor_back(group: Path) -> None:
    (group / "zbad.json").write_text("{")
    status, shown = on_terminal(group, "0", "stitch", "zbad.json", until=b"1/3")
    assert status == 1
    assert shown.count(HIDE_CURSOR) == shown.count(SHOW_CURSOR) > 0
    assert b"netviz-stitch: zbad.json" in shown


def test_drawing_is_shown_too(group: Path) -> None:
    code = (
        "import argparse, sys, netviz.cli.progress as shown, threading\n"
        "shown.DELAY = 0\n"
        "with shown.progress(argparse.Namespace(quiet=False, log='warn'), 'drawing'):\n"
        "    sys.stdin.read()\n"
    )
    terminal, end = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"},
        stdin=subprocess.PIPE,
        stderr=end,
    )
    os.close(end)
    shown = b""
    for part in _parts(terminal):
        shown += part
        if b"drawing" in shown and child.stdin is not None:
            child.stdin.close()
    os.close(terminal)
    assert child.wait(timeout=60) == 0
    assert b"/" not in shown


def test_short_work_shows_nothing_and_imports_nothing(group: Path) -> None:
    status, shown = on_terminal(group, NEVER, "stitch")
    assert (status, shown.count(b"\n")) == (0, 1)
    assert shown.startswith(b"netviz-stitch: 2 machines")
    assert not imported_rich(group)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb[0])
def test_without_threads_there_is_no_bar(
    group: Path, verb: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As under ``ulimit -u``; the files are read one after the other then."""
    monkeypatch.setenv("NO_THREADS", "1")
    status, shown = on_terminal(group, "0", *verb)
    assert (status, shown.count(b"\n")) == (0, 1)
    assert not imported_rich(group)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb[0])
def test_quiet_is_quiet_on_a_terminal(group: Path, verb: list[str]) -> None:
    assert on_terminal(group, "0", *verb, "--quiet") == (0, b"")
    assert not imported_rich(group)


def test_quiet_tells_what_is_wrong_all_the_same(group: Path) -> None:
    (group / "bad.json").write_text("{")
    status, shown = on_terminal(group, "0", "stitch", "-q", "bad.json")
    assert status == 1
    assert b"bad.json" in shown


@pytest.mark.parametrize("level", ["debug", "info"])
def test_a_log_that_tells_each_step_has_no_bar(group: Path, level: str) -> None:
    status, shown = on_terminal(group, "0", "stitch", "--log", level)
    assert status == 0
    assert HIDE_CURSOR not in shown
    assert b"web.json: machine web" in shown
    assert b"db.json: machine db" in shown
    assert (b"parser: " in shown) == (level == "debug")


def test_quiet_and_log_exclude_each_other(group: Path) -> None:
    status, shown = on_terminal(group, "0", "stitch", "--quiet", "--log", "debug")
    assert status == 2
    assert b"not allowed with argument" in shown


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb[0])
def test_a_pipe_gets_the_summary_alone(group: Path, verb: list[str]) -> None:
    ended = subprocess.run(
        command("0", "", *verb),
        check=False,
        cwd=group,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
    )
    assert ended.returncode == 0
    assert ended.stderr.count(b"\n") == 1
    assert b"\x1b" not in ended.stderr
    assert not imported_rich(group)
