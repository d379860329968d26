"""What stands on a picture."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree


def texts(svg: bytes) -> list[str]:
    """The texts of an SVG, in the order painted; Graphviz keeps blanks by writing others."""
    root = ElementTree.fromstring(svg)
    found = (element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text"))
    return [text.replace("\N{NO-BREAK SPACE}", " ") for text in found]
