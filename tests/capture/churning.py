"""Captures of this checkout under the load of benchmarks/churn.c."""

from __future__ import annotations

import sys
from pathlib import Path

import capture_speed
import under_churn
from needs import unavailable


def captured_under_churn(folder: Path, captures: int, *options: str) -> under_churn.Churned:
    """What comes of so many captures with ``options``; skips where they cannot be taken.

    ``folder`` gets the programs.
    """
    reason = capture_speed.missing()
    if reason:
        unavailable(reason)
    load = under_churn.build(folder)
    if load is None:
        unavailable("there is no C compiler for benchmarks/churn.c")
    command = [sys.executable, str(capture_speed.pack_capture(folder)), *options]
    return under_churn.run(load, command, captures)
