"""Wheels as people get them: built, repaired, installed where there is no compiler, and tested."""

from __future__ import annotations

import importlib.util
import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from needs import required_python, unavailable
from packer import ROOT
from sources import copy_checkout, pyproject

OTHER_PYTHON = "3.13"
"""The wheel is also built for this one, beside the one that runs the tests."""

LOCATE = (
    "import netviz; from netviz import loops, parse;"
    "print(netviz.__file__, parse.IMPLEMENTATION, loops.IMPLEMENTATION)"
)
STITCH = "import sys; from netviz.cli.stitch import main; sys.exit(main())"
NOT_OURS = ("PYTHONPATH", "PYTHONHOME", "NETVIZ_PURE", "NETVIZ_NO_EXTENSIONS", "CC")


def tool(name: str) -> list[str]:
    """The command of a packaging tool; the test is skipped, or fails in CI, without it."""
    if importlib.util.find_spec(name) is None:
        unavailable(f"{name} is not installed (the extra wheels)")
    return [sys.executable, "-m", name]


def environment(path: str | None = None, **variables: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    if path is None:  # the tools that are installed beside this Python first
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**kept, "PATH": path, **variables}


def succeed(
    command: list[str], cwd: Path, path: str | None = None, **variables: str
) -> subprocess.CompletedProcess[bytes]:
    """Run a command that has to work; what it wrote is shown if it does not."""
    ended = subprocess.run(
        command, check=False, cwd=cwd, env=environment(path, **variables), capture_output=True
    )
    assert ended.returncode == 0, (ended.stdout + ended.stderr).decode("utf-8", "replace")[-6000:]
    return ended


def venv(folder: Path, python: str) -> Path:
    """The Python of a new, empty virtual environment."""
    succeed([python, "-m", "venv", str(folder)], folder.parent)
    return folder / "bin" / "python"


def install(python: Path, *what: str, path: str | None = None) -> None:
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    succeed([*pip, *what], python.parent, path)


def only_wheel(folder: Path) -> Path:
    (wheel,) = folder.glob("*.whl")
    return wheel


@dataclass(frozen=True)
class Built:
    """A wheel for one Python, repaired, and the folder it was built from."""

    python: str
    wheel: Path


@pytest.fixture(scope="module", params=["this", OTHER_PYTHON])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    for name in ("build", "auditwheel"):
        tool(name)
    folder = tmp_path_factory.mktemp(f"wheel-{request.param}")
    checkout = copy_checkout(folder / "checkout")
    python = sys.executable if request.param == "this" else required_python(request.param)
    maker = venv(folder / "maker", python)
    install(maker, "build", *pyproject()["build-system"]["requires"])
    command = [str(maker), "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    succeed(command, checkout, NETVIZ_REQUIRE_EXTENSIONS="1")
    repaired = folder / "repaired"
    succeed(
        [*tool("auditwheel"), "repair", "--wheel-dir", str(repaired), str(only_wheel(folder))],
        folder,
    )
    return Built(python, only_wheel(repaired))


@dataclass(frozen=True)
class Installed:
    """A wheel in a virtual environment; ``path`` has that environment's programs alone."""

    python: Path
    path: str


@pytest.fixture(scope="module")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("installed")
    python = venv(folder / "venv", built.python)
    path = str(python.parent)
    install(
        python, str(built.wheel), *pyproject()["tool"]["cibuildwheel"]["test-requires"], path=path
    )
    return Installed(python, path)


def stitched(python: Path, cwd: Path, path: str | None = None, **variables: str) -> bytes:
    """The picture of the examples, in DOT."""
    examples = sorted(str(file) for file in (ROOT / "examples").glob("*.json"))
    assert examples
    return succeed([str(python), "-c", STITCH, *examples], cwd, path, **variables).stdout


@pytest.mark.parametrize("architecture", ["x86_64", "aarch64"])
def test_build_identifiers(architecture: str) -> None:
    """Every CPython from 3.10 on, with both C libraries; none that cannot have orjson."""
    command = [*tool("cibuildwheel"), "--print-build-identifiers", "--platform", "linux"]
    shown = succeed([*command, "--archs", architecture, str(ROOT)], ROOT).stdout.decode().split()
    parts = [identifier.split("-") for identifier in shown]
    pythons = {python for python, _ in parts}
    assert {"cp310", "cp311", "cp312", "cp313"} <= pythons
    assert all(python.startswith("cp3") and python[2:].isdigit() for python in pythons)
    assert min(int(python[3:]) for python in pythons) == 10
    assert {platform for _, platform in parts} == {
        f"manylinux_{architecture}",
        f"musllinux_{architecture}",
    }
    assert len(parts) == 2 * len(pythons)


def test_the_wheel_runs_on_older_systems_too(built: Built) -> None:
    assert "manylinux" in built.wheel.name
    assert f"-cp3{sys.version_info[1] if built.python == sys.executable else 13}-" in (
        built.wheel.name
    )


def test_the_index_would_take_it(built: Built) -> None:
    succeed([*tool("twine"), "check", "--strict", str(built.wheel)], built.wheel.parent)


def test_installed_without_a_compiler_it_is_compiled(installed: Installed, tmp_path: Path) -> None:
    shown = succeed([str(installed.python), "-c", LOCATE], tmp_path, installed.path).stdout
    place, parser, join = shown.decode().split()
    assert Path(place).is_relative_to(installed.python.parent.parent)
    assert (parser, join) == ("compiled", "compiled")


def test_it_gives_the_same_bytes_as_the_source_tree(installed: Installed, tmp_path: Path) -> None:
    ours = stitched(Path(sys.executable), tmp_path, PYTHONPATH=str(ROOT))
    assert stitched(installed.python, tmp_path, installed.path) == ours
    assert stitched(installed.python, tmp_path, installed.path, NETVIZ_PURE="1") == ours


def test_the_suite_passes_on_what_is_installed(installed: Installed, tmp_path: Path) -> None:
    """With the command that is run for every wheel when a release is built."""
    command = pyproject()["tool"]["cibuildwheel"]["test-command"].replace("{project}", str(ROOT))
    arguments = shlex.split(command.replace("\\\n", " "))
    assert arguments[0] == "python"
    succeed(
        [str(installed.python), *arguments[1:]],
        tmp_path,
        installed.path,
        NETVIZ_REQUIRE_EXTENSIONS="1",
        NETVIZ_CI="0",
    )


def test_a_pure_wheel_works_for_any_python(tmp_path: Path) -> None:
    checkout = copy_checkout(tmp_path / "checkout")
    command = [*tool("build"), "--wheel", "--no-isolation", "--outdir", str(tmp_path / "out")]
    succeed(command, checkout, NETVIZ_NO_EXTENSIONS="1")
    wheel = only_wheel(tmp_path / "out")
    assert wheel.name.endswith("-py3-none-any.whl")
    python = venv(tmp_path / "venv", sys.executable)
    install(python, str(wheel), path=str(python.parent))
    shown = succeed([str(python), "-c", LOCATE], tmp_path, str(python.parent)).stdout.decode()
    assert shown.split()[1:] == ["pure", "pure"]
    ours = stitched(Path(sys.executable), tmp_path, PYTHONPATH=str(ROOT))
    assert stitched(python, tmp_path, str(python.parent)) == ours
