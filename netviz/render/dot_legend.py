"""The legend of a picture in DOT: what its lines mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from netviz.bundles import bundles
from netviz.graph import MATCHES, Graph
from netviz.render import styles
from netviz.render.dot_edges import line
from netviz.render.dot_text import attributes, html

MANY = 10
"""From so many connections on a line is thick enough to be asked about."""


def dot_legend(graph: Graph) -> Iterator[str]:
    """The lines of the legend's cluster, for the kinds of flow that occur; none without flows."""
    kinds = [kind for kind in MATCHES if any(flow.match == kind for flow in graph.flows)]
    samples = [(line(kind, directed=True), styles.LINES[kind].meaning) for kind in kinds]
    if any(not flow.directed for flow in graph.flows):
        look = {"color": styles.INK, "style": "solid", "arrowhead": "none"}
        samples.append((look, "which end is the client is unknown"))
    most = max((sum(f.connections for f in flows) for flows in bundles(graph)), default=0)
    if most >= MANY:
        look = {"color": styles.INK, "style": "solid", "penwidth": styles.width(most)}
        samples.append((look, f"the thickest line here: {most:,} connections"))
    yield from legend_cluster("How flows are drawn", samples)


def legend_cluster(title: str, samples: Sequence[tuple[Mapping[str, str], str]]) -> Iterator[str]:
    """A cluster that shows lines of some looks, each with what it means; none without any."""
    if not samples:
        return
    yield "subgraph cluster_legend {"
    look = {"style": "rounded", "color": styles.MACHINE_LINE, "labelloc": "t"}
    yield f"  graph {attributes(label=f'<<B>{html(title)}</B>>', **look)};"
    for column, texts in (("line", [" "] * len(samples)), ("meaning", [m for _, m in samples])):
        yield f"  {column} {attributes(label=f'<{_column(texts)}>')};"
    for row, (drawn, _) in enumerate(samples, 1):
        looks = attributes(**{**drawn, "penwidth": drawn.get("penwidth", styles.width(3))})
        yield f"  line:r{row}:e -> meaning:r{row}:w {looks};"
    yield "}"


def _column(texts: list[str]) -> str:
    """A table with one row for each text, each with a port that a line can end at."""
    rows = "".join(
        f'<TR><TD ALIGN="LEFT" PORT="r{row}">{html(text)}</TD></TR>'
        for row, text in enumerate(texts, 1)
    )
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="2" CELLPADDING="3">{rows}</TABLE>'
