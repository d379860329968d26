"""Types of arguments: texts become values, or a usage error that says what was expected."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from netviz.capture.text import clean
from netviz.snapshot.limits import UNITS

if TYPE_CHECKING:
    from netviz.filters.expression import Expression
    from netviz.filters.fields import Language

MOST_SECONDS = 86400

MOST_COUNTED = 10**18
"""More than there can be of anything."""


def whole_number(text: str, most: int = MOST_COUNTED) -> int:
    """A number from 1 to ``most``."""
    if not (text.isascii() and text.isdecimal()) or len(text) > 19 or not 1 <= int(text) <= most:
        bounds = "of at least 1" if most == MOST_COUNTED else f"from 1 to {most}"
        raise argparse.ArgumentTypeError(f"{text!r} is not a number {bounds}")
    return int(text)


def typed_name(text: str) -> str:
    """A name as it was typed, which is UTF-8 also where the locale knows nothing but ASCII.

    Python makes lone surrogates of what it cannot decode, and those cannot be written.
    """
    return clean(text.encode("utf-8", "surrogateescape"))


def named_file(text: str) -> tuple[str, str]:
    """Name and file of ``NAME=FILE``."""
    name, equals, path = text.partition("=")
    if not name or not equals or not path:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=FILE")
    return typed_name(name), path


def expression(text: str, language: Language | None = None) -> Expression:
    """An expression in the fields of ``language``: of flows where there is none."""
    # Seldom asked for, and not free to import.
    from netviz.filters import ExpressionError, parse_expression
    from netviz.filters.fields import FLOW_LANGUAGE

    language = language or FLOW_LANGUAGE
    try:
        return parse_expression(typed_name(text), language)
    except ExpressionError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def size(text: str) -> int:
    """The number of bytes that ``512M`` or ``4G`` says; K, M, G and T are known."""
    unit = UNITS.get(text[-1:].upper(), 1)
    digits = text[:-1] if unit > 1 else text
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 15 or not int(digits):
        raise argparse.ArgumentTypeError(f"{text!r} is no size such as 512M or 4G")
    return int(digits) * unit


def seconds(text: str) -> float:
    """A number of seconds, a day at most."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= MOST_SECONDS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds up to {MOST_SECONDS}")
    return number
