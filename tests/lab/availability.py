"""What a test does where something it needs is missing."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def unavailable(reason: str) -> NoReturn:
    """Skip the test with the reason; with ``NETVIZ_CI=1``, where all must be there, fail it."""
    if os.environ.get("NETVIZ_CI") == "1":
        pytest.fail(f"{reason} (NETVIZ_CI=1)")
    pytest.skip(reason)
