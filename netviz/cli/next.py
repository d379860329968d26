"""``netviz next``: the machines that are missing, ranked by how many sockets talk to them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from netviz.cli.exits import DONE, run
from netviz.cli.question import asked_graph, question_parser, write_answer
from netviz.questions.next_machines import next_machines
from netviz.questions.next_output import FORMATS, summary

PROGRAM = "netviz next"

EXAMPLES = """\
examples:
  netviz next *.json
  netviz next *.json -f csv -o next.csv

exit status: 0 done, 1 the input is wrong, 2 usage
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; ``argv`` without the program's name. Gives the exit status."""
    return run(PROGRAM, lambda: _next(make_parser().parse_args(argv)))


def make_parser() -> argparse.ArgumentParser:
    return question_parser(
        PROGRAM,
        "List the addresses that sockets of the group talk to and that no machine of it has:"
        " what to capture next (docs/questions.md).",
        EXAMPLES,
        FORMATS,
    )


def _next(options: argparse.Namespace) -> int:
    graph = asked_graph(PROGRAM, options)
    machines = next_machines(graph)
    write_answer(PROGRAM, options, FORMATS, machines, summary(machines, graph.machines))
    return DONE
