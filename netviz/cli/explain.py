"""``netviz explain``: what became of a socket, and why."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence

from netviz.cli.arguments import typed_name
from netviz.cli.exits import DONE, run
from netviz.cli.garbage import collect_no_garbage
from netviz.cli.log import conclude, set_up
from netviz.cli.output import write_output
from netviz.cli.progress import progress
from netviz.cli.snapshots import NamedSnapshots, add_snapshot_arguments
from netviz.cli.version import version_text
from netviz.errors import NetvizError
from netviz.explain.asking import explain_endpoint, explain_process
from netviz.explain.endpoint import Endpoint, parse_endpoint
from netviz.explain.explained import Explained
from netviz.render.explanation import explanation_summary, explanation_text

PROGRAM = "netviz explain"

DOING = "reading and joining snapshots"

log = logging.getLogger(PROGRAM)

EXAMPLES = """\
examples:
  netviz explain *.json --socket 10.0.0.2:5432
  netviz explain *.json --socket '[fd00::2]:443'
  netviz explain *.json --socket '*:6379'
  netviz explain *.json --process nginx
  netviz explain *.json --process 'python3*'

exit status: 0 something matches, 1 nothing does or the input is wrong, 2 usage
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; ``argv`` without the program's name. Gives the exit status."""
    return run(PROGRAM, lambda: _explain(make_parser().parse_args(argv)))


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Tell of each socket what it was joined with and by which rule, or why with"
        " nothing. The rules are those of docs/join-rules.md.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_snapshot_arguments(parser)
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument(
        "--socket",
        type=_endpoint,
        metavar="ADDRESS:PORT",
        help="sockets that have this address and port at either end; * for any address",
    )
    asked.add_argument(
        "--process",
        type=typed_name,
        metavar="NAME",
        help="sockets that processes of this name hold; * stands for anything",
    )
    parser.add_argument("--version", action="version", version=version_text())
    return parser


def _endpoint(text: str) -> Endpoint:
    try:
        return parse_endpoint(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _explain(options: argparse.Namespace) -> int:
    set_up(PROGRAM, options.log)
    snapshots = NamedSnapshots(options, log)
    collect_no_garbage()
    if options.socket is not None:
        what = f"no socket has {options.socket} at either end"
        with progress(options, DOING, snapshots.count):
            explained = explain_endpoint(snapshots, options.socket)
    else:
        what = f"no process is called {options.process!r}"
        with progress(options, DOING, snapshots.count):
            explained = explain_process(snapshots, options.process)
    snapshots.check_some()
    if not explained.found:
        raise NetvizError(_nothing(what, explained))
    write_output(None, explanation_text(explained))
    conclude(PROGRAM, options, explanation_summary(explained))
    return DONE


def _nothing(what: str, explained: Explained) -> str:
    return f"{what}\n  {explained.advice}" if explained.advice else what
