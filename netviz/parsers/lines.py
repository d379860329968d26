"""The lines of a table that are no sockets. The compiled twin is ``lines.pxi``.

A line ends at ``\\n`` and nowhere else.
"""

from __future__ import annotations

from netviz.tables import BadLines

MAX_SHOWN = 200
"""How many bytes of the first bad line are kept to be shown."""

BLANKS = b" \t"


def count_bad(bad: BadLines, line: bytes, number: int, header_word: bytes | None) -> None:
    """Count line ``number`` of a table, unless it is blank or a first one with ``header_word``."""
    if not line.strip(BLANKS):
        return
    if header_word is not None and number == 0 and header_word in line:
        return
    bad.count += 1
    if bad.count == 1:
        bad.first = line[:MAX_SHOWN].decode("utf-8", "replace")
