"""What every picture in DOT begins with: direction, fonts, and how nodes and lines are written."""

from __future__ import annotations

from collections.abc import Iterator

from netviz.render import styles
from netviz.render.dot_text import attributes


def dot_preamble() -> Iterator[str]:
    """The statements, without indentation."""
    yield f"graph {attributes(rankdir='LR', fontname=styles.FONT, bgcolor=styles.PAPER)};"
    yield (
        "graph "
        + attributes(charset="UTF-8", nodesep="0.3", ranksep="0.9", labelloc="b", labeljust="l")
        + ";"
    )
    look = attributes(shape="plain", fontname=styles.FONT, fontsize="12", fontcolor=styles.INK)
    yield f"node {look};"
    yield f"edge {attributes(fontname=styles.FONT, fontsize='10', fontcolor=styles.INK)};"
