"""What the tests of comparisons share."""

from __future__ import annotations

import shutil

import pytest
from needs import unavailable


@pytest.fixture(scope="session")
def dot_program() -> None:
    """For tests that read pictures back."""
    if shutil.which("dot") is None:
        unavailable("Graphviz' dot is not installed")
