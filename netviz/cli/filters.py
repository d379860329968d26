"""The arguments that leave things out of a graph, and their effect, in one order."""

from __future__ import annotations

import argparse
from functools import partial

from netviz.filters import around, busy, hide, hide_unlinked, only, parse_expression
from netviz.filters.expression import Expression, ExpressionError
from netviz.graph import Graph

MOST_HOPS = 100


def add_filter_arguments(parser: argparse.ArgumentParser) -> None:
    """Let a command leave out what is not wanted (docs/filters.md)."""
    group = parser.add_argument_group("what to leave out")
    group.add_argument(
        "--only",
        action="append",
        default=[],
        type=_expression,
        metavar="EXPR",
        help="keep flows like this, such as 'machine=web* and port=80,443'",
    )
    group.add_argument(
        "--hide",
        action="append",
        default=[],
        type=_expression,
        metavar="EXPR",
        help="leave out flows and nodes like this, such as 'process=sshd'",
    )
    group.add_argument(
        "--around",
        metavar="NAME",
        help="keep what calls NAME (a process, unit or machine), and what it calls",
    )
    group.add_argument(
        "--hops",
        type=partial(_number, most=MOST_HOPS),
        default=1,
        metavar="N",
        help="how many steps --around goes (default: %(default)s)",
    )
    group.add_argument(
        "--min-connections",
        type=partial(_number, most=2**63),
        default=1,
        metavar="N",
        help="leave out flows of fewer connections",
    )
    group.add_argument(
        "--hide-unlinked-listeners",
        action="store_true",
        help="leave out processes that only listen",
    )


def filtered(graph: Graph, options: argparse.Namespace) -> Graph:
    """The graph without what the options leave out."""
    if options.around is not None:
        graph = around(graph, options.around, options.hops)
    for expression in options.only:
        graph = only(graph, expression)
    for expression in options.hide:
        graph = hide(graph, expression)
    graph = busy(graph, options.min_connections)
    return hide_unlinked(graph) if options.hide_unlinked_listeners else graph


def _expression(text: str) -> Expression:
    try:
        return parse_expression(text)
    except ExpressionError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _number(text: str, most: int) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 19 or not 1 <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {most}")
    return int(text)
