"""Text that came from a target, made fit to be read: nothing in it can steer what shows it."""

from __future__ import annotations

import re
from collections.abc import Iterable

_HIDDEN = re.compile(r"[^ -~]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def visible(text: str) -> str:
    r"""The text with every character that does not print written out: ``\xNN`` or ``\u{...}``.

    That takes in control characters, those that turn the direction of text, and surrogates.
    """
    return text if text.isprintable() else _HIDDEN.sub(_shown, text)


def whole(text: str) -> str:
    r"""The text with lone surrogates written out, all else as it is: what UTF-8 can hold."""
    return _SURROGATE.sub(lambda found: _escape(found.group()), text)


def shortened(text: str, limit: int) -> str:
    """The text as ``visible`` shows it, its middle left out where it is longer than ``limit``."""
    shown = visible(text)
    if len(shown) <= limit:
        return shown
    head = (limit - 1) * 2 // 3
    tail = limit - 1 - head
    return f"{shown[:head]}…{shown[-tail:]}"


def filled(texts: Iterable[str], limit: int, between: str) -> list[str]:
    """Lines of texts, as many on each as ``limit`` characters hold; a longer text has its own."""
    written: list[str] = []
    for text in texts:
        if written and len(written[-1]) + len(between) + len(text) <= limit:
            written[-1] += between + text
        else:
            written.append(text)
    return written


def counted(number: int, noun: str) -> str:
    """``1 flow``, ``1,200 flows``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _shown(found: re.Match[str]) -> str:
    character = found.group()
    return character if character.isprintable() else _escape(character)


def _escape(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was not UTF-8, as surrogateescape keeps it
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{{{code:x}}}"
