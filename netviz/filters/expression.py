"""The language of ``--only``, ``--hide`` and ``--fail-on``: tests joined by and, or and not.

    machine=web* and port=80,443
    not (proto=udp or user=0)
    server.unit=postgresql.service
    process="python3 celery"
    address=10.2.0.0/16

docs/filters.md describes it. What is asked of a node may have no answer there (a node has no port):
such a test is neither true nor false, and ``not`` does not change that.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from netviz.filters.fields import FLOW_LANGUAGE, SIDES, SYNONYMS, Language
from netviz.filters.tokens import ExpressionError, Token, tokens
from netviz.patterns import fits

MOST_NESTED = 50

_VALUE = "a value (in quotes, if it has blanks, commas or parentheses)"

Asked = Callable[["FieldTest"], "bool | None"]
"""Says of one test whether it is true, false, or has no answer (None)."""

Expression = Callable[[Asked], "bool | None"]
"""A parsed expression: gives its answer from the answers to its tests."""


@dataclass(frozen=True, slots=True)
class FieldTest:
    """``field`` is, or is not, one of ``values``; ``side`` is ``client``, ``server`` or empty."""

    side: str
    field: str
    values: tuple[str, ...]

    def matches(self, found: str | None) -> bool:
        """Whether a text is one of the values, in which ``*`` stands for anything."""
        return any(fits(value, found) for value in self.values)

    def has_number(self, found: int | None) -> bool:
        """Whether a number is one of the values, or in one of the ranges ``LOW-HIGH``."""
        return found is not None and any(low <= found <= high for low, high in self._ranges())

    def has_address(self, found: str) -> bool:
        """Whether an address is one of the values, or in one of the networks."""
        try:
            address = ipaddress.ip_address(found)
        except ValueError:
            return False
        return any(address in ipaddress.ip_network(value, strict=False) for value in self.values)

    def _ranges(self) -> Iterator[tuple[int, int]]:
        for value in self.values:
            low, dash, high = value.partition("-")
            yield int(low), int(high if dash else low)


def parse_expression(text: str, language: Language = FLOW_LANGUAGE) -> Expression:
    """The expression that ``text`` writes out, in the fields of ``language``.

    Raises ExpressionError.
    """
    return _Parser(text, language).whole()


class _Parser:
    def __init__(self, text: str, language: Language) -> None:
        self._text = text
        self._language = language
        self._tokens = list(tokens(text))
        self._next = 0
        self._depth = 0

    def whole(self) -> Expression:
        found = self._any()
        if self._next < len(self._tokens):
            more = self._tokens[self._next].kind != "mark"
            hint = "; a value with blanks stands in quotes" if more else ""
            raise self._error(f"an end, or and, or or{hint}")
        return found

    def _any(self) -> Expression:
        parts = [self._all()]
        while self._take("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else lambda asked: _or(part(asked) for part in parts)

    def _all(self) -> Expression:
        parts = [self._one()]
        while self._take("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda asked: _and(part(asked) for part in parts)

    def _one(self) -> Expression:
        self._depth += 1
        if self._depth > MOST_NESTED:
            raise self._error(f"at most {MOST_NESTED} nested tests")
        try:
            if self._take("not"):
                inner = self._one()
                return lambda asked: _not(inner(asked))
            if self._take("("):
                inner = self._any()
                if not self._take(")"):
                    raise self._error("a closing parenthesis")
                return inner
            return self._test()
        finally:
            self._depth -= 1

    def _test(self) -> Expression:
        name = self._expect("a field, such as machine or port", "name")
        side, dot, field = name.text.rpartition(".")
        field = SYNONYMS.get(field, field)
        language = self._language
        if field not in language.fields or (dot and field not in language.sided):
            wanted = f"one of {', '.join(language.fields)}"
            raise self._error(wanted, name.column, name.text)
        if dot and side not in SIDES:
            raise self._error("client. or server. before a field", name.column, name.text)
        negated = self._take("!=")
        if not negated and not self._take("="):
            raise self._error("= or !=")
        values = [self._value(field)]
        while self._take(","):
            values.append(self._value(field))
        test = FieldTest(side, field, tuple(values))
        if negated:
            return lambda asked: _not(asked(test))
        return lambda asked: asked(test)

    def _value(self, field: str) -> str:
        value = self._expect(_VALUE, "name", "quoted")
        wanted = self._language.expected(field, value.text)
        if wanted is not None:
            raise self._error(wanted, value.column, value.text)
        return value.text

    def _expect(self, wanted: str, *kinds: str) -> Token:
        """The next token, which has to be of one of the kinds."""
        if self._next >= len(self._tokens):
            raise self._error(wanted)
        token = self._tokens[self._next]
        if token.kind not in kinds:
            raise self._error(wanted)
        self._next += 1
        return token

    def _take(self, text: str) -> bool:
        if self._next >= len(self._tokens):
            return False
        token = self._tokens[self._next]
        found = token.text == text and token.kind == "mark"
        self._next += found
        return found

    def _error(self, wanted: str, column: int = -1, found: str | None = None) -> ExpressionError:
        if column < 0 and self._next < len(self._tokens):
            column, found = self._tokens[self._next].column, self._tokens[self._next].text
        place = f"character {column + 1}" if column >= 0 else "its end"
        what = "nothing" if found is None else f"{found!r}"
        return ExpressionError(f"{self._text!r}, at {place}: there is {what}, expected {wanted}")


def _not(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def _and(answers: Iterator[bool | None]) -> bool | None:
    """False if any is, else None if any is, else True."""
    found = list(answers)
    return False if False in found else None if None in found else True


def _or(answers: Iterator[bool | None]) -> bool | None:
    found = list(answers)
    return True if True in found else None if None in found else False
