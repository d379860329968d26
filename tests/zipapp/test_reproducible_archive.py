"""netviz-capture.pyz is the same bytes whoever packs it, and holds the sources as they are."""

from __future__ import annotations

import io
import os
import shutil
import stat
import subprocess
import zipfile
from pathlib import Path

import pytest
from needs import optional_python, required_python
from packer import ROOT
from pythons import CAPTURE_VERSIONS, REQUIRED_VERSIONS


def packed_by(python: str, checkout: Path, target: Path, umask: int = 0o022) -> bytes:
    """Run the script of ``checkout`` and return what it wrote."""
    subprocess.run(
        [python, "build/make_capture_pyz.py", "-o", str(target)],
        cwd=checkout,
        check=True,
        capture_output=True,
        umask=umask,
    )
    return target.read_bytes()


@pytest.mark.parametrize("version", CAPTURE_VERSIONS)
def test_every_python_packs_the_same_bytes(version: str, archive: bytes, tmp_path: Path) -> None:
    find = required_python if version in REQUIRED_VERSIONS else optional_python
    assert packed_by(find(version), ROOT, tmp_path / "netviz-capture.pyz") == archive


def test_folder_time_umask_and_modes_change_nothing(
    archive: bytes, checkout: Path, tmp_path: Path
) -> None:
    moved = tmp_path / "elsewhere, with a space"
    shutil.move(checkout, moved)
    for path in moved.rglob("*.py"):
        path.chmod(0o600)
        os.utime(path, (86400, 86400))
    target = tmp_path / "netviz-capture.pyz"
    assert packed_by(required_python(REQUIRED_VERSIONS[0]), moved, target, umask=0o077) == archive


def test_bytecode_and_leftovers_of_editors_stay_out(
    archive: bytes, checkout: Path, tmp_path: Path
) -> None:
    capture = checkout / "netviz" / "capture"
    (capture / "__pycache__").mkdir()
    (capture / "__pycache__" / "cli.cpython-311.pyc").write_bytes(b"")
    (capture / ".#cli.py").write_text("!")
    (capture / "cli.py~").write_text("!")
    python = required_python(REQUIRED_VERSIONS[-1])
    assert packed_by(python, checkout, tmp_path / "netviz-capture.pyz") == archive


def test_it_holds_the_capture_and_nothing_else_byte_for_byte(archive: bytes) -> None:
    expected = {"__main__.py": ROOT / "capture_zipapp" / "__main__.py"}
    for path in [ROOT / "netviz/__init__.py", ROOT / "netviz/_version.py"]:
        expected[f"netviz/{path.name}"] = path
    for path in (ROOT / "netviz" / "capture").glob("*.py"):
        expected[f"netviz/capture/{path.name}"] = path
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.namelist() == sorted(expected)
        for name, path in expected.items():
            assert opened.read(name) == path.read_bytes(), name


def test_entries_are_stored_with_fixed_times_and_modes(archive: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for entry in opened.infolist():
            assert entry.compress_type == zipfile.ZIP_STORED
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
            assert entry.create_system == 3
            assert entry.external_attr >> 16 == stat.S_IFREG | 0o644


def test_it_starts_as_a_program_and_is_small(archive: bytes) -> None:
    assert archive.startswith(b"#!/usr/bin/env python3\nPK")
    assert len(archive) <= 120_000


def test_the_file_is_executable_whatever_the_umask(tmp_path: Path) -> None:
    target = tmp_path / "new folder" / "netviz-capture.pyz"
    packed_by(required_python(REQUIRED_VERSIONS[-1]), ROOT, target, umask=0o077)
    assert stat.S_IMODE(target.stat().st_mode) == 0o755
    assert [entry.name for entry in target.parent.iterdir()] == ["netviz-capture.pyz"]
