"""What ``--version`` says."""

from __future__ import annotations

from netviz import __version__
from netviz.loops import IMPLEMENTATION as LOOPS
from netviz.parse import IMPLEMENTATION as PARSER


def version_text() -> str:
    """The version, and whether the compiled modules run or their pure-Python twins."""
    return f"netviz {__version__} (parser: {PARSER}, join: {LOOPS})"
