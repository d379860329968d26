"""The folders and files that packaging depends on are as they have to be."""

from __future__ import annotations

import ast
import importlib
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from packer import ROOT
from sources import pyproject

import netviz

SUFFIXES = {".py", ".pyx", ".pxd", ".pxi", ".md", ".json", ".txt", ".svg", ".dot"}

SCRIPTS: dict[str, str] = pyproject()["project"]["scripts"]


def test_the_folder_of_our_scripts_is_no_package() -> None:
    """As a package it would hide PyPA's build from ``python -m build``."""
    assert (ROOT / "build" / "make_capture_pyz.py").is_file()
    assert not (ROOT / "build" / "__init__.py").exists()


def test_setuptools_builds_elsewhere() -> None:
    assert '"build_base": ".build"' in (ROOT / "setup.py").read_text()


def test_no_ignore_file_hides_a_source() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout")
    hidden = [
        path.relative_to(ROOT).as_posix()
        for folder in ("build", "capture_zipapp", "docs", "examples", "netviz", ".ci", "tests")
        for path in (ROOT / folder).rglob("*.*")
        if path.suffix in SUFFIXES and ".mypy_cache" not in path.parts
    ]
    assert "build/run_tests.py" in hidden
    ignored = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "check-ignore", "--no-index", "--stdin"],
        check=False,
        cwd=ROOT,
        input="\n".join(hidden),
        capture_output=True,
        text=True,
    )
    assert ignored.stderr == ""
    assert ignored.stdout == ""


def test_every_package_folder_is_listed() -> None:
    found = {
        path.parent.relative_to(ROOT).as_posix().replace("/", ".")
        for path in (ROOT / "netviz").rglob("*.py")
    }
    assert set(pyproject()["tool"]["setuptools"]["packages"]) == found
    assert all((ROOT / name.replace(".", "/") / "__init__.py").is_file() for name in found)


def test_the_three_commands_are_there() -> None:
    assert set(SCRIPTS) == {"netviz", "netviz-capture", "netviz-stitch"}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_command_is_a_function(name: str) -> None:
    module, function = SCRIPTS[name].split(":")
    assert callable(getattr(importlib.import_module(module), function))


def test_the_version_is_one_literal() -> None:
    tree = ast.parse((ROOT / "netviz" / "_version.py").read_text())
    values = [node.value for node in tree.body if isinstance(node, ast.Assign)]
    assert [value.value for value in values if isinstance(value, ast.Constant)] == [
        netviz.__version__
    ]
    others = [
        path.relative_to(ROOT).as_posix()
        for path in [*(ROOT / "netviz").rglob("*.py"), ROOT / "setup.py", ROOT / "pyproject.toml"]
        if f'"{netviz.__version__}"' in path.read_text()
    ]
    assert others == ["netviz/_version.py"]


def test_the_changelog_tells_of_this_version() -> None:
    assert f"\n## {netviz.__version__} " in (ROOT / "CHANGELOG.md").read_text()


def test_the_typing_marker_is_there() -> None:
    assert Path(netviz.__file__).with_name("py.typed").is_file()


def test_dependencies_are_told_of_in_the_decisions() -> None:
    decisions = (ROOT / "docs" / "decisions.md").read_text().lower()
    project = pyproject()
    named = [
        *project["project"]["dependencies"],
        *(name for extra in project["project"]["optional-dependencies"].values() for name in extra),
        *project["build-system"]["requires"],
    ]
    names = {requirement.split(">")[0].split("~")[0].split("=")[0] for requirement in named}
    assert {"orjson", "graphviz", "cython", "cibuildwheel"} <= names
    assert [name for name in sorted(names) if f"**{name}**" not in decisions] == []


def test_no_two_modules_of_the_tests_have_one_name() -> None:
    """Their folders are no packages, so the one that is imported first would hide the other."""
    counted = Counter(path.name for path in (ROOT / "tests").rglob("*.py"))
    assert counted.pop("conftest.py") > 1
    assert [name for name, count in counted.items() if count > 1] == []
