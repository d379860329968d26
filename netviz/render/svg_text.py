"""Texts of a drawing keep the width that they were laid out with, whatever font shows them.

Graphviz measures texts with a font of the machine that draws. Who looks at the SVG elsewhere may
have a wider one, in which texts would run over the edges of their boxes. ``textLength`` makes every
text as wide as its place. Blanks at its ends become such that stay.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

_END = b"</svg>\n"
_TEXT = re.compile(r"<text ([^<>]*)>([^<>]*)</text>")
_SIZE = re.compile(r'font-size="([0-9.]+)"')
_OUTER_BLANKS = re.compile("^ +| +$")
_BOLD, _ITALIC = 1, 2

Look = tuple[float, int, str]
"""What a text's width depends on: the size, bold and italic as Graphviz counts them, the text."""


def with_text_widths(drawn: bytes) -> bytes:
    """What ``dot -Tsvg -Tjson`` wrote, an SVG and a JSON document: the SVG with every width.

    ValueError where it is anything else.
    """
    svg, end, described = drawn.partition(_END)
    try:
        widths = dict(_widths(json.loads(described)))
    except (LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("no description of a drawing") from error

    def sized(found: re.Match[str]) -> str:
        about, text = found.groups()
        width = widths.get(_look(about, text))
        shown = _OUTER_BLANKS.sub(_kept, text)
        if not width:
            return f"<text {about}>{shown}</text>"
        return (
            f'<text {about} textLength="{width:g}" lengthAdjust="spacingAndGlyphs">{shown}</text>'
        )

    return _TEXT.sub(sized, svg.decode()).encode() + end


def _kept(blanks: re.Match[str]) -> str:
    """Blanks that stay: the others are left out where they begin or end a text of an SVG."""
    return "\N{NO-BREAK SPACE}" * len(blanks[0])


def _look(about: str, text: str) -> Look:
    size = _SIZE.search(about)
    style = _BOLD * ('font-weight="bold"' in about) + _ITALIC * ('font-style="italic"' in about)
    shown = unescape(text).replace("\N{NO-BREAK SPACE}", " ")
    return (float(size[1]) if size else 0.0, style, shown)


def _widths(described: dict[str, Any]) -> Iterator[tuple[Look, float]]:
    """The width of each text, from the operations that draw it (Graphviz' ``xdot`` format)."""
    for drawn in (described, *described.get("objects", ()), *described.get("edges", ())):
        size, style = 0.0, 0
        for operation in drawn.get("_ldraw_", ()):
            if operation["op"] == "F":
                size = float(operation["size"])
            elif operation["op"] == "t":
                style = operation["fontchar"] & (_BOLD | _ITALIC)
            elif operation["op"] == "T":
                text = operation["text"].replace("\N{NO-BREAK SPACE}", " ")
                yield (size, style, text), float(operation["width"])
