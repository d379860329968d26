"""The packed capture, and copies of the sources it is packed from."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from packer import ROOT, load_packer
from unprivileged import public_folder


@pytest.fixture(scope="session")
def packer() -> ModuleType:
    return load_packer()


@pytest.fixture(scope="session")
def archive(packer: ModuleType) -> bytes:
    """netviz-capture.pyz of this checkout."""
    made: bytes = packer.make_archive(ROOT)
    return made


@pytest.fixture
def pyz(archive: bytes) -> Iterator[Path]:
    """netviz-capture.pyz of this checkout, as a file in a folder that every user may enter."""
    with public_folder() as folder:
        target = folder / "netviz-capture.pyz"
        target.write_bytes(archive)
        target.chmod(0o755)
        yield target


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the packing needs, to be changed at will."""
    copy = tmp_path / "checkout"
    for folder in ("build", "capture_zipapp", "netviz/capture"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("netviz/__init__.py", "netviz/_version.py"):
        shutil.copy(ROOT / name, copy / name)
    return copy
