"""The output of ``lsof -F`` as processes and files: section OUTPUT FOR OTHER PROGRAMS of lsof(8).

A field is a letter and its value, up to a line end or, with ``-F0``, to a NUL. lsof escapes what
is not printable in names, so no name can begin a field.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

Fields = dict[str, str]
"""Values by letter. Those of T, which comes several times, are joined: ``ST=LISTEN QR=0``."""


class LsofFile(NamedTuple):
    """One open file, with the fields of its process."""

    process: Fields
    file: Fields


def lsof_files(text: str) -> Iterator[LsofFile]:
    """Every file of every process, in the order of the output; what is before the first process is
    left out."""
    process: Fields | None = None
    file: Fields | None = None
    for field in _fields(text):
        letter, value = field[0], field[1:]
        if letter in "pf":
            if process is not None and file is not None:
                yield LsofFile(process, file)
            file = None
        if letter == "p":
            process = {"p": value}
        elif letter == "f":
            file = {"f": value}
        elif file is not None:
            file[letter] = f"{file['T']} {value}" if letter == "T" and "T" in file else value
        elif process is not None:
            process[letter] = value
    if process is not None and file is not None:
        yield LsofFile(process, file)


def _fields(text: str) -> Iterator[str]:
    for field in text.split("\0" if "\0" in text else "\n"):
        bare = field.lstrip("\n") if "\0" in text else field
        if bare:
            yield bare
