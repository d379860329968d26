"""The smallest parts of an expression: marks, names, and texts in quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from netviz.errors import NetvizError

_TOKENS = re.compile(
    r"""\s*(?:(?P<mark>!=|=|\(|\)|,)|(?P<quote>["'])(?P<quoted>.*?)(?P=quote)"""
    r"""|(?P<name>[^\s=!(),"'][^\s=!(),]*))""",
    re.DOTALL,
)
_WORDS = ("and", "or", "not")
_QUOTES = ('"', "'")


class ExpressionError(NetvizError):
    """An expression that cannot be understood: says where, and what was expected there."""


class Token(NamedTuple):
    """A part of an expression, which begins at ``column``, from 0.

    ``kind`` is ``mark`` (``and``, ``or`` and ``not`` are marks, too), ``name``, or ``quoted`` for
    what stood between quotes, without them.
    """

    text: str
    column: int
    kind: str


def tokens(text: str) -> Iterator[Token]:
    """The parts of an expression, in its order. Raises ExpressionError."""
    position = 0
    while text[position:].strip():
        found = _TOKENS.match(text, position)
        if found is None:
            raise ExpressionError(f"{text!r}, at {_cannot_start(text, position)}")
        if found["quote"]:
            yield Token(found["quoted"], found.start("quote"), "quoted")
        elif found["mark"] or found["name"] in _WORDS:
            yield Token(found[0].lstrip(), found.end() - len(found[0].lstrip()), "mark")
        else:
            yield Token(found["name"], found.start("name"), "name")
        position = found.end()


def _cannot_start(text: str, position: int) -> str:
    """Where after ``position`` there is what no part begins with, and what it is."""
    column = len(text) - len(text[position:].lstrip())
    place = f"character {column + 1}"
    if text[column] in _QUOTES:
        return f"{place}: there is a quote that nothing closes, expected another {text[column]}"
    return f"{place}: nothing can start so"
