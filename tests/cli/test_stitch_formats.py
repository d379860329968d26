"""``netviz-stitch``: the format by the ending of a file, --numeric, the width of a table."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from packer import ROOT

from netviz.render import FORMATS, format_of

RUN = "import sys; from netviz.cli.stitch import main; sys.exit(main())"
EXAMPLES = sorted(str(path) for path in (ROOT / "examples").glob("*.json"))
COMMAND = [sys.executable, "-c", RUN, *EXAMPLES]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def stitch(*options: str) -> bytes:
    done = subprocess.run([*COMMAND, *options], capture_output=True, env=ENVIRONMENT, check=True)
    return done.stdout


@pytest.mark.parametrize(
    ("ending", "start"),
    [
        ("csv", b"source_machine,"),
        ("graphml", b"<?xml "),
        ("gv", b"digraph netviz {"),
        ("mmd", b"---\ntitle: "),
        ("txt", b"from "),
    ],
)
def test_the_ending_says_what_is_written(ending: str, start: bytes, tmp_path: Path) -> None:
    stitch("-o", str(tmp_path / f"flows.{ending}"))
    assert (tmp_path / f"flows.{ending}").read_bytes().startswith(start)


def test_the_ending_of_every_format_is_its_name() -> None:
    assert [format_of(name) for name in FORMATS] == list(FORMATS)
    assert format_of("jpeg") is None


@pytest.mark.parametrize("format", ["dot", "mermaid", "table", "html"])
def test_numeric_leaves_the_names_of_ports_out(format: str) -> None:
    named = b'"tcp/6379":"redis"' if format == "html" else b"tcp/6379 redis"
    assert named in stitch("-f", format)
    assert named not in stitch("-f", format, "--numeric")


def test_a_page_without_pictures_says_why_in_a_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "-q", "-f", "html"],
        capture_output=True,
        env={**ENVIRONMENT, "PATH": str(tmp_path)},
        check=True,
    )
    reason = b"svg needs Graphviz' program dot, which is not there"
    assert done.stderr == b"netviz-stitch: the page has no picture: " + reason + b"\n"
    assert b'"undrawn":{"service":"' + reason in done.stdout


def test_help_lists_every_format() -> None:
    told = stitch("--help").decode()
    assert [name for name in FORMATS if name not in told] == []


def widest(text: str) -> int:
    return max(len(line) for line in text.split("\n\n")[0].splitlines())


def test_a_table_is_the_same_in_a_pipe_whatever_the_terminal() -> None:
    narrow = subprocess.run(
        [*COMMAND, "-f", "table"],
        capture_output=True,
        env={**ENVIRONMENT, "COLUMNS": "50"},
        check=True,
    )
    assert narrow.stdout == stitch("-f", "table")


def test_a_table_is_as_wide_as_the_terminal() -> None:
    text = on_a_terminal("-f", "table", COLUMNS="70")
    assert widest(text) <= 70 < widest(stitch("-f", "table").decode())
    assert "\x1b" not in text


def test_a_terminal_shows_the_summary_of_a_table_once(tmp_path: Path) -> None:
    assert on_a_terminal("-f", "table", stderr=subprocess.STDOUT).count("6 machines, ") == 1
    there = on_a_terminal("-f", "table", "-o", "/dev/stdout", stderr=subprocess.STDOUT)
    assert there.count("6 machines, ") == 1
    flows = str(tmp_path / "flows.txt")
    assert on_a_terminal("-o", flows, stderr=subprocess.STDOUT).count("6 machines, ") == 1
    done = subprocess.run(
        [*COMMAND, "-f", "table"], capture_output=True, env=ENVIRONMENT, check=True
    )
    assert done.stdout.count(b"6 machines, ") == done.stderr.count(b"6 machines, ") == 1


def on_a_terminal(*options: str, stderr: int = subprocess.DEVNULL, **environment: str) -> str:
    """What a terminal shows that is the standard output of a stitch."""
    terminal, standard_output = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, *options],
        stdout=standard_output,
        stderr=stderr,
        env={**ENVIRONMENT, **environment},
    ):
        os.close(standard_output)
        written = b""
        while True:
            try:
                part = os.read(terminal, 65536)
            except OSError:  # how a terminal says that its other end is closed
                break
            if not part:
                break
            written += part
    os.close(terminal)
    return written.decode().replace("\r\n", "\n")
