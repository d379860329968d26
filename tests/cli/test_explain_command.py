"""``netviz explain`` as a person runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import permutations
from pathlib import Path

import pytest
from shop import WEB, document, line, process, write_group

from netviz.snapshot import load

COMMAND = (sys.executable, "-m", "netviz.cli.main", "explain")
ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


@pytest.fixture
def group(tmp_path: Path) -> Path:
    write_group(tmp_path)
    return tmp_path


EXPLAINED = """\
tcp 10.0.0.2:5432 -> 10.0.0.1:40001 ESTABLISHED
  on db, held by postgres (pid 21)
  joined (reciprocal; rule 3) with tcp 10.0.0.1:40001 -> 10.0.0.2:5432 ESTABLISHED on web, \
held by nginx (pid 11)
  this is the server: this end's port has a listener (rule 11)

tcp 10.0.0.1:40001 -> 10.0.0.2:5432 ESTABLISHED
  on web, held by nginx (pid 11)
  joined (reciprocal; rule 3) with tcp 10.0.0.2:5432 -> 10.0.0.1:40001 ESTABLISHED on db, \
held by postgres (pid 21)
  this is the client: the other end's port has a listener (rule 11)
"""


def test_the_text_is_the_same_whatever_the_order(group: Path) -> None:
    for files in permutations(("web.json", "db.json")):
        done = run(*files, "--socket", "10.0.0.1:40001", cwd=group)
        assert (done.returncode, done.stdout) == (0, EXPLAINED)
        assert done.stderr == "netviz explain: 2 sockets: 2 joined\n"


def test_a_process(group: Path) -> None:
    done = run("web.json", "db.json", "--process", "nginx", cwd=group)
    assert done.returncode == 0
    assert done.stdout.count("held by nginx") == 3
    assert done.stderr == "netviz explain: 3 sockets: 2 joined, 1 listening\n"


def test_without_the_other_machine_it_says_what_is_missing(group: Path) -> None:
    done = run("web.json", "--socket", "*:5432", cwd=group)
    assert done.returncode == 0
    assert "no machine of the group has 10.0.0.2" in done.stdout
    assert done.stderr == "netviz explain: 2 sockets: 2 external\n"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            ["--socket", "10.0.0.2:81"],
            "no socket has 10.0.0.2:81 at either end\n  sockets of 10.0.0.2 have port 5432\n",
        ),
        (["--socket", "*:81"], "no socket has *:81 at either end\n"),
        (
            ["--process", "ngnix"],
            "no process is called 'ngnix'\n  processes that hold sockets: nginx, postgres\n",
        ),
    ],
)
def test_nothing_matches(group: Path, asked: list[str], said: str) -> None:
    done = run("web.json", "db.json", *asked, cwd=group)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"netviz explain: {said}"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["web.json"],
        ["--socket", "*:80"],
        ["web.json", "--socket", "80"],
        ["web.json", "--socket", "web:80"],
        ["web.json", "--socket", "*:80", "--process", "nginx"],
        ["--name", "web.json", "--process", "nginx"],
    ],
)
def test_a_wrong_use_ends_with_2(group: Path, arguments: list[str]) -> None:
    done = run(*arguments, cwd=group)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage: netviz explain" in done.stderr


def test_a_bad_file_stops_it_and_can_be_left_out(group: Path) -> None:
    (group / "bad.json").write_text("{")
    arguments = ["web.json", "db.json", "bad.json", "--socket", "10.0.0.1:40001"]
    done = run(*arguments, cwd=group)
    assert (done.returncode, done.stdout) == (1, "")
    assert "bad.json" in done.stderr
    assert len(done.stderr.splitlines()) <= 2
    done = run(*arguments, "--keep-going", cwd=group)
    assert (done.returncode, done.stdout) == (0, EXPLAINED)
    assert "left out: bad.json" in done.stderr
    assert run("bad.json", "--keep-going", "--process", "x", cwd=group).returncode == 1


def test_a_name_for_a_file(group: Path) -> None:
    done = run("web.json", "--name", "database=db.json", "--socket", "*:40001", cwd=group)
    assert "  on database, held by postgres (pid 21)\n" in done.stdout


@pytest.mark.parametrize("name", ["\x1b]0;owned\x07", "a\nb", "\u202egnp", "\x9b31m"])
def test_no_name_can_steer_the_terminal(tmp_path: Path, name: str) -> None:
    held = document(
        name,
        "10.0.0.1",
        [process(1, name, 0, 100)],
        [line("00000000:0050", "00000000:0000", 0x0A, 100)],
    )
    held["problems"] = [{"what": name, "error": name, "count": 1, "example": name}]
    held["netns"].append(
        {"id": 5, "name": name, "tables": {"tcp": WEB["netns"][0]["tables"]["tcp"]}}
    )
    (tmp_path / "w.json").write_text(json.dumps(held))
    assert next(iter(load(str(tmp_path / "w.json")))).host.name == name
    for asked in (["--socket", "*:80"], ["--process", name], ["--process", "other"]):
        done = run("w.json", *asked, cwd=tmp_path)
        assert "Traceback" not in done.stderr
        for text in (done.stdout, done.stderr):
            assert all(character.isprintable() or character == "\n" for character in text)
        if asked[1] == "*:80":
            assert done.stdout.count("\n") == 13


def test_a_closed_pipe_is_quiet(group: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "web.json", "db.json", "--process", "nginx"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=group,
        env={"PYTHONPATH": str(ROOT)},
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
