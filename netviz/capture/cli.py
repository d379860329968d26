"""``netviz-capture``: snapshots of this machine, or of a procfs somewhere else."""

import argparse
import os
import sys
from typing import Callable, List, Optional

from netviz.capture.arguments import EVERY, NAME, NICE, parsed, repeats
from netviz.capture.document import Options, write_snapshot
from netviz.capture.interrupts import interrupts
from netviz.capture.messages import say
from netviz.capture.output import STANDARD_OUTPUT, Output, OutputError, open_output
from netviz.capture.problems import Problems
from netviz.capture.procfs import Procfs
from netviz.capture.schedule import Schedule, run

DONE = 0
FAILED = 1
INTERRUPTED = 130
READER_GONE = 141


def main(argv: Optional[List[str]] = None, parser: Optional[argparse.ArgumentParser] = None) -> int:
    """Capture as the arguments say; the exit status: 0 done, 1 failed, 2 usage, 130 interrupted.

    ``parser`` is one that tells of more than the capture does itself.
    """
    try:
        arguments = _printing(argv, parser)
    except OSError as error:
        return _not_printed(error)
    root = os.path.abspath(arguments.proc or "/proc")
    if not _is_procfs(root):
        _say(f"{root}: no process is to be seen there; is it a mounted procfs?")
        return FAILED
    several = repeats(arguments)
    schedule = Schedule(
        arguments.every or EVERY, arguments.repeat if several else 1, arguments.duration
    )
    nice = arguments.nice if arguments.nice is not None else NICE if several else 0
    if nice:
        os.nice(nice)
    tell = _say_nothing if arguments.quiet else _say
    output = None
    try:
        # Of several samples the one that is being taken is taken to its end.
        with interrupts(1 if several else 0) as stop, open_output(arguments.output) as output:
            samples = _Samples(root, arguments, output, tell)
            run(schedule, samples.take, stop.wait, tell)
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

    def __init__(
        self,
        root: str,
        arguments: argparse.Namespace,
        output: Output,
        tell: Callable[[str], None],
    ) -> None:
        self._root = root
        self._output = output
        self._tell = tell
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
            self._tell(unseen)


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


def _printing(
    argv: Optional[List[str]], parser: Optional[argparse.ArgumentParser]
) -> argparse.Namespace:
    """As ``parsed``; OSError where --help or --version cannot be printed."""
    try:
        return parsed(argv, parser)
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


def _say_nothing(_text: str) -> None:
    """What --quiet says."""


def _say(text: str) -> None:
    say(f"{NAME}: {text}")


if __name__ == "__main__":
    sys.exit(main())
