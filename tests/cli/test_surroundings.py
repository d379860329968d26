"""Odd surroundings change nothing: locales, homes, folders, and how Python itself is started."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from needs import unavailable
from shop import DB, WEB

ROOT = Path(__file__).resolve().parents[2]
RUN = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from netviz.cli.main import main
sys.exit(main())
"""
FORMATS = ("dot", "table", "html")
VERBS = {
    **{f"stitch {name}": ["stitch", "-f", name] for name in FORMATS},
    "exposure": ["exposure"],
    "explain": ["explain", "--process", "nginx"],
}

PYTHON = {
    "-O": ["-O"],
    "-OO": ["-OO"],
    "-I": ["-I"],
    "-E -s": ["-E", "-s"],
    "-W error": ["-W", "error"],
    "-X dev": ["-X", "dev"],
    "-X dev -W error": ["-X", "dev", "-W", "error"],
    "-bb": ["-bb"],
    "-X utf8=0": ["-X", "utf8=0"],
}
VARIABLES: dict[str, dict[str, str | None]] = {
    "LC_ALL=C": {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    "LC_ALL=POSIX": {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    "latin-1": {"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"},
    "ascii": {"PYTHONIOENCODING": "ascii:strict", "PYTHONUTF8": "0"},
    "a locale that is not there": {"LC_ALL": "xx_XX.ISO-8859-15", "LANG": "xx_XX"},
    "no home": {"HOME": None},
    "a home that is not there": {"HOME": "/nonexistent", "XDG_CACHE_HOME": "/nonexistent"},
    "a home that is no folder": {"HOME": "/dev/null"},
    "no terminal": {"TERM": None},
    "a dumb terminal": {"TERM": "dumb", "COLUMNS": "0"},
    "no temporary folder": {"TMPDIR": "/nonexistent"},
    "no path": {"PATH": None},
}


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Two machines; files and names that are not ASCII."""
    folder = tmp_path_factory.mktemp("größe")
    web = copy.deepcopy(WEB)
    web["host"]["name"] = "wéb-日本"
    web["processes"][1]["comm"] = "nginx ünï \u202e"
    written = []
    for name, document in (("wéb.json", web), ("db.json", DB)):
        path = folder / name
        path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        written.append(str(path))
    return written


def run(
    verb: list[str],
    paths: list[str],
    *,
    python: list[str] | None = None,
    variables: dict[str, str | None] | None = None,
    cwd: str | Path = "/",
    under: list[str] | None = None,
) -> tuple[int, bytes, bytes]:
    usual = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    usual |= {"LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
    wanted = {**usual, **(variables or {})}
    ended = subprocess.run(
        [*(under or []), sys.executable, *(python or []), "-c", RUN, *verb, *paths],
        cwd=cwd,
        env={key: value for key, value in wanted.items() if value is not None},
        capture_output=True,
        timeout=120,
    )
    return ended.returncode, ended.stdout, ended.stderr


@pytest.fixture(scope="module", params=VERBS)
def verb(request: pytest.FixtureRequest) -> list[str]:
    return VERBS[request.param]


@pytest.fixture(scope="module")
def usual(verb: list[str], paths: list[str]) -> tuple[int, bytes, bytes]:
    if verb[-1] == "html" and shutil.which("dot") is None:
        unavailable("there is no dot")
    found = run(verb, paths)
    assert found[0] == 0, found[2].decode()
    assert len(found[1]) > 50
    return found


def test_whatever_python_is_told(
    verb: list[str], paths: list[str], usual: tuple[int, bytes, bytes]
) -> None:
    found = {name: run(verb, paths, python=options) for name, options in PYTHON.items()}
    assert {name: one for name, one in found.items() if one != usual} == {}


def test_whatever_the_environment_says(
    verb: list[str], paths: list[str], usual: tuple[int, bytes, bytes]
) -> None:
    found = {name: run(verb, paths, variables=variables) for name, variables in VARIABLES.items()}
    if verb[-1] == "html":
        del found["no path"]  # no drawings then
    if verb[-1] in ("table", "exposure"):
        found["a dumb terminal"] = usual
    told = {name: (one[0], one[1]) for name, one in found.items()}
    assert {name: one for name, one in told.items() if one != usual[:2]} == {}
    assert [one[2] for one in found.values() if b"Traceback" in one[2]] == []


def test_in_a_folder_that_is_gone(
    verb: list[str], paths: list[str], usual: tuple[int, bytes, bytes], tmp_path: Path
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    under = ["sh", "-c", f'rmdir "{gone}" && exec "$@"', "sh"]
    assert run(verb, paths, cwd=gone, under=under)[:2] == usual[:2]


def test_where_nothing_can_be_written(paths: list[str]) -> None:
    """Everything is mounted read-only for this test alone, the home too."""
    verb = VERBS["stitch dot"]
    script = 'mount -o remount,bind,ro / && ! touch "$HOME/x" 2>/dev/null && exec "$@"'
    under = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh"]
    found = run(verb, paths, under=under)
    if found[0] and b"netviz" not in found[2]:
        unavailable(f"nothing can be mounted here: {found[2].decode().strip()}")
    assert found[:2] == run(verb, paths)[:2]


def test_an_output_that_cannot_be_written_there_says_so(paths: list[str], tmp_path: Path) -> None:
    script = 'mount -o remount,bind,ro / && exec "$@"'
    under = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh"]
    status, _, said = run(["stitch", "-o", str(tmp_path / "x.dot")], paths, under=under)
    if status and b"netviz" not in said:
        unavailable(f"nothing can be mounted here: {said.decode().strip()}")
    assert status == 1
    assert "Read-only file system" in said.decode()
    assert len(said.splitlines()) == 1
