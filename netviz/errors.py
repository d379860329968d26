"""The exceptions that end a command, but for those of one module alone, which are beside it.

Each one carries a text that is fit to be printed: which file, what, where, what to do.
"""

from __future__ import annotations

from typing import Any


class NetvizError(Exception):
    """Something the person who runs netviz can mend; the text says how. Exit status 1."""


class SnapshotError(NetvizError):
    """A file that is no usable snapshot.

    ``path`` is the file, ``where`` the place in it (``host.name``, ``line 3``, may be empty),
    ``what`` the fault, ``advice`` what to do (may be empty).
    """

    def __init__(self, path: str, what: str, where: str = "", advice: str = "") -> None:
        self.path = path
        self.where = where
        self.what = what
        self.advice = advice
        place = f"{path}: {where}" if where else path
        text = f"{place}: {what}"
        super().__init__(f"{text}\n  {advice}" if advice else text)


class SourceError(NetvizError):
    """A file of another program's that cannot be imported: ``path``, what is wrong, what to do."""

    def __init__(self, path: str, what: str, advice: str = "") -> None:
        text = f"{path}: {what}"
        super().__init__(f"{text}\n  {advice}" if advice else text)


class FlowsGivenError(SnapshotError):
    """A file that is no snapshot, but what netviz-stitch made of some: ``document`` is the JSON."""

    def __init__(self, path: str, where: str, document: dict[str, Any]) -> None:
        advice = "give the snapshots that it was made of"
        super().__init__(path, "is what netviz-stitch wrote, not a snapshot", where, advice)
        self.document = document


class TableError(NetvizError):
    """A table whose header or text cannot be used at all (single bad lines are only counted)."""


class RenderError(NetvizError):
    """A picture that could not be made: no ``dot`` program, a failing one, an unknown format."""


class OutputError(NetvizError):
    """A result that could not be written: no such directory, a full disk, no permission."""
