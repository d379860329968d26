"""Fixtures of the laboratory: it is built where it can be, else the tests say why they are skipped.

With ``NETVIZ_CI=1`` in the environment not being able to build it is a failure.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from machines import Lab, why_not

ROOT = Path(__file__).resolve().parents[2]


def unavailable(reason: str) -> None:
    """Skip the test, or fail it where everything must be there."""
    if os.environ.get("NETVIZ_CI") == "1":
        pytest.fail(f"{reason} (NETVIZ_CI=1)")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def laboratory_possible() -> None:
    """Requested by what builds a laboratory."""
    reason = why_not()
    if reason:
        unavailable(reason)


@pytest.fixture
def lab(laboratory_possible: None) -> Iterator[Lab]:
    """An empty laboratory."""
    with Lab() as lab:
        yield lab


@pytest.fixture(scope="session")
def pyz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The capture, built from this checkout into a folder of its own."""
    target = tmp_path_factory.mktemp("dist") / "netviz-capture.pyz"
    subprocess.run(
        [sys.executable, str(ROOT / "build" / "make_capture_pyz.py"), str(target)],
        check=True,
        timeout=60,
    )
    return target
