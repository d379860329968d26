"""Snapshot files in, snapshots out: one document a file, or one a line (JSON Lines)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

from netviz.errors import FlowsGivenError, SnapshotError
from netviz.snapshot import format2
from netviz.snapshot.documents import decode
from netviz.snapshot.faults import NOT_OURS, Fault, found
from netviz.snapshot.files import read, shown_name
from netviz.snapshot.limits import MOST_BYTES, MOST_CONTAINERS
from netviz.snapshot.model import Snapshot

_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_BLANKS = re.compile(rb"[ \t\r\n]*")


def load(
    path: str | os.PathLike[str],
    *,
    keep_going: bool = False,
    on_problem: Callable[[SnapshotError], None] | None = None,
    size_limit: int = MOST_BYTES,
) -> Iterator[Snapshot]:
    """The samples in a snapshot file of format 1 or 2, plain or gzip, in the order of the file.

    ``path`` may be ``-``, which is standard input.

    Raises SnapshotError, while it is iterated, for the first thing that is wrong. With
    ``keep_going`` such an error goes to ``on_problem`` instead, and the document it is in is left
    out: one line of a file with a sample per line, else the whole file. ``size_limit`` is the most
    bytes of text that the file may hold, decompressed.

    No state is shared between calls: files can be loaded in several threads at once.
    """
    name = os.fspath(path)
    source = shown_name(name)

    def report(fault: Fault, line: int) -> None:
        where = f"line {line}: {fault.where}".removesuffix(": ") if line else fault.where
        error = SnapshotError(source, fault.what, where, fault.advice)
        if isinstance(fault, _FlowsFault):
            error = FlowsGivenError(source, where, fault.document)
        if not keep_going:
            raise error
        if on_problem is not None:
            on_problem(error)

    try:
        content = _json_text(read(name, size_limit))
    except Fault as fault:
        report(fault, 0)
        return
    for line, document in _documents(content):
        if _has_too_many_containers(document):
            report(Fault(f"holds more than {MOST_CONTAINERS:,} lists and objects"), line)
            continue
        try:
            value = decode(document, line or 1)
        except Fault as fault:
            if not document.lstrip().startswith(b"{"):
                fault.advice = NOT_OURS
            report(fault, 0)  # which line is in its place already
            continue
        try:
            snapshot = _snapshot(value, f"{source}:{line}" if line else source, name)
        except Fault as fault:
            report(fault, line)
            continue
        del value
        yield snapshot


def _json_text(content: bytes) -> bytes:
    """``content`` without a byte order mark. Fault where it cannot be JSON at first sight."""
    if content.startswith(_UTF16_BOMS):
        advice = "save it as UTF-8; where PowerShell wrote it, use netviz-capture.pyz -o FILE"
        raise Fault("is UTF-16 text, and a snapshot is UTF-8", advice=advice)
    content = content.removeprefix(_BOM)
    if not content or content.isspace():
        advice = "the capture wrote nothing or the copy failed: see what it said on standard error"
        raise Fault("is empty", advice=advice)
    return content


def _documents(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The documents of a file, each with the number of its line; 0 for the whole file.

    A file has a document per line where its first two lines that are not blank start with ``{``:
    no document that is spread over lines looks like that.
    """
    if not _is_json_lines(content):
        yield 0, content
        return
    number, start = 1, 0
    while start < len(content):
        end = content.find(b"\n", start)
        if end < 0:
            end = len(content)
        line = content[start:end]
        if line and not line.isspace():
            yield number, line
        number, start = number + 1, end + 1


def _has_too_many_containers(document: bytes) -> bool:
    # Each takes a byte at least: most documents need not be counted through, which takes as long
    # as half of decoding them.
    if len(document) <= MOST_CONTAINERS:
        return False
    return document.count(b"[") + document.count(b"{") > MOST_CONTAINERS


def _is_json_lines(content: bytes) -> bool:
    first = _after_blanks(content, 0)
    newline = content.find(b"\n", first)
    if newline < 0:
        return False
    second = _after_blanks(content, newline)
    return content[first : first + 1] == content[second : second + 1] == b"{"


def _after_blanks(content: bytes, start: int) -> int:
    blanks = _BLANKS.match(content, start)
    return blanks.end() if blanks else start


def _snapshot(document: object, source: str, path: str) -> Snapshot:
    if isinstance(document, dict):
        if "netviz_snapshot" in document:
            return format2.to_snapshot(document, source)
        if "processes" in document and "net" in document:
            from netviz.snapshot import format1  # seldom needed, and not free to import

            return format1.to_snapshot(document, source, path)
        if "netviz_flows" in document:
            raise _FlowsFault(document)
        if "netviz_map" in document:
            what = "is the map of netviz anonymize, which is secret, and not a snapshot"
            raise Fault(what, advice="give the snapshots in the folder that -o named")
    raise Fault(f"is JSON, but no netviz snapshot: it holds {_summary(document)}", advice=NOT_OURS)


class _FlowsFault(Fault):
    """The document is one of flows."""

    def __init__(self, document: dict[str, Any]) -> None:
        super().__init__("is no snapshot")
        self.document = document


def _summary(document: object) -> str:
    if isinstance(document, dict) and document:
        return 'an object without "netviz_snapshot"'
    return found(document)
