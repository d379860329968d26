"""Copies of the checkout as a fresh clone would be, and what pyproject.toml says."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from packer import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MADE_HERE = shutil.ignore_patterns(
    *(".git", ".venv*", ".build", "dist", "__pycache__", "*.egg-info", ".*_cache"),
    *(".hypothesis", ".benchmarks", "*.so", "_fast*.c", "flows.dot"),
)


def copy_checkout(target: Path) -> Path:
    """Copy the checkout to ``target`` without what was built or installed in it."""
    shutil.copytree(ROOT, target, ignore=MADE_HERE, symlinks=True)
    return target


def pyproject() -> dict[str, Any]:
    """The project's own pyproject.toml."""
    read: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return read
