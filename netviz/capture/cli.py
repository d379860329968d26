"""``netviz-capture``: one snapshot of this machine, or of a procfs somewhere else."""

import argparse
import contextlib
import os
import signal
import sys
from typing import Iterator, List, Optional

from netviz._version import __version__
from netviz.capture.document import Options, write_snapshot
from netviz.capture.output import OutputError, open_output
from netviz.capture.problems import Problems
from netviz.capture.procfs import Procfs

DONE = 0
FAILED = 1
INTERRUPTED = 130

NAME = "netviz-capture"

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(argv: Optional[List[str]] = None) -> int:
    """Capture as the arguments say; the exit status: 0 done, 1 failed, 2 usage, 130 interrupted."""
    arguments = make_parser().parse_args(argv)
    if arguments.byteorder and not arguments.proc:
        make_parser().error("--byteorder is only for --proc: this machine's own is known")
    live = arguments.proc is None
    root = os.path.abspath(arguments.proc or "/proc")
    proc = Procfs(root, Problems())
    options = Options(
        live=live,
        cmdline=arguments.cmdline,
        conntrack=not arguments.no_conntrack,
        threads=arguments.threads,
        byteorder=arguments.byteorder,
    )
    if not _is_procfs(proc):
        _say(f"{root}: no process is to be seen there; is it a mounted procfs?")
        return FAILED
    try:
        with _one_interrupt(), open_output(arguments.output) as write:
            unseen = write_snapshot(proc, options, write)
    except OutputError as error:
        if not error.closed_pipe:
            _say(str(error))
        return FAILED
    except KeyboardInterrupt:
        _say("interrupted; no whole snapshot was written")
        return INTERRUPTED
    if unseen:
        _say(unseen)
    return DONE


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


@contextlib.contextmanager
def _one_interrupt() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the capture as Ctrl-C does, and the first of them be the last.

    A signal that somebody chose to ignore (nohup) stays ignored.
    """
    defaults = (signal.SIG_DFL, signal.default_int_handler)
    before = {number: signal.getsignal(number) for number in SIGNALS}
    ours = [number for number in SIGNALS if before[number] in defaults]

    interrupted = False

    def end(_number: int, _frame: object) -> None:
        nonlocal interrupted
        if not interrupted:
            interrupted = True
            raise KeyboardInterrupt

    try:
        for number in ours:
            signal.signal(number, end)
        yield
    finally:
        # After an interrupt the program ends, and says so in peace.
        for number in () if interrupted else ours:
            signal.signal(number, before[number])


def _say(text: str) -> None:
    sys.stderr.write(f"{NAME}: {text}\n")


if __name__ == "__main__":
    sys.exit(main())
