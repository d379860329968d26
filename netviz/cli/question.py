"""What commands that answer a question have in common: their arguments, the graph, the answer."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from netviz.cli.garbage import collect_no_garbage
from netviz.cli.log import conclude, set_up
from netviz.cli.output import add_output_arguments, chosen_format, write_output
from netviz.cli.progress import progress
from netviz.cli.snapshots import NamedSnapshots, add_snapshot_arguments, files_read
from netviz.cli.version import version_text
from netviz.cli.width import table_width
from netviz.graph import Graph
from netviz.group import Ungrouped, group
from netviz.render.options import RenderOptions
from netviz.stitch import StitchOptions, join_group

DEFAULT_FORMAT = "table"

CERTAIN = StitchOptions()
"""What is drawn when nothing else is asked for."""

T = TypeVar("T")


def question_parser(
    program: str, description: str, epilog: str, formats: Iterable[str]
) -> argparse.ArgumentParser:
    """A parser for the snapshot files, ``-f`` with one of ``formats``, and ``-o``."""
    parser = argparse.ArgumentParser(
        prog=program,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_snapshot_arguments(parser)
    add_output_arguments(parser, formats, DEFAULT_FORMAT)
    parser.add_argument("--version", action="version", version=version_text())
    return parser


def write_answer(
    program: str,
    options: argparse.Namespace,
    formats: Mapping[str, Callable[[T, RenderOptions], bytes]],
    answer: T,
    summary: str,
) -> None:
    """Write the answer, then a line about it on standard error.

    It is written in the one of ``formats`` that ``-f`` or the ending of the output names, else as a
    table, which is as wide as the terminal.
    """
    endings = {"txt": DEFAULT_FORMAT, **{name: name for name in formats}}
    asked = chosen_format(program, options, endings.get, DEFAULT_FORMAT)
    content = formats[asked](answer, RenderOptions(width=table_width(options.output)))
    write_output(options.output, content, files_read(options))
    conclude(program, options, summary)


def asked_graph(
    program: str,
    options: argparse.Namespace,
    how: StitchOptions = CERTAIN,
    level: str = "service",
) -> Graph:
    """The graph of the snapshots that the arguments name. Raises NetvizError.

    What machines report of their capture is told at ``--log info``.
    """
    log = set_up(program, options.log)
    log.debug("%s", version_text())
    return group(joined(NamedSnapshots(options, log), options, log, how, level), level)


def joined(
    snapshots: NamedSnapshots,
    options: argparse.Namespace,
    log: logging.Logger,
    how: StitchOptions,
    level: str,
) -> Ungrouped:
    """What graphs of ``level`` and coarser ones are made of. Raises NetvizError."""
    collect_no_garbage()
    with progress(options, "reading and joining snapshots", snapshots.count):
        found = join_group(snapshots, how, level)
    snapshots.check_some()
    for machine in found.machines:
        for problem in machine.problems:
            log.info("%s: %s", machine.name, problem)
    return found
