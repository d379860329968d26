"""Colours and lines. Nothing is told by colour alone: every kind has a line of its own.

The colours are those of Okabe and Ito, "Color universal design", which people who do not see
every colour can tell apart; their greys differ too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

FONT = "Helvetica,Arial,sans-serif"

INK = "#222222"
FAINT = "#5f5f5f"
PAPER = "#ffffff"
MACHINE_FILL = "#f3f4f6"
MACHINE_LINE = "#9aa0a6"
CONTAINER_FILL = "#e3eaf2"
LISTENER_FILL = "#eef3ee"
ROOT_FILL = "#000000"
UNCONFINED_FILL = "#b34700"
BADGE_INK = "#ffffff"

_WIDEST = 6.0


@dataclass(frozen=True, slots=True)
class LineStyle:
    """How a flow of one kind is drawn, in the words of Graphviz, and what the legend says."""

    color: str
    style: str
    arrowhead: str
    meaning: str


LINES = {
    "reciprocal": LineStyle(INK, "solid", "normal", "both ends seen"),
    "nat": LineStyle("#0072b2:#ffffff:#0072b2", "solid", "normal", "both ends seen, through NAT"),
    "queued": LineStyle("#d55e00", "solid", "teenormal", "not yet accepted by the server"),
    "one-sided": LineStyle("#b34700", "dashed", "normal", "one end seen, the other must be this"),
    "external": LineStyle("#cc79a7", "dashed", "vee", "the other end is outside of the group"),
    "attempt": LineStyle("#d55e00", "dotted", "empty", "tried, no answer yet"),
    "recent": LineStyle(FAINT, "dotted", "normal", "closed a moment ago"),
    "peer": LineStyle("#009e73", "solid", "vee", "unix socket or pipe"),
}

SURE = {
    "reciprocal": "both ends seen",
    "nat": "both ends seen, translated",
    "queued": "not accepted yet",
    "one-sided": "one end seen",
    "external": "other end outside",
    "attempt": "not answered",
    "recent": "closed",
    "peer": "both ends seen",
}
"""How sure a flow is, by its ``match``."""


def width(connections: int) -> str:
    """The width of a line, in points: one more for every tenfold count."""
    return f"{min(1.2 + math.log10(max(connections, 1)), _WIDEST):.2f}"
