"""``netviz diff``: what came, went or changed between two captures of a group."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial

from netviz.cli.arguments import expression
from netviz.cli.exits import DONE, run
from netviz.cli.log import conclude
from netviz.cli.output import add_output_arguments, chosen_format, write_output
from netviz.cli.question import asked_graph
from netviz.cli.snapshots import add_reading_arguments, check_read_once
from netviz.cli.version import version_text
from netviz.diff.compare import DEFAULT_FACTOR, NEEDED, compare
from netviz.diff.flows_document import options_of, to_graph
from netviz.diff.formats import DEFAULT_FORMAT, FORMATS, format_of
from netviz.diff.given import GivenSide, check_alike
from netviz.diff.ignoring import COMPARED_LANGUAGE, ignored
from netviz.diff.wording import summary
from netviz.errors import FlowsGivenError, SnapshotError
from netviz.filters import asks_address
from netviz.graph import Graph
from netviz.snapshot.faults import Fault

PROGRAM = "netviz diff"

DIFFERENT = 1
"""The exit status where something differs, or could not be compared."""

ERROR = 2
"""The exit status of whatever went wrong, wrong usage among it."""

BETWEEN = "--"
"""What stands between the old files and the new ones."""

_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")

_HOW = "write -- between the old files and the new ones: netviz diff old/*.json -- new/*.json"

_ONE_SIDE = "give snapshots for old or new, or one such file"

EXAMPLES = """\
examples:
  netviz diff monday/*.json -- tuesday/*.json
  netviz diff monday/*.json -- tuesday/*.json -o changes.svg
  netviz diff yesterday.flows.json -- today/*.json --ignore 'process=sshd' --factor 4
  netviz diff yesterday.flows.json today.flows.json -f json

exit status: 0 alike, 1 different or not wholly comparable, 2 an error or wrong usage
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; ``argv`` without the program's name. Gives the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    return run(PROGRAM, lambda: _diff(_parsed(arguments)), failed=ERROR)


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        usage=f"{PROGRAM} [options] OLD ... -- NEW ...",
        description="Compare two captures of a group: services, listeners and flows that came, went"
        " or changed. Restarts change nothing (docs/diff.md).",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="snapshots, or what netviz-stitch -f json made of them: the old ones, --, the new ones"
        " (two files need no --); - is one on standard input",
    )
    parser.add_argument(
        "--ignore",
        action="append",
        default=[],
        type=partial(expression, language=COMPARED_LANGUAGE),
        metavar="EXPR",
        help="leave out, on both sides, what is like this, such as 'process=sshd or port=9100'"
        " (a value with blanks in quotes: 'process=\"python3 celery\"')",
    )
    parser.add_argument(
        "--factor",
        type=_factor,
        default=DEFAULT_FACTOR,
        metavar="N",
        help="tell of a flow that has so many times as many connections as the other; 1 tells of"
        f" every other count (default: {DEFAULT_FACTOR})",
    )
    add_output_arguments(parser, FORMATS, DEFAULT_FORMAT)
    add_reading_arguments(parser)
    parser.add_argument("--version", action="version", version=version_text())
    parser.set_defaults(name=[])
    return parser


def _parsed(arguments: list[str]) -> argparse.Namespace:
    """The options, with the files of each side as ``old`` and ``new``; options may be on both."""
    parser = make_parser()
    if BETWEEN not in arguments:
        options = parser.parse_args(arguments)
        if len(options.files) != 2:
            parser.error(_HOW)
        options.old, options.new = options.files[:1], options.files[1:]
        return options
    if arguments.count(BETWEEN) > 1:
        parser.error(_HOW)
    middle = arguments.index(BETWEEN)
    options = parser.parse_args(arguments[:middle])
    options.old, options.files = options.files, []
    options = parser.parse_args(arguments[middle + 1 :], options)
    options.new = options.files
    if not options.old or not options.new:
        parser.error(_HOW)
    return options


def _diff(options: argparse.Namespace) -> int:
    check_read_once(options.parser, [*set(options.old), *set(options.new)])
    format = chosen_format(PROGRAM, options, format_of, DEFAULT_FORMAT)
    sides = [_side(options, files) for files in (options.old, options.new)]
    check_alike(*sides)
    old, new = (side.graph for side in sides)
    for unwanted in options.ignore:
        old, new = ignored(old, unwanted), ignored(new, unwanted)
    found = compare(old, new, options.factor)
    write_output(options.output, FORMATS[format](found), [*options.old, *options.new])
    conclude(PROGRAM, options, summary(found))
    return DONE if found.alike else DIFFERENT


def _side(options: argparse.Namespace, files: list[str]) -> GivenSide:
    """One side's files: snapshots, or what is in a file of flows."""
    if len(files) > 1:
        try:
            return GivenSide(_stitched(options, files))
        except FlowsGivenError as found:
            what = "is what netviz-stitch wrote, with other files beside it"
            raise SnapshotError(found.path, what, "", _ONE_SIDE) from None
    try:
        return GivenSide(_stitched(options, files))
    except FlowsGivenError as found:
        try:
            return GivenSide(to_graph(found.document), found.path, options_of(found.document))
        except Fault as fault:
            raise SnapshotError(found.path, fault.what, fault.where, fault.advice) from fault


def _stitched(options: argparse.Namespace, files: list[str]) -> Graph:
    given = {**vars(options), "files": files}
    how = replace(NEEDED, by_address=any(map(asks_address, options.ignore)))
    return asked_graph(PROGRAM, argparse.Namespace(**given), how)


def _factor(text: str) -> Fraction:
    """A number of at least 1, such as 2 or 1.5."""
    factor = Fraction(text) if _NUMBER.fullmatch(text) else 0
    if factor < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 999999999, such as 2")
    return Fraction(factor)


if __name__ == "__main__":
    sys.exit(main())
