"""Fixtures of the laboratory: it is built where it can be, else the tests say why they are skipped.

With ``NETVIZ_CI=1`` in the environment not being able to build it is a failure.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from captured import Captured, capture_datacentre
from machines import Lab, why_not
from needs import unavailable
from stitching import IMPLEMENTATIONS, ROOT, has


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
        [sys.executable, str(ROOT / "build" / "make_capture_pyz.py"), "-o", str(target)],
        check=True,
        timeout=60,
    )
    return target


@pytest.fixture(scope="session")
def captured(
    laboratory_possible: None, pyz: Path, tmp_path_factory: pytest.TempPathFactory
) -> Captured:
    """The datacentre of real daemons, captured."""
    return capture_datacentre(pyz, tmp_path_factory.mktemp("datacentre"))


@pytest.fixture(params=IMPLEMENTATIONS)
def implementation(request: pytest.FixtureRequest) -> str:
    """Each implementation of the parser and the join loops that there is."""
    name = str(request.param)
    if name != "pure" and not has(name):
        pytest.skip(f"the {name} parser has not been built")
    return name
