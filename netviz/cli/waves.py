"""``netviz waves``: what moves together in a migration, and which flows are cut."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from functools import partial

from netviz.cli.arguments import whole_number
from netviz.cli.exits import DONE, run
from netviz.cli.filters import (
    add_filter_arguments,
    ask_address,
    check_filters,
    filtered,
    filters_of,
)
from netviz.cli.labels import labelled
from netviz.cli.question import asked_graph, question_parser, write_answer
from netviz.cli.snapshots import check_read_once, files_read
from netviz.group import group
from netviz.labels import read_labels
from netviz.questions.waves import waves
from netviz.questions.waves_output import FORMATS, summary
from netviz.stitch import StitchOptions

PROGRAM = "netviz waves"

log = logging.getLogger(PROGRAM)

MOST_NODES = 10**6

EXAMPLES = """\
examples:
  netviz waves *.json
  netviz waves *.json --most 10 --hide 'process=node_exporter,sshd'
  netviz waves *.json --by label --labels names.toml -o waves.csv

exit status: 0 done, 1 the input is wrong, 2 usage
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; ``argv`` without the program's name. Gives the exit status."""
    return run(PROGRAM, lambda: _waves(make_parser().parse_args(argv)))


def make_parser() -> argparse.ArgumentParser:
    parser = question_parser(
        PROGRAM,
        "Find groups of machines or services that move together, because flows join them, and"
        " the flows that are cut where a group is split (docs/questions.md).",
        EXAMPLES,
        FORMATS,
    )
    parser.add_argument(
        "--by",
        choices=("host", "service", "label"),
        default="host",
        help="what moves (default: %(default)s)",
    )
    parser.add_argument(
        "--labels", metavar="FILE", help="your own names for --by label: TOML (docs/filters.md)"
    )
    parser.add_argument(
        "--most",
        type=partial(whole_number, most=MOST_NODES),
        metavar="N",
        help="split waves of more than so many, where fewest connections are cut",
    )
    add_filter_arguments(parser)
    return parser


def _waves(options: argparse.Namespace) -> int:
    if (options.by == "label") != (options.labels is not None):
        options.parser.error("--by label and --labels FILE go together")
    check_filters(options)
    check_read_once(options.parser, files_read(options))
    labels = [] if options.labels is None else read_labels(options.labels)
    how = StitchOptions(by_address=ask_address(options))
    graph = filtered(asked_graph(PROGRAM, options, how), filters_of(options, log))
    graph = labelled(PROGRAM, options, graph, labels) if labels else group(graph, options.by)
    found = waves(graph, options.most)
    write_answer(PROGRAM, options, FORMATS, found, summary(found))
    return DONE
