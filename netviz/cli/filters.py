"""The arguments that leave things out of a graph, and their effect, in one order."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from netviz.cli.arguments import expression, typed_name, whole_number
from netviz.graph import Graph
from netviz.snapshot.faults import quoted

if TYPE_CHECKING:
    from netviz.filters.expression import Expression

HOPS = 1
MOST_HOPS = 100


class TypedExpression(NamedTuple):
    """An expression, and how it was typed."""

    text: str
    expression: Expression


def add_filter_arguments(parser: argparse.ArgumentParser) -> None:
    """Let a command leave out what is not wanted (docs/filters.md)."""
    group = parser.add_argument_group("what to leave out")
    group.add_argument(
        "--only",
        action="append",
        default=[],
        type=_typed_expression,
        metavar="EXPR",
        help="keep flows like this, such as 'machine=web* and port=80,443'; a value with blanks"
        " or parentheses stands in quotes: 'process=\"python3 celery\"'",
    )
    group.add_argument(
        "--hide",
        action="append",
        default=[],
        type=_typed_expression,
        metavar="EXPR",
        help="leave out flows and nodes like this, such as 'process=sshd,\"(sd-pam)\"'",
    )
    group.add_argument(
        "--around",
        type=_name,
        metavar="NAME",
        help="keep what calls NAME (a process, unit or machine; * stands for anything), and what it"
        " calls",
    )
    group.add_argument(
        "--hops",
        type=partial(whole_number, most=MOST_HOPS),
        metavar="N",
        help=f"how many steps --around goes (default: {HOPS})",
    )
    group.add_argument(
        "--min-connections",
        type=whole_number,
        default=1,
        metavar="N",
        help="leave out flows of fewer connections",
    )
    group.add_argument(
        "--seen-in",
        type=partial(whole_number, most=100),
        metavar="PERCENT",
        help="leave out flows that fewer of the snapshots of their machines list, where a machine "
        "has several",
    )
    group.add_argument(
        "--hide-unlinked-listeners",
        action="store_true",
        help="leave out processes that only listen",
    )


def _name(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("a name is needed, such as nginx")
    return typed_name(text)


def ask_address(options: argparse.Namespace) -> bool:
    """Whether the options ask for addresses of connections: StitchOptions.by_address, then."""
    expressions = [typed.expression for typed in (*options.only, *options.hide)]
    if not expressions:
        return False
    from netviz.filters import asks_address

    return any(map(asks_address, expressions))


def check_filters(options: argparse.Namespace) -> None:
    """End with a usage error where the options do not go together."""
    if options.hops is not None and options.around is None:
        options.parser.error("--hops N is for --around NAME")


def filters_of(
    options: argparse.Namespace, log: logging.Logger
) -> Iterator[Callable[[Graph], Graph]]:
    """What the options leave out, in the order in which they do. Most pictures leave nothing out,
    and need none of the imports. ``log`` is told of a name that nothing has."""
    if options.around is not None:
        yield partial(_around, name=options.around, hops=options.hops or HOPS, log=log)
    for wanted in options.only:
        from netviz.filters import only

        yield partial(only, expression=wanted.expression)
    for unwanted in options.hide:
        from netviz.filters import hide

        yield partial(hide, expression=unwanted.expression)
    if ask_address(options):
        from netviz.filters import together

        yield together
    if options.min_connections > 1:
        from netviz.filters import busy

        yield partial(busy, least=options.min_connections)
    if options.seen_in is not None:
        from netviz.filters import often

        yield partial(often, percent=options.seen_in)
    if options.hide_unlinked_listeners:
        from netviz.filters import hide_unlinked

        yield hide_unlinked


def _around(graph: Graph, name: str, hops: int, log: logging.Logger) -> Graph:
    from netviz.filters import around

    found = around(graph, name, hops)
    if not found.nodes:
        log.warning("--around %s: no process, unit or machine is called that", quoted(name))
    return found


def filter_texts(options: argparse.Namespace) -> Iterator[str]:
    """The same options as they are typed, in no order."""
    if options.around is not None:
        yield f"--around {options.around} --hops {options.hops or HOPS}"
    yield from (f"--only {wanted.text}" for wanted in options.only)
    yield from (f"--hide {unwanted.text}" for unwanted in options.hide)
    if options.min_connections > 1:
        yield f"--min-connections {options.min_connections}"
    if options.seen_in is not None:
        yield f"--seen-in {options.seen_in}"
    if options.hide_unlinked_listeners:
        yield "--hide-unlinked-listeners"


def _typed_expression(text: str) -> TypedExpression:
    return TypedExpression(typed_name(text), expression(text))


def filtered(graph: Graph, filters: Iterable[Callable[[Graph], Graph]]) -> Graph:
    """The graph without what the filters leave out."""
    for leave_out in filters:
        graph = leave_out(graph)
    return graph
