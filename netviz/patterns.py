"""Patterns of names, as filters, labels and questions take them."""

from __future__ import annotations

from fnmatch import fnmatchcase


def fits(pattern: str, *names: str | None) -> bool:
    """Whether ``pattern`` stands for any of the names; ``*`` is anything, ``?`` one character.

    A name stands for itself, too, whatever is in it: ``[`` begins a set of characters in a pattern.
    """
    return any(
        name is not None and (name == pattern or fnmatchcase(name, pattern)) for name in names
    )
