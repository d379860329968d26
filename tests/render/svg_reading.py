"""Reads back what Graphviz has painted: which texts stand on which node, line or box."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field

from netviz.errors import RenderError
from netviz.render.picture import paint

_SVG = "{http://www.w3.org/2000/svg}"


@dataclass
class Painted:
    """Texts by the opaque id of a node, a line (``n1->n2``) or a box, in the order painted."""

    node: dict[str, list[str]] = field(default_factory=dict)
    edge: dict[str, list[str]] = field(default_factory=dict)
    cluster: dict[str, list[str]] = field(default_factory=dict)
    graph: list[str] = field(default_factory=list)


def painted(source: bytes) -> Painted:
    """The picture that ``dot`` makes of DOT."""
    return read_svg(paint(source, "svg", 60))


def read_svg(svg: bytes) -> Painted:
    """The texts of an SVG by Graphviz. Fails for what is no XML, or has scripts or links in it."""
    root = ElementTree.fromstring(svg)
    allowed = {"svg", "g", "a", "title", "text", "polygon", "polyline", "path", "ellipse"}
    tags = {element.tag.removeprefix(_SVG) for element in root.iter()}
    assert tags <= allowed, tags - allowed
    links = [name for element in root.iter() for name in element.attrib if name.endswith("href")]
    assert not links
    read = Painted()
    for group in root.iter(f"{_SVG}g"):
        kind = group.get("class")
        title = group.find(f"{_SVG}title")
        texts = [_text(text) for text in group.iter(f"{_SVG}text")]
        if kind == "graph":
            read.graph = [_text(text) for text in group.findall(f"{_SVG}text")]
        elif kind is not None and title is not None:
            by_id: dict[str, list[str]] = getattr(read, kind)
            by_id.setdefault(title.text or "", []).extend(texts)
    return read


def _text(element: ElementTree.Element) -> str:
    """The text of an element; Graphviz writes every blank after the first as one that stays."""
    return (element.text or "").replace("\N{NO-BREAK SPACE}", " ")


def dot_is_missing() -> bool:
    """Whether there is no ``dot`` program to ask."""
    try:
        paint(b"digraph {}", "svg", 60)
    except RenderError:
        return True
    return False
