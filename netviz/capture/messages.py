"""What the capture tells on standard error. Where nobody can be told, it captures all the same."""

import sys


def say(text: str) -> None:
    """Print a line; nothing happens where standard error is closed, broken or full."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
    except OSError:
        return
