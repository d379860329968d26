"""How a command ends: its exit status, and what standard error says of it.

0 done; 1 something was wrong, and standard error says what; 2 wrong usage (argparse's own).
130 after Ctrl-C and 141 where the reader of our output has gone are what a shell reports for a
program that such a signal ended.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable

from netviz.capture.messages import say as tell
from netviz.errors import NetvizError

DONE = 0
FAILED = 1
USAGE = 2
INTERRUPTED = 130
READER_GONE = 141


def run(program: str, command: Callable[[], int], failed: int = FAILED) -> int:
    """Run ``command`` and return its exit status; ``program`` is the name that messages start with.

    Errors that netviz raises on purpose become their text on standard error and status ``failed``;
    a closed pipe and Ctrl-C are quiet. SystemExit (argparse's) passes through.
    """
    # As netviz.cli.programs leaves it: only from here on there may be something to clean up.
    at_once = signal.getsignal(signal.SIGINT) is signal.SIG_DFL
    if at_once:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return _status(program, command, failed)
    finally:
        if at_once:
            signal.signal(signal.SIGINT, signal.SIG_DFL)


def _status(program: str, command: Callable[[], int], failed: int) -> int:
    try:
        try:
            return command()
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except NetvizError as error:
        say(f"{program}: {error}")
        return failed
    except BrokenPipeError:
        _forget_standard_output()
        return READER_GONE
    except KeyboardInterrupt:
        return INTERRUPTED
    except MemoryError:
        say(f"{program}: there is not enough memory for this input")
        return failed
    except OSError as error:
        _forget_standard_output()
        say(f"{program}: {error}")
        return failed


def say(text: str) -> None:
    """Print ``text`` on standard error; control characters in it cannot steer a terminal."""
    tell("".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text))


def _forget_standard_output() -> None:
    """Let the interpreter's own flush at exit go nowhere: it would complain a second time."""
    try:
        descriptor = sys.stdout.fileno()
    except (AttributeError, OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
