"""Checks of single JSON values and of whole columns of them.

A value that is absent or null is unknown, and comes out as None. A wrong type, or a number out of
its bounds, raises Fault with the place. A bool is no number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from netviz.parse import naturals
from netviz.snapshot.faults import Fault, mismatch
from netviz.snapshot.limits import LONGEST_TEXT

U64 = 2**64 - 1

_NULL = type(None)

Where = Callable[[int], str]
"""The place of the element of that index, made only when there is a fault."""


def required(value: object, where: str) -> object:
    """``value``, unless it is absent or null."""
    if value is None:
        raise Fault("is missing", where)
    return value


def mapping(value: object, where: str) -> dict[str, Any]:
    """An object; an empty one where it is unknown."""
    if value is None:
        return {}
    if isinstance(value, dict):
        return value
    raise mismatch(where, "an object", value)


def sequence(value: object, where: str) -> list[Any]:
    """A list; an empty one where it is unknown."""
    if value is None:
        return []
    if isinstance(value, list):
        return value
    raise mismatch(where, "a list", value)


def text(value: object, where: str, most: int | None = LONGEST_TEXT) -> str | None:
    """A text of at most ``most`` characters, None for any number of them."""
    if value is not None and not isinstance(value, str):
        raise mismatch(where, "a text", value)
    if value is not None and most is not None and len(value) > most:
        raise Fault(f"is longer than {most:,} characters", where)
    return value


def boolean(value: object, where: str) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise mismatch(where, "true or false", value)


def integer(value: object, where: str, least: int = 0, most: int = U64) -> int | None:
    if value is None:
        return None
    if type(value) is int and least <= value <= most:
        return value
    raise mismatch(where, f"an integer from {least} to {most}", value)


def texts(column: Sequence[Any], where: Where, most: int = LONGEST_TEXT) -> None:
    """Every value is a text of at most ``most`` characters or unknown."""
    if (
        set(map(type, column)) <= {str, _NULL}
        and max(map(len, filter(None, column)), default=0) <= most
    ):
        return
    for index, value in enumerate(column):
        text(value, where(index), most)


def integers(column: list[Any], where: Where) -> None:
    """Every value is an integer from 0 to 2**64-1 or unknown."""
    if are_natural(column) or are_natural([value for value in column if value is not None]):
        return
    for index, value in enumerate(column):
        integer(value, where(index))


def known_integers(column: list[Any], where: Where) -> None:
    """Every value is an integer from 0 to 2**64-1."""
    if not are_natural(column):
        for index, value in enumerate(column):
            if integer(value, where(index)) is None:
                raise mismatch(where(index), f"an integer from 0 to {U64}", value)


def lists(column: Sequence[Any], where: Where) -> Sequence[list[Any]]:
    """Every value is a list, or unknown: an empty one then."""
    if set(map(type, column)) <= {list}:
        return column
    return [sequence(value, where(index)) for index, value in enumerate(column)]


def are_natural(column: list[Any]) -> bool:
    """Whether every value is an integer from 0 to 2**64-1."""
    return naturals(column) is not None


def are_pairs(column: Sequence[object]) -> bool:
    """Whether every value is a list of two."""
    return set(map(type, column)) <= {list} and set(map(len, column)) <= {2}  # type: ignore[arg-type]
