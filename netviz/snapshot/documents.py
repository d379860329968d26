"""Bytes to a JSON value: orjson where it is installed, else the standard library.

Both give the same values and the same faults. A document that the quick decoder takes costs nothing
more; one that it refuses, or might understand otherwise, is left to ``strict_json``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import accumulate

from netviz.snapshot import strict_json

try:
    import orjson
except ImportError:  # no wheel for this Python: everything works, slower
    orjson = None  # type: ignore[assignment, unused-ignore]

FIRST_SAFE_ORJSON = (3, 9, 15)
"""Earlier ones exhaust the C stack on deep nesting (CVE-2024-27454)."""


def choose(orjson_version: str | None) -> str:
    """Which decoder to use, ``orjson`` or ``json``, given the version of orjson if there is one."""
    numbers = re.match(r"(\d+)\.(\d+)\.(\d+)", orjson_version or "")
    if numbers and tuple(map(int, numbers.groups())) >= FIRST_SAFE_ORJSON:
        return "orjson"
    return "json"


IMPLEMENTATION = choose(orjson.__version__ if orjson else None)
"""Which decoder is used."""

_HALF_PAIR = re.compile(r"\\u[dD][89A-Fa-f]")
_ESCAPE = re.compile(r"\\.", re.DOTALL)
_TEXT = re.compile(r'"[^"]*(?:"|\Z)')
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEPS = [(byte in b"[{") - (byte in b"]}") for byte in range(256)]


def decode(encoded: bytes, first_line: int = 1) -> object:
    """The value of a JSON document. Raises Fault, with lines counted from ``first_line``."""
    return _decode(_quick, encoded, first_line)


def decode_with_orjson(encoded: bytes, first_line: int = 1) -> object:
    """As ``decode``, with orjson."""
    return _decode(orjson.loads, encoded, first_line)


def decode_with_json(encoded: bytes, first_line: int = 1) -> object:
    """As ``decode``, with the standard library."""
    return _decode(_standard, encoded, first_line)


def _decode(quick: Callable[[bytes], object], encoded: bytes, first_line: int) -> object:
    try:
        return quick(encoded)
    except (ValueError, RecursionError):
        return strict_json.decode(encoded, first_line)


def _standard(encoded: bytes) -> object:
    """json.loads within the bounds of ``strict_json``; ValueError where it might go beyond them."""
    text = str(encoded, "utf-8")
    if _HALF_PAIR.search(text) or _may_be_too_deep(text):
        raise ValueError
    return json.loads(
        text,
        parse_int=strict_json.integer,
        parse_float=strict_json.finite,
        parse_constant=_refuse,
    )


def _may_be_too_deep(text: str) -> bool:
    """Whether a text is nested too deep (or is no JSON). All at C speed: it may be gigabytes."""
    if text.count("[") + text.count("{") <= strict_json.MAX_DEPTH:
        return False
    outside = _TEXT.sub("", _ESCAPE.sub("", text))
    brackets = outside.encode("utf-8").translate(None, _NO_BRACKETS)
    return max(accumulate(map(_STEPS.__getitem__, brackets)), default=0) > strict_json.MAX_DEPTH


def _refuse(name: str) -> object:
    raise ValueError(name)


_quick = orjson.loads if IMPLEMENTATION == "orjson" else _standard
