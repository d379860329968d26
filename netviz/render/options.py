"""What can be asked of a renderer."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


def _tell_nobody(line: str) -> None:
    """Where nobody listens."""


class RenderOptions(NamedTuple):
    """``time_limit``: how long, in seconds, the ``dot`` program may take to lay out a picture.

    ``with_ids``: name the elements of a drawing, node 1 ``n1`` and flow 1 ``f1``, for a script.

    ``numeric``: ports as numbers alone. Else what people look at has the names of well-known ones,
    too; formats for programs never have.

    ``width``: of a table, in characters.

    ``opens``: the level at which a page with several of them opens, None for the finest.

    ``tell``: gets a line on what a page lacks that is of use without it.

    ``graph_options``: those that changed what is in the graph, as they were typed, sorted.
    """

    time_limit: float = 300.0
    with_ids: bool = False
    numeric: bool = False
    width: int = 160
    opens: str | None = None
    tell: Callable[[str], None] = _tell_nobody
    graph_options: tuple[str, ...] = ()


DEFAULTS = RenderOptions()
