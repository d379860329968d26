"""The note below a picture in DOT: the summary, and what could not be seen."""

from __future__ import annotations

import textwrap

from netviz.bundles import MOST_LINES, bundles
from netviz.graph import Graph
from netviz.render import styles
from netviz.render.dot_text import font, html, lines
from netviz.render.gaps import gaps
from netviz.render.summary import summary
from netviz.render.text import visible

_WIDE = 160


def dot_note(graph: Graph, *, numeric: bool = False) -> str:
    """The label of the whole picture; with ``numeric`` ports have no names."""
    written = [summary(graph), *_bundled(graph), *gaps(graph, numeric=numeric)]
    wrapped = [part for text in written for part in textwrap.wrap(visible(text), _WIDE)]
    return f"<{font(lines([html(text) for text in wrapped]), size=11, color=styles.FAINT)}>"


def _bundled(graph: Graph) -> list[str]:
    drawn = len(bundles(graph))
    if len(graph.flows) <= MOST_LINES or drawn == len(graph.flows):
        return []
    return [f"{len(graph.flows):,} flows are drawn as {drawn:,} lines: one line for several ports"]
