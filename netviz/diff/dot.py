"""The differences as a picture in DOT: services that differ or are an end of what does, in the
boxes of their machines. Marks, words and lines tell what is new and gone; colour only helps."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from netviz.diff.differences import CAME, CHANGED, WENT, Differences
from netviz.diff.picture_parts import (
    Line,
    Marks,
    as_graph,
    drawn_lines,
    marked_services,
    node_ids,
)
from netviz.diff.wording import gap_words, summary
from netviz.graph import Graph, Node
from netviz.render import styles
from netviz.render.dot_clusters import Clusters, machine_titles
from netviz.render.dot_legend import legend_cluster
from netviz.render.dot_preamble import dot_preamble
from netviz.render.dot_text import attributes, font, html, lines
from netviz.render.dot_widths import node_widths
from netviz.render.places import machine_places, open_place
from netviz.render.text import visible
from netviz.render.wording import details

COLORS = {CAME: "#007a59", WENT: "#b34700", CHANGED: "#0072b2"}
"""Of Okabe and Ito's "Color universal design", darkened for white text."""

SIGNS = {CAME: "+", WENT: "\N{MINUS SIGN}", CHANGED: "~"}
WORDS = {CAME: "new", WENT: "gone", CHANGED: "changed"}

LOOKS = {
    CAME: {"color": COLORS[CAME], "style": "bold", "arrowhead": "normal"},
    WENT: {"color": COLORS[WENT], "style": "dashed", "arrowhead": "empty"},
    CHANGED: {
        "color": f"{COLORS[CHANGED]}:{styles.PAPER}:{COLORS[CHANGED]}",
        "style": "solid",
        "arrowhead": "vee",
    },
}
"""Lines that are told apart without colour: thick, dashed, double."""

PEN = {CAME: "2.5", WENT: "1.5", CHANGED: "1.5"}

SHOWN = 12
"""How many listeners of a box, or flows of a line, are written out."""

_NOTE_WIDE = 160

_SPACE = '<TD CELLPADDING="1"></TD>'
_SPACES = 8
"""Graphviz shares spare width among all cells of a row: many empty ones leave a badge small."""


def render(found: Differences) -> bytes:
    """The picture as DOT, in UTF-8."""
    return "".join(f"{line}\n" for line in _document(found)).encode()


def _document(found: Differences) -> Iterator[str]:
    yield "digraph netviz {"
    marks = marked_services(found)
    ids = node_ids(marks)
    drawn = drawn_lines(found)
    graph = as_graph(ids, drawn)
    for line in (
        *dot_preamble(),
        *_boxes(graph, list(marks.values())),
        *(_edge(ids[one.client], ids[one.server], one) for one in drawn),
        *_margin(found, graph),
    ):
        yield f"  {line}"
    yield "}"


def _boxes(graph: Graph, marks: list[Marks]) -> Iterator[str]:
    mark_of = dict(zip((node.id for node in graph.nodes), marks, strict=True))
    machines = {machine.id: machine for machine in graph.machines}
    others = open_place(graph)
    boxes = [(machines[machine], place) for machine, place in machine_places(graph).items()]
    widths = node_widths([([], others), *((machine_titles(one), place) for one, place in boxes)])
    clusters = Clusters(lambda node: _node(node, mark_of[node.id], widths.get(node.id, 0)))
    for machine, place in boxes:
        yield from clusters.machine(machine, place)
    yield from clusters.content(others)


def _node(node: Node, mark: Marks, width: int) -> str:
    """A service: thick if new, dashed if gone, with the word in a badge."""
    name = f"<B>{font(html(node.label), size=13)}</B>"
    rows = [_heading(name, mark.change, width)]
    about = [font(html(line), size=10, color=styles.FAINT) for line in details(node)]
    about += [font(html(line), size=10) for line in mark.about]
    if about:
        rows.append(_cell(lines(about)))
    if mark.listeners:
        rows.append(_cell(_list("listens:", mark.listeners), f'BGCOLOR="{styles.LISTENER_FILL}"'))
    if mark.within:
        rows.append(_cell(_list("with itself:", mark.within)))
    look = "ROUNDED,DASHED" if mark.change == WENT else "ROUNDED"
    table = (
        f'<TABLE BORDER="{3 if mark.change == CAME else 1}" CELLBORDER="0" CELLSPACING="0" '
        f'CELLPADDING="4" STYLE="{look}" COLOR="{COLORS.get(mark.change, styles.INK)}" '
        f'BGCOLOR="{styles.PAPER}">{"".join(rows)}</TABLE>'
    )
    return f"{node.id} {attributes(label=f'<{table}>')};"


def _heading(name: str, change: str, width: int) -> str:
    """The first row, at least ``width`` points wide: the name, and the change in a badge."""
    least = f'WIDTH="{width}"' if width else ""
    if not change:
        return _cell(name, least)
    word = font(f"<B>{WORDS[change]}</B>", size=10, color=styles.BADGE_INK)
    badge = f'{_SPACE * _SPACES}<TD BGCOLOR="{COLORS[change]}">{word}</TD>'
    inner = (
        '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2">'
        f'<TR><TD ALIGN="LEFT">{name}</TD>{badge}</TR></TABLE>'
    )
    return _cell(inner, f'{least} CELLPADDING="2"')


def _cell(content: str, more: str = "") -> str:
    return f'<TR><TD ALIGN="LEFT" BALIGN="LEFT" {more}>{content}</TD></TR>'


def _list(title: str, marked: list[tuple[str, str]]) -> str:
    texts = [title, *(_marked(change, what) for change, what in marked[:SHOWN])]
    if len(marked) > SHOWN:
        texts.append(f"and {len(marked) - SHOWN:,} more")
    return lines([font(html(text), size=10) for text in texts])


def _marked(change: str, words: str) -> str:
    """``+ tcp/80 http on 0.0.0.0 (new)``; what has changed says so by itself."""
    return f"{SIGNS[change]} {words}" + ("" if change == CHANGED else f" ({WORDS[change]})")


def _edge(client: str, server: str, line: Line) -> str:
    texts = [_marked(line.change, words) for words in line.texts[:SHOWN]]
    if len(line.texts) > SHOWN:
        texts.append(f"and {len(line.texts) - SHOWN:,} more")
    look = dict(LOOKS[line.change])
    if not line.directed:
        look["arrowhead"] = "none"
    label = (
        '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1" '
        f'BGCOLOR="{styles.PAPER}"><TR><TD>{"<BR/>".join(map(html, texts))}</TD></TR></TABLE>'
    )
    drawn = attributes(label=f"<{label}>", **look, penwidth=PEN[line.change])
    return f"{client} -> {server} {drawn};"


def _margin(found: Differences, graph: Graph) -> Iterator[str]:
    """The legend, and below all what could not be compared. The note comes last: clusters would
    inherit its text."""
    if not graph.nodes:
        text = "No difference." if found.alike else "Nothing that could be compared differs."
        yield f"empty {attributes(label=f'<{text}>', shape='plaintext')};"
    meanings = {
        CAME: "new: thick, marked +",
        WENT: f"gone: dashed, marked {SIGNS[WENT]}",
        CHANGED: "changed: a double line, marked ~",
    }
    samples = [(LOOKS[change], meanings[change]) for change in LOOKS if change in found.changes]
    yield from legend_cluster("What has changed", samples)
    told = [summary(found), *map(gap_words, found.gaps), *found.notes]
    note = [html(part) for text in told for part in textwrap.wrap(visible(text), _NOTE_WIDE)]
    yield f"graph {attributes(label=f'<{font(lines(note), size=11, color=styles.FAINT)}>')};"
