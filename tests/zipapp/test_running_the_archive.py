"""netviz-capture.pyz on a target: on the Pythons it is for, and on those it is not for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from needs import optional_python, required_python, unavailable
from pythons import CAPTURE_VERSIONS, REQUIRED_VERSIONS
from unprivileged import run_as_nobody, why_not

from netviz import __version__

LOADED_MODULES = """
import json, runpy, sys
sys.argv = ["netviz-capture.pyz", "-o", "/dev/null"]
try:
    runpy.run_path(PYZ, run_name="__main__")
except SystemExit as ended:
    assert not ended.code, ended.code
print(json.dumps({name: getattr(module, "__file__", None) or ""
                  for name, module in sys.modules.items()}))
"""


def run(python: str, pyz: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the archive from the root folder, where nothing of the checkout can be imported."""
    return subprocess.run(
        [python, str(pyz), *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
    )


def find(version: str) -> str:
    """The interpreter of ``version``, without which the test is skipped or fails."""
    return required_python(version) if version in REQUIRED_VERSIONS else optional_python(version)


def assert_json(text: str) -> None:
    """What the shell's ``| python3 -m json.tool`` would say of it."""
    ended = subprocess.run(
        [sys.executable, "-m", "json.tool"], input=text, check=False, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("version", CAPTURE_VERSIONS)
def test_it_writes_json_on_every_python(version: str, pyz: Path) -> None:
    ended = run(find(version), pyz)
    assert ended.returncode == 0, ended.stderr
    assert_json(ended.stdout)


@pytest.mark.parametrize("version", CAPTURE_VERSIONS)
def test_it_writes_json_as_nobody_and_says_in_one_line_what_is_missing(
    version: str, pyz: Path
) -> None:
    reason = why_not()
    if reason:
        unavailable(reason)
    ended = run_as_nobody(find(version), pyz.parent, str(pyz))
    assert ended.returncode == 0, ended.stderr
    assert_json(ended.stdout)
    assert json.loads(ended.stdout)["privileges"]["euid"] != 0
    assert len(ended.stderr.splitlines()) == 1, ended.stderr


@pytest.mark.parametrize("version", REQUIRED_VERSIONS)
def test_what_it_loads_is_the_standard_library_and_itself(version: str, pyz: Path) -> None:
    python = find(version)
    ended = subprocess.run(
        [python, "-I", "-S", "-c", LOADED_MODULES.replace("PYZ", repr(str(pyz)))],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
    )
    assert ended.returncode == 0, ended.stderr
    loaded: dict[str, str] = json.loads(ended.stdout)
    ours = {name: file for name, file in loaded.items() if name.split(".")[0] == "netviz"}
    assert "netviz.capture.cli" in ours
    assert all(file.startswith(f"{pyz}/netviz/") for file in ours.values()), ours
    assert not [name for name, file in loaded.items() if "site-packages" in file]


def test_it_runs_by_its_own_name(pyz: Path) -> None:
    ended = subprocess.run(
        [str(pyz), "--version"], check=False, capture_output=True, text=True, cwd="/"
    )
    assert (ended.returncode, ended.stdout) == (0, f"netviz-capture {__version__}\n")


@pytest.mark.parametrize("version", REQUIRED_VERSIONS)
def test_it_writes_no_bytecode_beside_itself(version: str, pyz: Path) -> None:
    assert run(find(version), pyz, "-o", "/dev/null").returncode == 0
    assert [entry.name for entry in pyz.parent.iterdir()] == [pyz.name]


@pytest.mark.parametrize("version", REQUIRED_VERSIONS)
@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full"])
@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["--repeat", "2", "--every", "0.001"], 0), (["--proc", "/nonexistent"], 1), (["what"], 2)],
)
def test_where_standard_error_takes_nothing_the_status_is_the_same(
    version: str, redirection: str, arguments: list[str], status: int, pyz: Path
) -> None:
    ended = subprocess.run(
        ["sh", "-c", f'"$@" {redirection}', "sh", find(version), str(pyz), *arguments],
        check=False,
        stdout=subprocess.PIPE,
        cwd="/",
    )
    assert ended.returncode == status
    assert len(ended.stdout.splitlines()) == (2 if status == 0 else 0)


@pytest.mark.parametrize("version", ["2.7", "3.5"])
def test_an_older_python_says_in_one_line_which_one_is_needed(version: str, pyz: Path) -> None:
    ended = run(optional_python(version), pyz, "-o", "/nonexistent/snapshot.json")
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr == (
        f"netviz-capture needs Python 3.6 or newer and this is {version}: run it with python3, "
        "or see what there is with: ls /usr/bin/python3* /usr/libexec/platform-python\n"
    )


def test_an_older_python_can_read_the_first_module_at_all(pyz: Path) -> None:
    """Where there is no older Python: the words of the guard, and nothing that is newer than it."""
    code = (
        "import runpy, sys; sys.version_info = (3, 5, 9); sys.argv = ['netviz-capture.pyz'];"
        f"runpy.run_path({str(pyz)!r}, run_name='__main__')"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, cwd="/"
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("netviz-capture needs Python 3.6 or newer and this is 3.5: ")
