"""How wide nodes have to be so that the titles of the boxes around them fit.

With ``rankdir=LR`` Graphviz does not widen a cluster for its label: a long name of a machine would
run over the edges of a box with narrow nodes. A node in it that is wide enough keeps it open.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netviz.graph import Node
from netviz.render.places import Place
from netviz.render.text import shortened
from netviz.render.wording import LONGEST, details, label

_NARROW = frozenset(" .,:;|!'()[]-/ijlftrI")
_BROAD = frozenset("mwMW@%&")


@dataclass(frozen=True, slots=True)
class Title:
    """A line of a title, and its size in points."""

    text: str
    size: int


def node_widths(boxes: Iterable[tuple[list[Title], Place]]) -> dict[str, int]:
    """The least width in points of some nodes, by id, so that each title is inside of its box."""
    widths: dict[str, int] = {}
    for titles, place in boxes:
        _widen(titles, place, widths)
    return widths


def inner_titles(place: Place) -> list[Title]:
    """The titles of a box in a machine: the first line is the larger one."""
    lines = [shortened(line, LONGEST) or "(no name)" for line in place.title]
    return [Title(line, 10 if number else 12) for number, line in enumerate(lines)]


def _widen(titles: list[Title], place: Place, widths: dict[str, int]) -> None:
    for inner in place.places:
        _widen(inner_titles(inner), inner, widths)
    needed = max((_width(title) for title in titles), default=0)
    nodes = list(_nodes(place))
    if not nodes or any(max(_least(node), widths.get(node.id, 0)) >= needed for node in nodes):
        return
    widest = max(nodes, key=lambda node: (_least(node), node.id))
    widths[widest.id] = needed


def _nodes(place: Place) -> Iterator[Node]:
    yield from place.nodes
    for inner in place.places:
        yield from _nodes(inner)


def _least(node: Node) -> int:
    """What a node is wide by itself, at least: by its longest line, in the narrowest letters."""
    lines = [(label(node), 13), *((line, 10) for line in details(node))]
    return max(int(len(text) * size * 0.4) for text, size in lines)


def _width(title: Title) -> int:
    """The width of a text in a broad font without serifs, rather too much than too little."""
    return int(sum(map(_em, title.text)) * title.size) + 16


def _em(character: str) -> float:
    if character in _NARROW:
        return 0.45
    if character in _BROAD or unicodedata.east_asian_width(character) in "WFA":
        return 1.1
    return 0.85 if character.isupper() else 0.68
