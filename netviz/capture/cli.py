"""``netviz-capture``: snapshots of this machine, or of a procfs somewhere else."""

import argparse
import os
import sys
from typing import List, Optional, Sequence

from netviz._version import __version__
from netviz.capture.document import Options, write_snapshot
from netviz.capture.durations import seconds
from netviz.capture.interrupts import interrupts
from netviz.capture.output import STANDARD_OUTPUT, Output, OutputError, open_output
from netviz.capture.problems import Problems
from netviz.capture.procfs import Procfs
from netviz.capture.schedule import Schedule, run

DONE = 0
FAILED = 1
INTERRUPTED = 130
READER_GONE = 141

NAME = "netviz-capture"

EVERY = 1.0
"""Seconds from one sample to the next, where nothing else is asked for."""

NICE = 10
"""How much lower the priority of a capture that repeats is. At 19 it would hardly get any time on
a busy machine, and what takes long shows its beginning and its end at different times."""


def main(argv: Optional[List[str]] = None) -> int:
    """Capture as the arguments say; the exit status: 0 done, 1 failed, 2 usage, 130 interrupted."""
    try:
        arguments = _printing(argv)
    except OSError as error:
        return _not_printed(error)
    root = os.path.abspath(arguments.proc or "/proc")
    if not _is_procfs(root):
        _say(f"{root}: no process is to be seen there; is it a mounted procfs?")
        return FAILED
    repeats = _repeats(arguments)
    schedule = Schedule(
        arguments.every or EVERY, arguments.repeat if repeats else 1, arguments.duration
    )
    nice = arguments.nice if arguments.nice is not None else NICE if repeats else 0
    if nice:
        os.nice(nice)
    output = None
    try:
        # Of several samples the one that is being taken is taken to its end.
        with interrupts(1 if repeats else 0) as stop, open_output(arguments.output) as output:
            samples = _Samples(root, arguments, output)
            run(schedule, samples.take, stop.wait, _say)
    except OutputError as error:
        if error.closed_pipe:
            return READER_GONE
        _say(f"{error}; {_written(output)}")
        return FAILED
    except KeyboardInterrupt:
        _say(f"interrupted; {_written(output)}")
        return INTERRUPTED
    if stop.asked:
        _say(f"interrupted; {_written(output)}")
        return INTERRUPTED
    return DONE


class _Samples:
    """Takes samples of the procfs at ``root`` and says once what was not seen."""

    def __init__(self, root: str, arguments: argparse.Namespace, output: Output) -> None:
        self._root = root
        self._output = output
        self._told = False
        self._options = Options(
            live=arguments.proc is None,
            cmdline=arguments.cmdline,
            conntrack=not arguments.no_conntrack,
            threads=arguments.threads,
            byteorder=arguments.byteorder,
        )

    def take(self) -> None:
        """One sample, as one document. OutputError where it cannot be written."""
        proc = Procfs(self._root, Problems())
        unseen = write_snapshot(proc, self._options, self._output.write)
        self._output.end_document()
        if unseen and not self._told:
            self._told = True
            _say(unseen)


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=NAME,
        description="Write one snapshot of which process of this machine holds which socket, as "
        "JSON for netviz-stitch. Run it as root to see the processes of all users.",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="write to FILE, which is replaced only when the snapshot is whole; compressed where "
        "the name ends in .gz (default: standard output)",
    )
    parser.add_argument(
        "--cmdline",
        action="store_true",
        help="include the command lines of the processes, which may hold passwords",
    )
    parser.add_argument(
        "--threads",
        action="store_true",
        help="read each thread's descriptors, not only each process's: for programs whose threads "
        "do not share them; takes as many times longer as there are threads",
    )
    parser.add_argument(
        "--no-conntrack",
        action="store_true",
        help="leave out the table of tracked connections, which joins flows through NAT",
    )
    _add_repetition(parser)
    parser.add_argument(
        "--proc",
        metavar="DIR",
        help="read DIR instead of /proc, and ask nothing of the running kernel",
    )
    parser.add_argument(
        "--byteorder",
        choices=("little", "big"),
        help="byte order of the machine that DIR is from (default: that of this machine)",
    )
    parser.add_argument("--version", action="version", version="%(prog)s " + __version__)
    return parser


def _add_repetition(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "several samples, one a line",
        "What lives for a second is missed by one. Ctrl-C ends after the sample at hand, and those "
        "that are whole are kept.",
    )
    how_often = group.add_mutually_exclusive_group()
    how_often.add_argument("--repeat", type=_count, metavar="N", help="take N samples")
    how_often.add_argument(
        "--for",
        type=seconds,
        metavar="TIME",
        dest="duration",
        help="take samples for so long, such as 30s, 10m or 2h",
    )
    group.add_argument(
        "--every",
        type=seconds,
        metavar="TIME",
        help=f"from the beginning of one sample to that of the next (default: {EVERY:g}s)",
    )
    group.add_argument(
        "--nice",
        type=_niceness,
        metavar="N",
        help="lower the priority on the processor by N, 0 to 19 "
        f"(default: {NICE} for several samples, 0 for one)",
    )


def parsed(argv: Optional[Sequence[str]]) -> argparse.Namespace:
    """The arguments; ends the program with a usage error where they do not go together."""
    parser = make_parser()
    arguments = parser.parse_args(argv)
    if arguments.byteorder and not arguments.proc:
        parser.error("--byteorder is only for --proc: this machine's own is known")
    if arguments.every and not _repeats(arguments):
        parser.error("--every is for several samples: say how many with --repeat N or --for TIME")
    return arguments


def _repeats(arguments: argparse.Namespace) -> bool:
    return arguments.repeat is not None or arguments.duration is not None


def _count(text: str) -> int:
    if not (text.isdigit() and len(text) < 10 and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 999999999")
    return int(text)


def _niceness(text: str) -> int:
    if not (text.isdigit() and len(text) < 3 and int(text) < 20):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to 19")
    return int(text)


def _is_procfs(root: str) -> bool:
    try:
        return bool(Procfs(root, Problems()).numbers(""))
    except OSError:
        return False


def _written(output: Optional[Output]) -> str:
    whole = output.whole if output else 0
    if not whole:
        return "no whole snapshot was written"
    return "1 whole snapshot was written" if whole == 1 else f"{whole} whole snapshots were written"


def _printing(argv: Optional[List[str]]) -> argparse.Namespace:
    """As ``parsed``; OSError where --help or --version cannot be printed."""
    try:
        return parsed(argv)
    finally:
        if sys.stdout is not None:
            sys.stdout.flush()


def _not_printed(error: OSError) -> int:
    # Python would fail once more when it closes what is still in its buffer.
    os.dup2(os.open(os.devnull, os.O_WRONLY), STANDARD_OUTPUT)
    if isinstance(error, BrokenPipeError):
        return READER_GONE
    _say(f"standard output: {error.strerror}")
    return FAILED


def _say(text: str) -> None:
    sys.stderr.write(f"{NAME}: {text}\n")


if __name__ == "__main__":
    sys.exit(main())
