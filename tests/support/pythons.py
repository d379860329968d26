"""The Pythons of this machine that a test can run something with."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from pathlib import Path

CAPTURE_VERSIONS = ("3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13")
"""The versions that the capture runs on."""

REQUIRED_VERSIONS = ("3.6", "3.13")
"""Those that have to be there where NETVIZ_CI=1."""


@functools.cache
def find_python(version: str) -> str | None:
    """The interpreter of ``version`` (``3.6``): among the versions of pyenv, or on PATH."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates = [str(path) for path in sorted(root.glob(f"versions/{version}.*/bin/python"))]
    on_path = shutil.which(f"python{version}")
    if on_path is not None:
        candidates.append(on_path)
    for candidate in candidates:
        # What is on PATH may be a version manager's stand-in for a version that is not there.
        ended = subprocess.run([candidate, "-c", ""], check=False, capture_output=True)
        if ended.returncode == 0:
            return candidate
    return None


def found_pythons(versions: tuple[str, ...] = CAPTURE_VERSIONS) -> dict[str, str]:
    """The interpreters that are there, by version."""
    found = {version: find_python(version) for version in versions}
    return {version: python for version, python in found.items() if python is not None}
