"""What ``netviz-capture`` takes."""

import argparse
import sys
from typing import NoReturn, Optional, Sequence

from netviz._version import __version__
from netviz.capture.durations import seconds
from netviz.capture.messages import say

NAME = "netviz-capture"

EVERY = 1.0
"""Seconds from one sample to the next, where nothing else is asked for."""

NICE = 10
"""How much lower the priority of a capture that repeats is. At 19 it would hardly get any time on
a busy machine, and what takes long shows its beginning and its end at different times."""

USAGE = 2


class _Parser(argparse.ArgumentParser):
    """Ends with its usage error whatever becomes of the text.

    argparse's own, before Python 3.9, fails where standard error is closed or full.
    """

    def error(self, message: str) -> NoReturn:
        say(f"{self.format_usage()}{self.prog}: error: {message}")
        sys.exit(USAGE)


def make_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=NAME,
        description="Write one snapshot of which process of this machine holds which socket, as "
        "JSON for netviz-stitch. Run it as root to see the processes of all users.",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="write to FILE, which is replaced only when the snapshot is whole; compressed where "
        "the name ends in .gz (default, and where FILE is -: standard output)",
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
        "-q",
        "--quiet",
        action="store_true",
        help="tell nothing on standard error but what is wrong: neither what was not seen, which "
        "the snapshot says, too, nor that samples were left out",
    )
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


def parsed(
    argv: Optional[Sequence[str]], parser: Optional[argparse.ArgumentParser] = None
) -> argparse.Namespace:
    """The arguments; ends the program with a usage error where they do not go together.

    ``parser`` is one of ``make_parser`` that takes more, or tells errors as another command.
    """
    parser = parser or make_parser()
    arguments = parser.parse_args(argv)
    if arguments.byteorder and not arguments.proc:
        parser.error("--byteorder is only for --proc: this machine's own is known")
    if arguments.every and not repeats(arguments):
        parser.error("--every is for several samples: say how many with --repeat N or --for TIME")
    return arguments


def repeats(arguments: argparse.Namespace) -> bool:
    """Whether several samples are asked for."""
    return arguments.repeat is not None or arguments.duration is not None


def _count(text: str) -> int:
    if not (text.isdigit() and len(text) < 10 and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 999999999")
    return int(text)


def _niceness(text: str) -> int:
    if not (text.isdigit() and len(text) < 3 and int(text) < 20):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to 19")
    return int(text)
