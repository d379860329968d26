"""What drawing tests share."""

from __future__ import annotations

import os

import pytest
from svg_reading import dot_is_missing


@pytest.fixture(scope="session")
def dot_program() -> None:
    """For tests that read pictures back: skipped without Graphviz, failed where NETVIZ_CI=1."""
    if dot_is_missing():
        if os.environ.get("NETVIZ_CI") == "1":
            pytest.fail("Graphviz' dot is not installed (NETVIZ_CI=1)")
        pytest.skip("Graphviz' dot is not installed")
