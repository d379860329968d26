"""Graphviz' drawings of the levels of a page, and why a level has none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from netviz.bundles import bundles
from netviz.errors import RenderError
from netviz.graph import Graph
from netviz.render import dot, picture
from netviz.render.options import RenderOptions

MOST_NODES = 400
MOST_LINES = 1200
"""What Graphviz lays out soon enough; a larger level starts from its table."""

LAYOUT_LIMIT = 30.0
"""Seconds for the drawing of one level. One that takes longer has a table all the same."""

TOO_LARGE = "there is too much in it to be drawn"

_SVG = re.compile(r"<svg.*</svg>", re.DOTALL)


class Pictures:
    """The drawings of levels, by name: of a level either ``drawn`` has one or ``undrawn`` why not.

    The table and the neighbourhoods need no Graphviz: where it fails the page is made without.
    """

    def __init__(self, levels: Sequence[Graph], options: RenderOptions) -> None:
        self.drawn: dict[str, str] = {}
        self.undrawn: dict[str, str] = {}
        failed: dict[str, str] = {}
        for graph in levels:
            if len(graph.nodes) > MOST_NODES or len(bundles(graph)) > MOST_LINES:
                self.undrawn[graph.level] = TOO_LARGE
                continue
            try:
                self.drawn[graph.level] = _drawing(graph, options)
            except RenderError as error:
                failed[graph.level] = str(error).partition("\n")[0]
        self.undrawn.update(failed)
        if failed:
            options.tell(_told(failed, not self.drawn))

    def templates(self) -> str:
        """Every drawing as markup, inert until it is shown."""
        return "".join(
            f'<template data-level="{level}">{drawing}</template>\n'
            for level, drawing in self.drawn.items()
        )


def _drawing(graph: Graph, options: RenderOptions) -> str:
    limit = min(options.time_limit, LAYOUT_LIMIT)
    source = dot.render(graph, "dot", RenderOptions(with_ids=True, numeric=options.numeric))
    drawn = _SVG.search(picture.paint(source, "svg", limit).decode("utf-8", "replace"))
    if drawn is None:
        raise RenderError("dot wrote no picture")
    return drawn[0]


def _told(failed: Mapping[str, str], all_of_them: bool) -> str:
    """One line on the levels that could not be drawn, and why."""
    where = "" if all_of_them else f" of {', '.join(failed)}"
    return f"the page has no picture{where}: {'; '.join(dict.fromkeys(failed.values()))}"
