"""``netviz-stitch`` as a person runs it: files in, one result out, messages on standard error."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from itertools import permutations
from pathlib import Path

import pytest
from shop import DB, WEB, write_group

GOLDEN = Path(__file__).parent / "golden"
COMMAND = (sys.executable, "-c", "import sys; from netviz.cli.stitch import main; sys.exit(main())")


def run(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, cwd=cwd, check=False, timeout=120
    )


@pytest.fixture
def group(tmp_path: Path) -> Path:
    write_group(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("golden", "options"),
    [
        ("service.json", ["-f", "json"]),
        ("service.dot", []),
        ("connection.dot", ["--group-by", "connection"]),
        ("host.json", ["-f", "json", "--group-by", "host"]),
    ],
)
def test_golden_whatever_the_order(group: Path, golden: str, options: list[str]) -> None:
    """To renew a golden file, look at what changed and write what the command gives."""
    kept = (GOLDEN / golden).read_text()
    for files in permutations(("web.json", "db.json")):
        done = run(*files, *options, cwd=group)
        assert done.returncode == 0, done.stderr
        assert done.stdout == kept


def test_standard_error_has_one_line(group: Path) -> None:
    done = run("web.json", "db.json", cwd=group)
    assert done.stderr == (
        "netviz-stitch: 2 machines, 7 sockets (1 external, 1 unowned),"
        " 2 flows (2 connections); nothing unreadable\n"
    )


@pytest.mark.parametrize("ending", ["dot", "json", "svg", "png", "pdf"])
def test_output_file_and_format_by_ending(group: Path, ending: str) -> None:
    done = run("web.json", "-o", f"out.{ending}", cwd=group)
    if ending in ("svg", "png", "pdf") and "install" in done.stderr:
        pytest.skip("Graphviz is not installed")
    assert (done.returncode, done.stdout) == (0, "")
    start = {"dot": b"digraph", "json": b'{"', "svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}
    assert (group / f"out.{ending}").read_bytes().startswith(start[ending])


def test_gzip_and_lines_are_read(tmp_path: Path) -> None:
    lines = "\n".join(map(json.dumps, (WEB, DB))) + "\n"
    (tmp_path / "all.json.gz").write_bytes(gzip.compress(lines.encode()))
    done = run("all.json.gz", "-f", "json", cwd=tmp_path)
    assert json.loads(done.stdout)["coverage"]["reciprocal"] == 2


def test_the_same_file_twice_is_one(group: Path) -> None:
    assert run("web.json", "web.json", cwd=group).stdout == run("web.json", cwd=group).stdout


def test_named_file(group: Path) -> None:
    done = run("-f", "json", "web.json", "--name", "database=db.json", cwd=group)
    assert [m["name"] for m in json.loads(done.stdout)["machines"]] == ["database", "web"]


@pytest.mark.parametrize("name", ["database", "=db.json", "database="])
def test_bad_name_is_a_usage_error(group: Path, name: str) -> None:
    done = run("--name", name, cwd=group)
    assert done.returncode == 2
    assert "NAME=FILE" in done.stderr


def test_no_file_is_a_usage_error() -> None:
    assert run().returncode == 2


def test_hide_unlinked_listeners(group: Path) -> None:
    whole = json.loads(run("db.json", "-f", "json", cwd=group).stdout)
    hidden = json.loads(run("db.json", "-f", "json", "--hide-unlinked-listeners", cwd=group).stdout)
    assert [n["name"] for n in whole["nodes"]] == ["postgres"]
    assert hidden["nodes"] == []


def test_a_bad_file_stops_everything(group: Path) -> None:
    (group / "bad.json").write_text("{")
    done = run("web.json", "bad.json", "-o", "out.dot", cwd=group)
    assert done.returncode == 1
    assert "bad.json" in done.stderr
    assert not (group / "out.dot").exists()


def test_keep_going_leaves_it_out(group: Path) -> None:
    (group / "bad.json").write_text("{")
    done = run("web.json", "db.json", "bad.json", "--keep-going", cwd=group)
    assert done.returncode == 0
    assert "left out: bad.json" in done.stderr
    assert done.stdout == run("web.json", "db.json", cwd=group).stdout


def test_keep_going_with_nothing_left_fails(group: Path) -> None:
    (group / "bad.json").write_text("{")
    done = run("bad.json", "--keep-going", cwd=group)
    assert (done.returncode, done.stdout) == (1, "")


def test_debug_says_which_parser_runs(group: Path) -> None:
    done = run("web.json", "--log", "debug", cwd=group)
    assert "parser: " in done.stderr
    assert "join: " in done.stderr


def test_hostile_machine_name_cannot_steer_the_terminal(tmp_path: Path) -> None:
    hostile = {**WEB, "host": {**WEB["host"], "name": "w\x1b]0;owned\x07"}}
    (tmp_path / "w.json").write_text(json.dumps(hostile))
    done = run("w.json", "--log", "info", cwd=tmp_path)
    assert "\x1b" not in done.stderr
    assert "\\x1b" in done.stderr


def test_closed_pipe_is_quiet(group: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "web.json", "db.json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=group,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        stderr = process.stderr.read().decode()
    assert "Traceback" not in stderr
    assert "Broken pipe" not in stderr


def test_full_disk_leaves_the_old_file(group: Path) -> None:
    done = run("web.json", "-o", "/dev/full", cwd=group)
    assert done.returncode == 1
    assert "/dev/full" in done.stderr
    assert "Traceback" not in done.stderr
