"""Columns of numbers of others. The compiled twin is ``columns.pxi``."""

from __future__ import annotations

from array import array


def distinct(left: array[int], right: array[int]) -> tuple[array[int], array[int], array[int]]:
    """The different pairs of two columns: (left, right, number of its pair for each entry).

    -1 becomes the greatest number of 32 bits.
    """
    numbers: dict[tuple[int, int], int] = {}
    of = array(
        "I", [numbers.setdefault(pair, len(numbers)) for pair in zip(left, right, strict=True)]
    )
    lefts, rights = (array("I", [pair[side] & 0xFFFFFFFF for pair in numbers]) for side in (0, 1))
    return lefts, rights, of


def take(values: array[int], numbers: array[int]) -> array[int]:
    """``values[n]`` for each n of ``numbers``."""
    return array(values.typecode, [values[n] for n in numbers])


def mark(numbers: array[int], flags: bytearray, of: array[int] | None = None) -> None:
    """Set to 1 the flag n, or ``of[n]``, for each n of ``numbers``."""
    for number in numbers:
        flags[number if of is None else of[number]] = 1
