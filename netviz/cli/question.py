"""What the commands that answer a question have in common: their arguments, and the graph."""

from __future__ import annotations

import argparse
import gc
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from netviz.cli.log import set_up
from netviz.cli.progress import progress
from netviz.cli.snapshots import NamedSnapshots, add_snapshot_arguments
from netviz.cli.version import version_text
from netviz.graph import Graph
from netviz.snapshot.ahead import ahead
from netviz.stitch import StitchOptions, stitch

DEFAULT_FORMAT = "table"

CERTAIN = StitchOptions()
"""What is drawn when nothing else is asked for."""

T = TypeVar("T")


def question_parser(
    program: str, description: str, epilog: str, formats: Mapping[str, object]
) -> argparse.ArgumentParser:
    """A parser for the snapshot files, ``-f`` with one of ``formats``, and ``-o``."""
    parser = argparse.ArgumentParser(
        prog=program,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_snapshot_arguments(parser)
    parser.add_argument(
        "-o", "--output", metavar="OUT", help="write to this file (default: standard output)"
    )
    parser.add_argument(
        "-f",
        "--format",
        choices=sorted(formats),
        help="what to write (default: what the ending of OUT says, else table)",
    )
    parser.add_argument("--version", action="version", version=version_text())
    return parser


def chosen_format(options: argparse.Namespace, formats: Mapping[str, T]) -> T:
    """The one of ``formats`` that ``-f`` or the ending of the output names, else the table."""
    if options.format:
        return formats[options.format]
    ending = Path(options.output or "").suffix.lstrip(".").lower()
    return formats[ending if ending in formats else DEFAULT_FORMAT]


def asked_graph(
    program: str,
    options: argparse.Namespace,
    how: StitchOptions = CERTAIN,
    level: str = "service",
) -> Graph:
    """The graph of the snapshots that the arguments name. Raises NetvizError.

    What machines report of their capture is told at ``--log info``.
    """
    log: logging.Logger = set_up(program, options.log)
    log.debug("%s", version_text())
    snapshots = NamedSnapshots(options, log)
    # Nothing that is made here goes round in circles, and there is a lot of it to look through.
    gc.disable()
    with progress(options, "reading and joining snapshots", snapshots.count):
        graph = stitch(ahead(snapshots), how, level)
    snapshots.check_some()
    for machine in graph.machines:
        for problem in machine.problems:
            log.info("%s: %s", machine.name, problem)
    return graph
