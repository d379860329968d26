"""Lists of numbers as columns. The compiled twin is ``naturals.pxi``."""

from __future__ import annotations

from array import array
from typing import cast


def naturals(values: list[object]) -> array[int] | None:
    """The values as a column of 64-bit numbers; None where one of them is no such number."""
    # A list of the types and its count are the quickest that Python has; array has the bounds.
    if list(map(type, values)).count(int) != len(values):
        return None
    try:
        return array("Q", cast("list[int]", values))
    except OverflowError:
        return None
