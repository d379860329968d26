"""What a result must not replace: the files it is made of, and snapshots, which stay as they are.

A snapshot cannot be taken again, and ``-o *.json`` names one as the shell sees it.
"""

from __future__ import annotations

import os
import re
import stat
import zlib
from collections.abc import Iterable
from pathlib import Path

from netviz.errors import OutputError
from netviz.snapshot.files import GZIP, GZIP_WINDOW, STANDARD_INPUT

FIRST_BYTES = 4096
"""How much is read of a file to tell what it is."""

_SNAPSHOT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*\{"
    rb'(?:.*"netviz_snapshot"\s*:'
    rb'|\s*"processes"\s*:\s*\{\s*"[0-9]+"\s*:\s*\{'  # format 1, in either order
    rb'|\s*"net"\s*:\s*\{\s*"[0-9]+"\s*:\s*\{)',
    re.DOTALL,
)


def check_replaceable(
    path: str, old: os.stat_result, inputs: Iterable[str], is_snapshot: bool
) -> None:
    """OutputError where the file ``path``, whose status is ``old``, is not to be replaced.

    ``inputs`` are the files that the result was made of; ``is_snapshot`` says that it is one.
    """
    if not stat.S_ISREG(old.st_mode):
        return  # a terminal may well be read from and written to
    if any(_is_file(one, old) for one in inputs):
        raise OutputError(
            f"{path}: is one of the files to read, and not replaced\n  name another file with -o"
        )
    if not is_snapshot and _is_snapshot(path):
        raise OutputError(
            f"{path}: is a snapshot, and not replaced by something else\n"
            "  name another file (a shell makes several names of -o *.json), or remove it first"
        )


def _is_file(path: str, status: os.stat_result) -> bool:
    try:
        one = os.fstat(0) if path == STANDARD_INPUT else Path(path).stat()
        return os.path.samestat(one, status)
    except (OSError, ValueError):
        return False


def _is_snapshot(path: str) -> bool:
    """Whether the first bytes of a file are those of a snapshot; not if it cannot be read."""
    try:
        with Path(path).open("rb") as file:
            first = file.read(FIRST_BYTES)
        if first.startswith(GZIP):
            first = zlib.decompressobj(GZIP_WINDOW).decompress(first, FIRST_BYTES)
    except (OSError, ValueError, zlib.error):
        return False
    return _SNAPSHOT.match(first) is not None
