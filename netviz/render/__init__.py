"""Graphs as bytes of a format; one module per format, chosen by name."""

from __future__ import annotations

from importlib import import_module

from netviz.errors import RenderError
from netviz.graph import Graph
from netviz.render.options import DEFAULTS, RenderOptions

__all__ = ["FORMATS", "RenderOptions", "format_of", "render"]

_MODULES = {
    "csv": "netviz.render.csv_flows",
    "dot": "netviz.render.dot",
    "graphml": "netviz.render.graphml",
    "html": "netviz.render.html",
    "json": "netviz.render.json_flows",
    "mermaid": "netviz.render.mermaid",
    "pdf": "netviz.render.picture",
    "png": "netviz.render.picture",
    "svg": "netviz.render.picture",
    "table": "netviz.render.table",
}
"""Each module has ``render(graph, format, options)``; it is imported when it is asked for."""

FORMATS = tuple(sorted(_MODULES))

_ENDINGS = {"gv": "dot", "htm": "html", "mermaid": "mermaid", "mmd": "mermaid", "txt": "table"}
"""Endings of file names that are not those of a format."""


def format_of(ending: str) -> str | None:
    """The format for a file with this ending (``svg``, ``mmd``); None for an unknown one."""
    return ending if ending in _MODULES else _ENDINGS.get(ending)


def render(graph: Graph, format: str, options: RenderOptions = DEFAULTS) -> bytes:
    """The graph in ``format``, one of FORMATS. Raises RenderError where that cannot be made."""
    module = _MODULES.get(format)
    if module is None:
        raise RenderError(f"unknown format {format!r}: not one of {', '.join(FORMATS)}")
    rendered: bytes = import_module(module).render(graph, format, options)
    return rendered
