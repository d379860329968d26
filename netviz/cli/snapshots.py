"""The snapshot files that a command is given: the arguments that name them, and reading them."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace

from netviz.cli.arguments import named_file, size
from netviz.cli.log import add_log_arguments
from netviz.errors import FlowsGivenError, NetvizError, SnapshotError
from netviz.snapshot import load
from netviz.snapshot.faults import OR_LEAVE_OUT
from netviz.snapshot.files import STANDARD_INPUT
from netviz.snapshot.limits import MOST_BYTES, size_text
from netviz.snapshot.model import Snapshot


def add_snapshot_arguments(parser: argparse.ArgumentParser) -> None:
    """Let a command take files, names for them, and what to do about bad ones."""
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="snapshots (.json or .json.gz); - is one on standard input",
    )
    parser.add_argument(
        "--name",
        action="append",
        default=[],
        type=named_file,
        metavar="NAME=FILE",
        help="read FILE too, and call its machine NAME",
    )
    add_reading_arguments(parser)


def add_reading_arguments(parser: argparse.ArgumentParser) -> None:
    """Let a command be told how to read its files, and how much to tell of it."""
    parser.add_argument(
        "--keep-going", action="store_true", help="report a bad file and leave it out"
    )
    parser.add_argument(
        "--max-size",
        type=size,
        default=MOST_BYTES,
        metavar="SIZE",
        help="refuse larger files, decompressed, such as 512M or 4G "
        f"(default: {size_text(MOST_BYTES)})",
    )
    add_log_arguments(parser)
    parser.set_defaults(parser=parser)


def files_read(options: argparse.Namespace) -> list[str]:
    """All files that the arguments name to be read, snapshots once each, a file of labels too."""
    labels = getattr(options, "labels", None)
    paths = {*options.files, *(path for _, path in options.name)}
    return [*paths, *([labels] if labels else [])]


def check_read_once(parser: argparse.ArgumentParser, paths: Sequence[str]) -> None:
    """End with a usage error where standard input is named twice among ``paths``."""
    if paths.count(STANDARD_INPUT) > 1:
        parser.error("- is standard input, which can be read once")


class NamedSnapshots:
    """The snapshots of all files, one at a time, under the names that were asked for.

    ``options`` are what the arguments above were parsed to; where they name no file that is a
    usage error. ``log`` is told of bad files that are left out.
    """

    def __init__(self, options: argparse.Namespace, log: logging.Logger) -> None:
        self._names: dict[str, str] = {path: name for name, path in options.name}
        # Sorted, so that the order in which files are named changes nothing.
        self._paths: list[str] = sorted({*options.files, *self._names})
        if not self._paths:
            options.parser.error("name at least one snapshot file, such as web.json")
        check_read_once(options.parser, files_read(options))
        self._keep_going: bool = options.keep_going
        self._size_limit: int = options.max_size
        self._log = log
        self._loaded = 0
        self._files_read = 0

    def __iter__(self) -> Iterator[Snapshot]:
        for path in self._paths:
            yield from self.of_file(path)

    @property
    def paths(self) -> list[str]:
        """The files, sorted."""
        return list(self._paths)

    def of_file(self, path: str) -> Iterator[Snapshot]:
        """The snapshots of one of the files."""
        for snapshot in load(
            path,
            keep_going=self._keep_going,
            on_problem=self._left_out,
            size_limit=self._size_limit,
        ):
            self._loaded += 1
            self._log.info("%s: machine %s", snapshot.source, snapshot.host.name)
            yield self._named(path, snapshot)
        self._files_read += 1

    def count(self) -> tuple[int, int]:
        """How many files were read so far, and how many there are."""
        return self._files_read, len(self._paths)

    def check_some(self) -> None:
        """NetvizError where every file was bad."""
        if not self._loaded:
            raise NetvizError("no snapshot is left: every file was bad")

    def _named(self, path: str, snapshot: Snapshot) -> Snapshot:
        name = self._names.get(path)
        if name is None:
            return snapshot
        return replace(snapshot, host=replace(snapshot.host, name=name))

    def _left_out(self, error: SnapshotError) -> None:
        if isinstance(error, FlowsGivenError) and not error.where and len(self._paths) == 1:
            raise error  # of the only file there is nothing but this to tell
        self._log.warning("left out: %s", str(error).removesuffix(OR_LEAVE_OUT))
