"""The formats that differences are written in, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from netviz.diff import dot, json_differences, text
from netviz.diff.differences import Differences
from netviz.render.options import DEFAULTS
from netviz.render.picture import paint


def _painter(format: str) -> Callable[[Differences], bytes]:
    return lambda found: paint(dot.render(found), format, DEFAULTS.time_limit)


FORMATS: Mapping[str, Callable[[Differences], bytes]] = {
    "dot": dot.render,
    "json": json_differences.render,
    "pdf": _painter("pdf"),
    "png": _painter("png"),
    "svg": _painter("svg"),
    "text": text.render,
}

DEFAULT_FORMAT = "text"

_ENDINGS = {"gv": "dot", "txt": "text"}


def format_of(ending: str) -> str | None:
    """The format for a file with this ending; None for an unknown one."""
    return ending if ending in FORMATS else _ENDINGS.get(ending)
