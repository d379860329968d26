"""``netviz-capture``: one snapshot of this machine, or of a procfs somewhere else."""

import argparse
import os
import signal
import sys
from typing import List, Optional

from netviz._version import __version__
from netviz.capture.document import Options, write_snapshot
from netviz.capture.output import OutputError, open_output
from netviz.capture.problems import Problems
from netviz.capture.procfs import Procfs

DONE = 0
FAILED = 1
INTERRUPTED = 130

NAME = "netviz-capture"


class _Terminated(Exception):
    """The signal SIGTERM or SIGHUP: end as with Ctrl-C, leaving no half file."""


def main(argv: Optional[List[str]] = None) -> int:
    """Capture as the arguments say; the exit status: 0 done, 1 failed, 2 usage, 130 interrupted."""
    arguments = _parser().parse_args(argv)
    if arguments.byteorder and not arguments.proc:
        _parser().error("--byteorder is only for --proc: this machine's own is known")
    live = arguments.proc is None
    root = os.path.abspath(arguments.proc or "/proc")
    proc = Procfs(root, Problems())
    options = Options(
        live=live,
        cmdline=arguments.cmdline,
        conntrack=not arguments.no_conntrack,
        byteorder=arguments.byteorder,
    )
    _end_on_signals()
    try:
        if not _is_procfs(proc):
            _say(f"{root}: no process is to be seen there; is it a mounted procfs?")
            return FAILED
        with open_output(arguments.output) as write:
            unseen = write_snapshot(proc, options, write)
    except OutputError as error:
        if not error.closed_pipe:
            _say(str(error))
        return FAILED
    except (KeyboardInterrupt, _Terminated):
        _say("interrupted; no whole snapshot was written")
        return INTERRUPTED
    if unseen:
        _say(unseen)
    return DONE


def _parser() -> argparse.ArgumentParser:
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
        "--no-conntrack",
        action="store_true",
        help="leave out the table of tracked connections, which joins flows through NAT",
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


def _is_procfs(proc: Procfs) -> bool:
    try:
        return bool(proc.numbers(""))
    except OSError:
        return False


def _end_on_signals() -> None:
    """Let SIGTERM and SIGHUP end the capture tidily, unless somebody chose otherwise (nohup)."""

    def end(_number: int, _frame: object) -> None:
        raise _Terminated

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, end)


def _say(text: str) -> None:
    sys.stderr.write(f"{NAME}: {text}\n")


if __name__ == "__main__":
    sys.exit(main())
