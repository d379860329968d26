"""Moments in time: as JSON has them, and as people read them."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone

_MOST_SECONDS = 1e15
"""Times beyond this are no times; below it both JSON encoders write a rounded one alike."""

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


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
        return (_EPOCH + timedelta(seconds=math.floor(moment))).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError):
        return None
