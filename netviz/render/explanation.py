"""Explanations as text for a terminal: a block for each socket."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from netviz.explain.explained import Explained, Explanation
from netviz.render.text import counted, visible


def explanation_text(explained: Explained) -> bytes:
    """The blocks one after the other, then the notes; no name in it can steer a terminal."""
    blocks = ["\n".join(map(visible, _lines(one))) for one in explained.sockets]
    blocks += [visible(note) for note in explained.notes]
    return ("\n\n".join(blocks) + "\n").encode()


def explanation_summary(explained: Explained) -> str:
    """``3 sockets: 2 joined, 1 external``."""
    fates = Counter(one.fate for one in explained.sockets)
    parts = ", ".join(f"{count:,} {fate}" for fate, count in sorted(fates.items()))
    number = counted(len(explained.sockets), "socket")
    return f"{number}: {parts}" if parts else number


def _lines(one: Explanation) -> Iterator[str]:
    yield one.socket
    yield f"  on {one.place}, held by {one.holder}"
    for reason in one.reasons:
        yield f"  {reason}"
