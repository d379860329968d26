"""Text for DOT: whatever it holds, it stays text.

Labels are HTML-like (https://graphviz.org/doc/info/shapes.html#html). Their text is parsed as XML
and then as an "escString", in which ``\\N`` would become the node's name, so both are escaped.
"""

from __future__ import annotations

import re

from netviz.render.text import visible

_SPECIAL = re.compile("[&<>\"'\\\\]")
_HTML = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "\\": "\\\\"}
)
_TOOLTIP = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\\": "\N{SET MINUS}"}
)


def html(text: str) -> str:
    """``text`` for the inside of an HTML-like label."""
    shown = visible(text)
    rest = shown.lstrip("]")
    # Graphviz takes a text of these brackets alone for the end of a CDATA section.
    brackets = "&#93;" * (len(shown) - len(rest))
    return brackets + (rest.translate(_HTML) if _SPECIAL.search(rest) else rest)


def tooltip(lines: list[str]) -> str:
    """A quoted attribute value of several lines.

    A backslash becomes the set minus that looks like it: releases of Graphviz differ in how
    often they unescape a tooltip.
    """
    shown = "\n".join(map(visible, lines))
    if _SPECIAL.search(shown):
        shown = shown.translate(_TOOLTIP)
    return '"' + shown.replace("\n", "&#10;") + '"'


def font(text: str, *, size: int | None = None, color: str | None = None) -> str:
    """``text``, which is escaped already, in another size or colour; empty text stays empty."""
    if not text:
        return ""  # Graphviz takes an element without text for a syntax error
    attributes = ""
    if size is not None:
        attributes += f' POINT-SIZE="{size}"'
    if color is not None:
        attributes += f' COLOR="{color}"'
    return f"<FONT{attributes}>{text}</FONT>"


def lines(texts: list[str]) -> str:
    """Escaped texts below each other, each set left."""
    return "".join(f'{text}<BR ALIGN="LEFT"/>' for text in texts)


def attributes(**values: str) -> str:
    """``[name="value", ...]``; a value that is quoted or HTML-like already stays as it is."""
    written = []
    for name, value in values.items():
        ready = value.startswith(('"', "<"))
        written.append(f"{name}={value if ready else _quoted(value)}")
    return f"[{', '.join(written)}]"


def _quoted(value: str) -> str:
    return f'"{value}"'
