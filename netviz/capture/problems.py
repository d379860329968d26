"""What could not be seen: counted by what was asked for and the errno, with one example each."""

import errno
from typing import Dict, List, Optional, Tuple

DENIED = frozenset({"EACCES", "EPERM"})
"""A kernel refuses with either: EPERM is what hidepid answers, EACCES all others."""


def errno_name(error: OSError) -> str:
    """``EACCES`` for an error of number 13; the bare number where it has no name."""
    return errno.errorcode.get(error.errno or 0, str(error.errno))


class Problems:
    """The counts of one capture."""

    def __init__(self) -> None:
        self._counts: Dict[Tuple[str, str], int] = {}
        self._examples: Dict[Tuple[str, str], str] = {}

    def count(self, what: str, error: str, example: str) -> None:
        """One more time ``what`` could not be read because of ``error`` (an errno name)."""
        key = (what, error)
        self._counts[key] = self._counts.get(key, 0) + 1
        self._examples.setdefault(key, example)

    def denied(self, what: str) -> int:
        """How many times the kernel refused ``what`` for want of a right."""
        return sum(
            count
            for (asked, error), count in self._counts.items()
            if asked == what and error in DENIED
        )

    def example(self, what: str) -> Optional[str]:
        """One example of what went wrong with ``what``, None if nothing did."""
        found = [text for (asked, _), text in sorted(self._examples.items()) if asked == what]
        return found[0] if found else None

    def as_list(self) -> List[Dict[str, object]]:
        """The ``problems`` of a snapshot, in a fixed order."""
        return [
            {"what": what, "error": error, "count": count, "example": self._examples[what, error]}
            for (what, error), count in sorted(self._counts.items())
        ]
