"""Numbers in the text of a table. The compiled twin is ``digits.pxi``."""

from __future__ import annotations


def decimal(digits: bytes, limit: int) -> int | None:
    """The number, or None above ``limit`` (an unsigned 32 or 64-bit maximum)."""
    significant = digits.lstrip(b"0")
    if len(significant) > 20:  # int() itself has a limit on digits
        return None
    value = int(significant or b"0")
    return value if value <= limit else None
