"""The README's two commands on a fresh clone, and on systems that lack something."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import xml.etree.ElementTree
from pathlib import Path

import pytest
from needs import optional_python, required_python
from packer import ROOT
from sources import copy_checkout

SCRIPTS = ("build/quickstart.py", "build/run_tests.py")


def run(
    checkout: Path, *command: str, python: str = sys.executable, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a script of ``checkout``, its home an empty folder unless ``variables`` say otherwise."""
    home = checkout.parent / "home"
    home.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NETVIZ_")}
    return subprocess.run(
        [python, *command],
        check=False,
        cwd=checkout,
        env={**kept, "HOME": str(home), **variables},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_checkout(tmp_path_factory.mktemp("clone") / "netviz, a clone")


@pytest.fixture(scope="module")
def quickstart(checkout: Path) -> subprocess.CompletedProcess[str]:
    """The first command, run once. Without compiled modules, which only take time here.

    The variables that would send what pip installs elsewhere are there, as some systems have them.
    """
    ended = run(
        *(checkout, "build/quickstart.py"),
        NETVIZ_NO_EXTENSIONS="1",
        PIP_USER="1",
        PIP_TARGET=str(checkout.parent / "elsewhere"),
        PYTHONPATH=str(checkout.parent / "nowhere"),
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended


def test_the_first_command_draws_this_machine_and_the_examples(
    quickstart: subprocess.CompletedProcess[str], checkout: Path
) -> None:
    snapshot = json.loads((checkout / "dist" / "this-machine.json").read_text())
    assert snapshot["host"]["name"] == socket.gethostname()
    picture = (checkout / "flows.dot").read_text()
    examples = [json.loads(path.read_text()) for path in (ROOT / "examples").glob("*.json")]
    assert len(examples) > 1
    for machine in [snapshot, *examples]:
        assert machine["host"]["name"] in picture
    assert f"netviz: written: {checkout}/flows.dot\n" in quickstart.stdout


def test_the_first_command_leaves_a_picture_where_graphviz_is(
    quickstart: subprocess.CompletedProcess[str], checkout: Path
) -> None:
    if shutil.which("dot") is None:
        assert "Graphviz is not installed" in quickstart.stdout
        assert not (checkout / "flows.svg").exists()
    else:
        root = xml.etree.ElementTree.parse(checkout / "flows.svg").getroot()
        assert root.tag.endswith("}svg")
        assert f"netviz: written: {checkout}/flows.svg\n" in quickstart.stdout


def test_the_first_command_packs_the_capture(
    quickstart: subprocess.CompletedProcess[str], checkout: Path
) -> None:
    assert os.access(checkout / "dist" / "netviz-capture.pyz", os.X_OK)


def test_nothing_is_installed_outside_of_the_checkout(
    quickstart: subprocess.CompletedProcess[str], checkout: Path
) -> None:
    beside = {path.name for path in checkout.parent.iterdir()}
    assert beside == {checkout.name, "home"}
    assert not (checkout.parent / "home" / ".local").exists()
    assert (checkout / ".venv" / "bin" / "netviz-stitch").is_file()


def test_a_second_run_installs_nothing_again(
    quickstart: subprocess.CompletedProcess[str], checkout: Path
) -> None:
    assert "installing netviz" in quickstart.stdout
    no_index = "http://127.0.0.1:9/"
    ended = run(checkout, "build/quickstart.py", NETVIZ_NO_EXTENSIONS="1", PIP_INDEX_URL=no_index)
    assert ended.returncode == 0, ended.stderr
    assert "installing netviz" not in ended.stdout


def test_without_graphviz_there_is_the_dot_file_and_a_line(
    quickstart: subprocess.CompletedProcess[str], checkout: Path
) -> None:
    (checkout / "flows.dot").unlink()
    ended = run(checkout, "build/quickstart.py", NETVIZ_NO_EXTENSIONS="1", PATH="/nonexistent")
    assert ended.returncode == 0, ended.stderr
    assert "no flows.svg: Graphviz is not installed" in ended.stdout
    assert (checkout / "flows.dot").is_file()


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("version", ["3.6", "3.9"])
def test_an_older_python_is_told_which_one_is_needed(
    script: str, version: str, tmp_path: Path
) -> None:
    checkout = copy_checkout(tmp_path / "netviz")
    python = required_python(version) if version == "3.6" else optional_python(version)
    ended = run(checkout, script, python=python)
    assert ended.returncode == 1
    assert ended.stderr.startswith("netviz: Python 3.10 or newer is needed, and ")
    assert len(ended.stderr.splitlines()) == 1
    assert not (checkout / ".venv").exists()


def test_the_python_of_old_is_told_which_one_is_needed(tmp_path: Path) -> None:
    checkout = copy_checkout(tmp_path / "netviz")
    ended = run(checkout, "build/quickstart.py", python=required_python("2.7"))
    assert ended.returncode == 1
    assert ended.stderr.startswith("netviz: Python 3.10 or newer is needed, and ")
    assert "is 2.7; run this with a newer python3" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_an_interrupt_is_quiet_while_it_installs(tmp_path: Path) -> None:
    checkout = copy_checkout(tmp_path / "netviz")
    command = [sys.executable, "build/quickstart.py"]
    with subprocess.Popen(
        command, cwd=checkout, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert "making a virtual environment" in running.stdout.readline()
        running.send_signal(signal.SIGINT)
        _, said = running.communicate()
    assert running.returncode == 130
    assert said == ""


def test_an_interrupt_is_quiet_while_its_modules_are_imported(tmp_path: Path) -> None:
    checkout = copy_checkout(tmp_path / "netviz")
    (checkout / "build" / "environment.py").write_text(
        "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n"
    )
    ended = run(checkout, "build/quickstart.py")
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("module", ["ensurepip", "venv"])
def test_a_python_that_makes_no_environments_is_told_what_to_install(
    script: str, module: str, tmp_path: Path
) -> None:
    checkout = copy_checkout(tmp_path / "netviz")
    stand_in = tmp_path / "modules"
    stand_in.mkdir()
    (stand_in / f"{module}.py").write_text(f"raise ModuleNotFoundError('no', name={module!r})\n")
    ended = run(checkout, script, PYTHONPATH=str(stand_in))
    assert ended.returncode == 1
    assert ended.stderr == (
        f"netviz: this Python has no {module}, which makes virtual environments; "
        "on Debian and Ubuntu: apt-get install python3-venv\n"
    )
    assert not (checkout / ".venv").exists()
