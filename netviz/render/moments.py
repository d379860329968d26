"""Moments in time: as JSON has them, and as people read them."""

from __future__ import annotations

import math
import time

_MOST_SECONDS = 1e15
"""Times beyond this are no times; below it both JSON encoders write a rounded one alike."""


def unix_time(moment: float | None) -> float | None:
    """Unix seconds to the millisecond; None where they are none that JSON can hold."""
    if moment is None or not math.isfinite(moment) or abs(moment) >= _MOST_SECONDS:
        return None
    return round(float(moment), 3)


def utc(moment: float | None) -> str | None:
    """``2026-11-25T14:00:05Z`` (ISO 8601); None for what is no moment."""
    if moment is None:
        return None
    try:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(math.floor(moment)))
    except (OverflowError, ValueError, OSError):
        return None
