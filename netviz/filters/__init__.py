"""Leaving things out of a graph: pure functions from a graph to a smaller one."""

from netviz.filters.around import around
from netviz.filters.busy import busy
from netviz.filters.by_address import asks_address, together
from netviz.filters.chosen import hide, only
from netviz.filters.expression import Expression, parse_expression
from netviz.filters.often import often
from netviz.filters.tokens import ExpressionError
from netviz.filters.unlinked import hide_unlinked

__all__ = [
    "Expression",
    "ExpressionError",
    "around",
    "asks_address",
    "busy",
    "hide",
    "hide_unlinked",
    "often",
    "only",
    "parse_expression",
    "together",
]
