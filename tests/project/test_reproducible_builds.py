"""The source archive is the same bytes wherever it is made, and so is a pure wheel."""

from __future__ import annotations

import os
import shutil
import tarfile
from pathlib import Path

import pytest
from needs import unavailable
from sources import copy_checkout
from test_wheel import build, only_file

YEAR_1980 = "315532800"


@pytest.fixture(scope="module")
def checkouts(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two copies: in another folder, of another time, with other permissions."""
    first = copy_checkout(tmp_path_factory.mktemp("first") / "netviz")
    second = copy_checkout(tmp_path_factory.mktemp("second") / "a" / "netviz")
    for path in second.rglob("*"):
        if not path.is_symlink():
            os.utime(path, (1_000_000_000, 1_000_000_000))
            path.chmod(0o700 if path.is_dir() or os.access(path, os.X_OK) else 0o600)
    (second / "LICENSE").chmod(0o644)  # setuptools copies it into a wheel with its permissions
    return [first, second]


def made(what: str, checkouts: list[Path], folder: Path, **variables: str) -> list[Path]:
    files = []
    for number, checkout in enumerate(checkouts):
        target = folder / str(number)
        target.mkdir(parents=True)
        ended = build(what, checkout, target, **variables)
        assert ended.returncode == 0, ended.stderr
        files.append(only_file(target))
    return files


def test_the_source_archive(checkouts: list[Path], tmp_path: Path) -> None:
    first, second = made("sdist", checkouts, tmp_path)
    assert first.name == second.name
    assert first.read_bytes() == second.read_bytes()
    with tarfile.open(first) as archive:
        members = archive.getmembers()
    names = [member.name.partition("/")[2] for member in members]
    assert {"PKG-INFO", "setup.py", "netviz/stitch.py", "build/make_capture_pyz.py"} <= set(names)
    assert names == sorted(names, key=lambda name: Path(name).parts)
    assert {(m.mtime, m.uid, m.gid, m.uname, m.gname) for m in members} == {(0, 0, 0, "", "")}
    assert {member.mode for member in members} <= {0o644, 0o755}


def test_the_pure_wheel(checkouts: list[Path], tmp_path: Path) -> None:
    first, second = made(
        "wheel",
        checkouts,
        tmp_path,
        NETVIZ_NO_EXTENSIONS="1",
        SOURCE_DATE_EPOCH=YEAR_1980,
    )
    assert first.name == second.name
    assert first.read_bytes() == second.read_bytes()


def test_the_compiled_wheel(checkouts: list[Path], tmp_path: Path) -> None:
    """With the same compiler, told not to write down where the sources were."""
    if shutil.which("gcc") is None:
        unavailable("there is no gcc")
    wheels = []
    for number, checkout in enumerate(checkouts):
        target = tmp_path / str(number)
        ended = build(
            "wheel",
            checkout,
            target,
            CFLAGS=f"-O0 -ffile-prefix-map={checkout}=.",  # -O0: it is quicker, and no other case
            NETVIZ_REQUIRE_EXTENSIONS="1",
            SOURCE_DATE_EPOCH=YEAR_1980,
        )
        assert ended.returncode == 0, ended.stderr
        wheels.append(only_file(target))
    assert "none-any" not in wheels[0].name
    assert wheels[0].read_bytes() == wheels[1].read_bytes()
