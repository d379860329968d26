"""The wheel and the source archive carry what they have to, with and without a compiler."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from needs import unavailable
from packer import ROOT, load_packer
from sources import copy_checkout

PYZ = "netviz/netviz-capture.pyz"

BUILD = """\
import sys
from setuptools import build_meta
getattr(build_meta, sys.argv[1])(sys.argv[2])
"""


def build(
    what: str, checkout: Path, target: Path, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Build as pip does, with the setuptools that is installed and without a network."""
    try:
        if int(version("setuptools").split(".")[0]) < 77:
            unavailable("setuptools is older than 77")
        version("cython")
    except PackageNotFoundError as error:
        unavailable(f"{error.name} is not installed")
    flags = ("NETVIZ_NO_EXTENSIONS", "NETVIZ_REQUIRE_EXTENSIONS", "CC", "PYTHONPATH")
    kept = {name: value for name, value in os.environ.items() if name not in flags}
    target.mkdir(exist_ok=True)
    return subprocess.run(
        [
            *(sys.executable, "-c", BUILD, f"build_{what}", str(target)),
        ],
        check=False,
        cwd=checkout,
        env={**kept, **variables},
        capture_output=True,
        text=True,
    )


def only_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def names(wheel: Path) -> set[str]:
    """The files of the package in a wheel."""
    with zipfile.ZipFile(wheel) as opened:
        return {name for name in opened.namelist() if ".dist-info/" not in name}


def module_files() -> set[str]:
    """The modules, and what the HTML page is made of."""
    package = ROOT / "netviz"
    files = [*package.rglob("*.py"), *package.glob("render/page/*")]
    return {path.relative_to(ROOT).as_posix() for path in files}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with the folders that a wheel must not hold."""
    copy = copy_checkout(tmp_path_factory.mktemp("sources") / "netviz")
    assert (copy / "tests").is_dir()
    return copy


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A checkout in which nothing was built."""
    return copy_checkout(tmp_path / "fresh")


@pytest.fixture(scope="module")
def pure_wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("pure")
    ended = build("wheel", checkout, target, NETVIZ_NO_EXTENSIONS="1")
    assert ended.returncode == 0, ended.stderr
    return only_file(target)


def test_a_pure_wheel_holds_the_package_the_capture_and_nothing_else(pure_wheel: Path) -> None:
    assert pure_wheel.name.endswith("-py3-none-any.whl")
    assert names(pure_wheel) == module_files() | {"netviz/py.typed", PYZ}


def test_the_wheel_carries_the_capture_as_the_script_packs_it(pure_wheel: Path) -> None:
    with zipfile.ZipFile(pure_wheel) as opened:
        assert opened.read(PYZ) == load_packer().make_archive(ROOT)


def test_the_wheel_knows_its_licence_and_commands(pure_wheel: Path) -> None:
    with zipfile.ZipFile(pure_wheel) as opened:
        (metadata,) = [name for name in opened.namelist() if name.endswith("/METADATA")]
        folder = metadata.rsplit("/", 1)[0]
        assert f"{folder}/licenses/LICENSE" in opened.namelist()
        fields = opened.read(metadata).decode().splitlines()
        commands = opened.read(f"{folder}/entry_points.txt").decode()
    assert "Name: netviz-flows" in fields
    assert "License-Expression: MIT" in fields
    assert "Requires-Python: >=3.10" in fields
    assert commands.count("netviz") > 3


def test_an_installed_wheel_hands_out_its_capture(pure_wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(pure_wheel) as opened:
        opened.extractall(tmp_path / "site")
    target = tmp_path / "out.pyz"
    ended = subprocess.run(
        [sys.executable, "-m", "netviz.cli.main", "capture", "--write-pyz", str(target)],
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    assert target.read_bytes() == (tmp_path / "site" / PYZ).read_bytes()


def test_building_writes_nothing_among_our_scripts(pure_wheel: Path, checkout: Path) -> None:
    built = {path.name for path in (checkout / "build").iterdir()} - {"__pycache__"}
    assert built == {path.name for path in (ROOT / "build").iterdir()} - {"__pycache__"}
    assert (checkout / ".build").is_dir()


def test_with_a_compiler_the_compiled_modules_are_in_it(fresh: Path, tmp_path: Path) -> None:
    ended = build("wheel", fresh, tmp_path / "out", NETVIZ_REQUIRE_EXTENSIONS="1")
    if ended.returncode and os.environ.get("NETVIZ_CI") != "1":
        unavailable(f"nothing can be compiled here: {ended.stderr.strip().splitlines()[-1]}")
    assert ended.returncode == 0, ended.stderr
    sources = {path.stem for path in (ROOT / "netviz").rglob("*.pyx")}
    compiled = {Path(name) for name in names(only_file(tmp_path / "out")) if name.endswith(".so")}
    assert {path.name.split(".")[0] for path in compiled} == sources
    assert sources


def test_without_a_compiler_there_is_a_working_wheel_and_a_line_for_each_module(
    fresh: Path, tmp_path: Path
) -> None:
    ended = build("wheel", fresh, tmp_path / "out", PATH=str(tmp_path))
    assert ended.returncode == 0, ended.stderr
    lines = [line for line in ended.stderr.splitlines() if line.startswith("netviz: ")]
    sources = (path.relative_to(ROOT) for path in (ROOT / "netviz").rglob("*.pyx"))
    compiled = [".".join(path.with_suffix("").parts) for path in sources]
    assert sorted(line.split()[1] for line in lines) == sorted(compiled)
    assert all("is left out, its pure-Python twin will run: " in line for line in lines)
    found = names(only_file(tmp_path / "out"))
    assert not [name for name in found if name.endswith(".so")]
    assert found >= module_files() | {PYZ}


def test_without_a_compiler_a_required_module_is_an_error(fresh: Path, tmp_path: Path) -> None:
    ended = build(
        "wheel", fresh, tmp_path / "out", PATH=str(tmp_path), NETVIZ_REQUIRE_EXTENSIONS="1"
    )
    assert ended.returncode != 0
    assert "netviz: netviz._fast" in ended.stderr
    assert "could not be compiled: " in ended.stderr
    assert list((tmp_path / "out").iterdir()) == []


def test_the_wheel_can_be_built_again_from_the_source_archive(
    checkout: Path, pure_wheel: Path, tmp_path: Path
) -> None:
    ended = build("sdist", checkout, tmp_path / "sdist")
    assert ended.returncode == 0, ended.stderr
    with tarfile.open(only_file(tmp_path / "sdist")) as opened:
        members = {name.partition("/")[2] for name in opened.getnames()}
    shutil.unpack_archive(only_file(tmp_path / "sdist"), tmp_path / "unpacked")
    compiled = [path for end in ("pxd", "pxi", "pyx") for path in ROOT.glob(f"netviz/**/*.{end}")]
    assert len(compiled) > 3
    assert members >= {path.relative_to(ROOT).as_posix() for path in compiled}
    ended = build(
        *("wheel", only_file(tmp_path / "unpacked"), tmp_path / "wheel"), NETVIZ_NO_EXTENSIONS="1"
    )
    assert ended.returncode == 0, ended.stderr
    again = only_file(tmp_path / "wheel")
    with zipfile.ZipFile(again) as made, zipfile.ZipFile(pure_wheel) as expected:
        assert names(again) == names(pure_wheel)
        assert all(made.read(name) == expected.read(name) for name in names(again))
