"""``netviz exposure``: every listener, who can reach it, and who was seen using it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial

from netviz.cli.arguments import expression
from netviz.cli.exits import DONE, run, say
from netviz.cli.question import asked_graph, question_parser, write_answer
from netviz.questions.exposure import LEVEL, NEEDED, exposure
from netviz.questions.exposure_fields import LISTENER_LANGUAGE, is_true_of
from netviz.questions.exposure_output import FORMATS, summary
from netviz.render.text import counted

PROGRAM = "netviz exposure"

MATCHED = 3
"""The exit status where a listener matches ``--fail-on``."""

EXAMPLES = """\
examples:
  netviz exposure *.json
  netviz exposure *.json -f csv -o listeners.csv
  netviz exposure *.json --fail-on 'scope=all and user=0 and seen=nobody,loopback'

exit status: 0 done, 1 the input is wrong, 2 usage, 3 a listener matches --fail-on
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; ``argv`` without the program's name. Gives the exit status."""
    return run(PROGRAM, lambda: _exposure(make_parser().parse_args(argv)))


def make_parser() -> argparse.ArgumentParser:
    parser = question_parser(
        PROGRAM,
        "List every listener of the group: on which interfaces it can be reached, who runs it, and"
        " who was seen using it. What to look at first comes first (docs/questions.md).",
        EXAMPLES,
        FORMATS,
    )
    parser.add_argument(
        "--fail-on",
        action="append",
        default=[],
        type=partial(expression, language=LISTENER_LANGUAGE),
        metavar="EXPR",
        help="end with status 3 where a listener is like this, such as 'scope=all and user=0' (a"
        " value with blanks in quotes: 'process=\"python3 celery\"')",
    )
    return parser


def _exposure(options: argparse.Namespace) -> int:
    found = exposure(asked_graph(PROGRAM, options, NEEDED, LEVEL))
    write_answer(PROGRAM, options, FORMATS, found, summary(found))
    matching = [
        one for one in found.listeners if any(is_true_of(test, one) for test in options.fail_on)
    ]
    if not matching:
        return DONE
    verb = "matches" if len(matching) == 1 else "match"
    say(f"{PROGRAM}: {counted(len(matching), 'listener')} {verb} --fail-on")
    return MATCHED
