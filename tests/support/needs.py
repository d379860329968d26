"""What a test does where something it needs is missing."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest
from pythons import find_python


def unavailable(reason: str) -> NoReturn:
    """Skip the test with the reason; where NETVIZ_CI=1 and all must be there, fail it."""
    if os.environ.get("NETVIZ_CI") == "1":
        pytest.fail(f"{reason} (NETVIZ_CI=1)")
    pytest.skip(reason)


def required_python(version: str) -> str:
    """The interpreter of ``version``; the test is skipped, or fails in CI, without it."""
    python = find_python(version)
    if python is None:
        unavailable(f"there is no Python {version}")
    return python


def optional_python(version: str) -> str:
    """The interpreter of ``version``; the test is skipped without it, in CI too."""
    python = find_python(version)
    if python is None:
        pytest.skip(f"there is no Python {version}")
    return python
