"""The legend and the note of a picture in DOT: what lines mean, what could not be seen."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from netviz.graph import MATCHES, Graph
from netviz.render import styles
from netviz.render.dot_edges import line
from netviz.render.dot_text import attributes, font, html, lines
from netviz.render.summary import summary
from netviz.render.text import visible

MACHINES_NAMED = 10
PROBLEMS_NAMED = 3
_WIDE = 160


def dot_legend(graph: Graph) -> Iterator[str]:
    """The lines of the legend's cluster, for the kinds of flow that occur; none without flows."""
    kinds = [kind for kind in MATCHES if any(flow.match == kind for flow in graph.flows)]
    samples = [(line(kind, directed=True), styles.LINES[kind].meaning) for kind in kinds]
    if any(not flow.directed for flow in graph.flows):
        look = {"color": styles.INK, "style": "solid", "arrowhead": "none"}
        samples.append((look, "which end is the client is unknown"))
    if not samples:
        return
    yield "subgraph cluster_legend {"
    look = {"style": "rounded", "color": styles.MACHINE_LINE, "labelloc": "t"}
    yield f"  graph {attributes(label='<<B>How flows are drawn</B>>', **look)};"
    for column, texts in (("line", [" "] * len(samples)), ("meaning", [m for _, m in samples])):
        yield f"  {column} {attributes(label=f'<{_column(texts)}>')};"
    for row, (look, _) in enumerate(samples, 1):
        drawn = attributes(**look, penwidth=styles.width(3))
        yield f"  line:r{row}:e -> meaning:r{row}:w {drawn};"
    yield "}"


def _column(texts: list[str]) -> str:
    """A table with one row for each text, each with a port that a line can end at."""
    rows = "".join(
        f'<TR><TD ALIGN="LEFT" PORT="r{row}">{html(text)}</TD></TR>'
        for row, text in enumerate(texts, 1)
    )
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="2" CELLPADDING="3">{rows}</TABLE>'


def dot_note(graph: Graph) -> str:
    """The label of the whole picture: the summary, and what could not be seen."""
    written = [summary(graph), *_unmatched(graph), *_empty_machines(graph), *_problems(graph)]
    wrapped = [part for text in written for part in textwrap.wrap(visible(text), _WIDE)]
    return f"<{font(lines([html(text) for text in wrapped]), size=11, color=styles.FAINT)}>"


def _unmatched(graph: Graph) -> list[str]:
    """Why sockets whose other end is in the group were not joined, the most frequent first."""
    reasons = sorted(graph.coverage.reasons.items(), key=lambda item: (-item[1], item[0]))
    texts = [f"{reason} ({count:,})" for reason, count in reasons]
    return [f"Unmatched: {', '.join(texts)}"] if texts else []


def _empty_machines(graph: Graph) -> list[str]:
    if graph.level in ("subnet", "label"):
        return []  # nodes that span machines do not say which
    shown = {node.machine for node in graph.nodes}
    empty = [machine.name for machine in graph.machines if machine.id not in shown]
    return [f"Nothing to show of: {_listed(empty, MACHINES_NAMED, ', ')}"] if empty else []


def _problems(graph: Graph) -> list[str]:
    partly = [machine for machine in graph.machines if machine.problems]
    texts = [
        f"Not seen on {machine.name}: {_listed(machine.problems, PROBLEMS_NAMED, '; ')}"
        for machine in partly[:MACHINES_NAMED]
    ]
    more = len(partly) - MACHINES_NAMED
    return [*texts, f"and {more:,} more machines with such gaps"] if more > 0 else texts


def _listed(texts: list[str] | tuple[str, ...], limit: int, between: str) -> str:
    more = len(texts) - limit
    return between.join(texts[:limit]) + (f" and {more:,} more" if more > 0 else "")
