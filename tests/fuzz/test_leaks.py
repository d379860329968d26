"""The compiled modules give all memory back, with good input and with bad."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest
from needs import unavailable
from unmeasured import unmeasured

ROUNDS = 1000
PER_ROUND = 50
"""Bytes: less than the least that malloc(3) hands out for anything of theirs."""


def test_nothing_is_left_of_what_was_done(tmp_path: Path) -> None:
    if not hasattr(ctypes.CDLL(None), "mallinfo2"):
        unavailable("this C library does not tell what is in use (glibc 2.33)")
    pytest.importorskip("netviz.loops._fastjoin")
    script = Path(__file__).with_name("leak_rounds.py")
    ended = subprocess.run(
        [sys.executable, str(script), f"--rounds={ROUNDS}", str(tmp_path)],
        env={**unmeasured(), "PYTHONMALLOC": "malloc", "PYTHONHASHSEED": "0", "NETVIZ_PURE": "0"},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    growths = list(map(int, ended.stdout.split()))
    assert len(growths) == 2
    assert min(growths) < PER_ROUND * ROUNDS / 2, growths
