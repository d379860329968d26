"""The differences as text, like a log of changes; nothing at all where there are none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

from netviz.diff.differences import CAME, CHANGED, WENT, Compared, Differences
from netviz.diff.wording import flow_line, gap_words, listener_line, service_words
from netviz.render.text import counted

_TITLES = {CAME: "Came", WENT: "Went", CHANGED: "Changed"}

_LAST_TIME = 253402300800.0
"""The year 10000, of which no date can be written."""


def render(found: Differences) -> bytes:
    """The text in UTF-8; empty where both sides are alike."""
    if found.alike:
        return b""
    return "".join(f"{line}\n" for line in _lines(found)).encode()


def _lines(found: Differences) -> Iterator[str]:
    yield f"OLD: {_side(found.old)}"
    yield f"NEW: {_side(found.new)}"
    for change, title in _TITLES.items():
        lines = [
            *(f"service   {service_words(s)}" for s in found.services if s.change == change),
            *(f"listener  {listener_line(s)}" for s in found.listeners if s.change == change),
            *(f"flow      {flow_line(s)}" for s in found.flows if s.change == change),
        ]
        yield from _section(title, lines)
    yield from _section("Not compared", [gap_words(gap) for gap in found.gaps])
    yield from _section("How it was compared", list(found.notes))


def _section(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield from ("", title)
        yield from (f"  {line}" for line in lines)


def _side(side: Compared) -> str:
    machines = counted(len(side.machines), "machine")
    if side.captured is None or not 0 <= side.captured[0] < _LAST_TIME:
        return machines
    moment = datetime.fromtimestamp(int(side.captured[0]), tz=timezone.utc)
    return f"{machines}, captured {moment:%Y-%m-%d %H:%M:%S} UTC"
