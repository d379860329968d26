"""``netviz-stitch``: join snapshots and draw who talks to whom."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from netviz.cli.arguments import seconds
from netviz.cli.exits import DONE, run
from netviz.cli.filters import add_filter_arguments, check_filters, filtered, filters_of
from netviz.cli.graph_options import graph_options, stitch_options
from netviz.cli.log import conclude, set_up
from netviz.cli.output import (
    add_output_arguments,
    chosen_format,
    is_beside_messages,
    write_output,
)
from netviz.cli.progress import progress
from netviz.cli.question import joined
from netviz.cli.snapshots import NamedSnapshots, add_snapshot_arguments, files_read
from netviz.cli.version import version_text
from netviz.cli.width import table_width
from netviz.graph import EXTERNAL, FLOW_KINDS, LEVELS, Graph
from netviz.group import Ungrouped, group, ungrouped
from netviz.readable import readable
from netviz.render import FORMATS, RenderOptions, format_of, render
from netviz.render.options import DEFAULTS
from netviz.render.summary import summary
from netviz.subnets import by_subnet

if TYPE_CHECKING:
    from netviz.labels import Label

PROGRAM = "netviz-stitch"

DEFAULT_FORMAT = "dot"

PICTURES = frozenset({"dot", "svg", "png", "pdf", "html", "mermaid"})
"""What people look at: it is of no use where it is too large."""

log = logging.getLogger(PROGRAM)

EXAMPLES = """\
examples:
  netviz-stitch big/*.json > flows.dot
  netviz-stitch big/*.json -o flows.svg
  netviz-stitch -f json --group-by process web.json db.json
  netviz-stitch --only "port=5432 or server.process=postgres" big/*.json -o flows.svg
  netviz-stitch --around nginx --hops 2 big/*.json -o flows.svg
  netviz-stitch --flows net,unix,pipe big/*.json -o flows.svg
  netviz-stitch --name web=10.0.0.5.json --name db=10.0.0.6.json > flows.dot

exit status: 0 done, 1 the input is wrong or the output cannot be written, 2 usage
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; ``argv`` without the program's name. Gives the exit status."""
    return run(PROGRAM, lambda: _stitch(make_parser().parse_args(argv)))


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Join snapshots of a group of machines and draw which process talks to which.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_snapshot_arguments(parser)
    add_output_arguments(parser, FORMATS, DEFAULT_FORMAT)
    parser.add_argument(
        "--group-by",
        choices=(*LEVELS, "subnet", "label"),
        help="what one node stands for (default: service; in pictures the finest of service, "
        "container, host and subnet that can be read)",
    )
    parser.add_argument(
        "--labels",
        metavar="FILE",
        help="your own names for --group-by label: TOML (docs/filters.md)",
    )
    parser.add_argument(
        "--flows",
        type=_flow_kinds,
        default=frozenset({"net"}),
        metavar="KIND,...",
        help="what to draw: net, unix (sockets), pipe, several with commas (default: net)",
    )
    parser.add_argument("--recent", action="store_true", help="draw closed connections (TIME_WAIT)")
    parser.add_argument(
        "--self", action="store_true", help="draw connections inside one process", dest="self_flows"
    )
    parser.add_argument(
        "--attempts", action="store_true", help="draw connections that are not established yet"
    )
    parser.add_argument(
        "--doubtful",
        action="store_true",
        help="draw one-sided connections too of which a condition is unknown",
    )
    parser.add_argument(
        "--external",
        choices=EXTERNAL,
        help="draw what is outside of the group too: a node for each network, or for each service",
    )
    parser.add_argument(
        "--time-limit",
        type=seconds,
        default=DEFAULTS.time_limit,
        metavar="SECONDS",
        help="how long Graphviz may take to lay out a picture (default: %(default)g)",
    )
    add_filter_arguments(parser)
    parser.add_argument(
        "--numeric",
        action="store_true",
        help="ports as numbers, without the names of well-known ones (csv, json, graphml: always)",
    )
    parser.add_argument("--version", action="version", version=version_text())
    return parser


def _flow_kinds(text: str) -> frozenset[str]:
    kinds = frozenset(text.split(","))
    for kind in sorted(kinds.difference(FLOW_KINDS)):
        raise argparse.ArgumentTypeError(f"{kind!r} is not one of {', '.join(FLOW_KINDS)}")
    return kinds


def _stitch(options: argparse.Namespace) -> int:
    set_up(PROGRAM, options.log)
    log.debug("%s", version_text())
    check_filters(options)
    snapshots = NamedSnapshots(options, log)
    labels = _labels(options)
    options.format = chosen_format(PROGRAM, options, format_of, DEFAULT_FORMAT)
    level = options.group_by if options.group_by in LEVELS else "service"
    graph: Graph | Ungrouped = joined(snapshots, options, log, stitch_options(options), level)
    has_every_level = options.format == "html" and options.group_by is None
    filters = list(filters_of(options, log))
    if has_every_level or filters:
        graph = filtered(group(graph, level), filters)
    shown = _coarser(graph, options, labels)
    opens = shown.level
    if has_every_level:
        shown = group(graph, level)
    with progress(options, "drawing"):
        content = render(shown, options.format, _render_options(options, opens))
    write_output(options.output, content, files_read(options))
    if not (options.format == "table" and is_beside_messages(options.output)):
        conclude(PROGRAM, options, summary(shown))  # a table ends with it
    return DONE


def _labels(options: argparse.Namespace) -> list[Label]:
    if (options.group_by == "label") != (options.labels is not None):
        options.parser.error("--group-by label and --labels FILE go together")
    if options.labels is None:
        return []
    from netviz.labels import read_labels  # seldom asked for

    return read_labels(options.labels)


def _coarser(graph: Graph | Ungrouped, options: argparse.Namespace, labels: list[Label]) -> Graph:
    """The graph at the level that was asked for; in a picture, else, at one that can be read."""
    if options.group_by == "label":
        from netviz.cli.labels import labelled

        return labelled(PROGRAM, options, ungrouped(graph).coarser("service"), labels)
    if options.group_by == "subnet":
        return by_subnet(ungrouped(graph).coarser("service"))
    if options.group_by is not None or options.format not in PICTURES:
        return group(graph, options.group_by or "service")
    chosen, why = readable(graph)
    if why and options.format == "html":
        conclude(PROGRAM, options, f"the page opens at {chosen.level}, because {why}; it has both")
    elif why:
        more = "--group-by service draws them, --only and --around a part of them"
        conclude(PROGRAM, options, f"drawn by {chosen.level}, because {why}; {more}")
    return chosen


def _render_options(options: argparse.Namespace, opens: str) -> RenderOptions:
    return RenderOptions(
        time_limit=options.time_limit,
        numeric=options.numeric,
        width=table_width(options.output),
        opens=opens,
        tell=partial(log.warning, "%s"),
        graph_options=graph_options(options),
    )
