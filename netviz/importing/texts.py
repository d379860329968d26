"""What is in a file that somebody else's program wrote: its text, and what of it is not read."""

from __future__ import annotations

from dataclasses import dataclass, field

from netviz.capture.text import clean
from netviz.errors import SourceError
from netviz.snapshot.checks import U64
from netviz.snapshot.faults import Fault
from netviz.snapshot.files import read, shown_name, told
from netviz.snapshot.limits import MOST_BYTES
from netviz.snapshot.model import Problem

LONGEST = 120
"""How many characters of a line are shown."""

U32 = 2**32 - 1


def read_text(path: str, size_limit: int = MOST_BYTES) -> str:
    """The text of a file, plain or gzip; bytes that are no UTF-8 become ``\\xNN``.

    ``-`` is standard input. Raises SourceError for a file that cannot be read, or is empty.
    """
    try:
        text = clean(read(path, size_limit)).replace("\r\n", "\n")
    except Fault as fault:
        raise SourceError(*told(path, fault)) from None
    if not text.strip():
        advice = "the command wrote nothing, or the copy failed: run it again"
        raise SourceError(shown_name(path), "is empty", advice)
    return text


def decimal(text: str | None, most: int = U64) -> int | None:
    """The number that ``text`` is, None where it is none or more than ``most``."""
    if not text or len(text) > 20 or not (text.isascii() and text.isdecimal()):
        return None
    return int(text) if int(text) <= most else None


@dataclass(slots=True)
class Unread:
    """What could not be read: how often each sort of thing, and the first of each.

    A sort is where it was and why, such as ``("ss.txt", "unreadable line")``.
    """

    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    first: dict[tuple[str, str], str] = field(default_factory=dict)

    def count(self, where: str, why: str, text: str) -> None:
        """One more; ``text`` is shown, shortened, if it is the first of its sort."""
        sort = (where, why)
        self.counts[sort] = self.counts.get(sort, 0) + 1
        if sort not in self.first:
            self.first[sort] = text if len(text) <= LONGEST else text[:LONGEST] + "..."

    def problems(self) -> list[Problem]:
        """In a fixed order, for the snapshot."""
        return [
            Problem(where, why, count, self.first[where, why])
            for (where, why), count in sorted(self.counts.items())
        ]
