"""The compiled modules read and write within bounds: a short run under gcc's sanitizers."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from needs import unavailable

RUN_SANITIZED = Path(__file__).with_name("run_sanitized.py")


def test_the_sanitizers_find_nothing() -> None:
    if shutil.which("gcc") is None:
        unavailable("there is no gcc")
    if not Path(sysconfig.get_paths()["include"], "Python.h").is_file():
        unavailable("there are no headers of this Python")
    library = subprocess.run(
        ("gcc", "-print-file-name=libasan.so"), check=True, capture_output=True, text=True
    )
    if not Path(library.stdout.strip()).is_absolute():
        unavailable("gcc has no AddressSanitizer")
    ended = subprocess.run(
        (sys.executable, RUN_SANITIZED, "--tables=1000"), capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.endswith("the sanitizers found nothing\n")
