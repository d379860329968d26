"""A result that is a folder of files: all of them or none."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from netviz.errors import OutputError


@contextlib.contextmanager
def new_folder(path: str) -> Iterator[Path]:
    """A folder under a temporary name beside ``path``, which becomes ``path`` when the block ends.

    ``path`` may be an empty folder, or nothing that is there. If the block ends with an exception
    nothing is left; SIGTERM and SIGHUP are one while it runs (SystemExit). To be used in the main
    thread. Raises OutputError, whose text names the folder, as it does
    where the block raises one about a file in it.
    """
    target = Path(path)
    with _signals_as_exceptions():
        temporary = _made_beside(target)
        try:
            yield temporary
            try:
                temporary.rename(target)
            except OSError as error:
                raise _refusal(path, error) from error
        except BaseException as error:
            shutil.rmtree(temporary, ignore_errors=True)
            if isinstance(error, OutputError):  # of a file in it: nobody knows that name
                raise OutputError(str(error).replace(str(temporary), str(target))) from error
            raise


@contextlib.contextmanager
def _signals_as_exceptions() -> Iterator[None]:
    """Let a signal to end be an exception with the status that a shell reports for it."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    for number, handler in before.items():
        if handler is signal.SIG_DFL:  # nohup ignores one of them: that stays so
            signal.signal(number, _end)
    try:
        yield
    finally:
        for number, handler in before.items():
            if handler is signal.SIG_DFL:
                signal.signal(number, handler)


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _made_beside(target: Path) -> Path:
    try:
        if target.is_symlink() or (target.exists() and not target.is_dir()):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        if target.is_dir() and any(target.iterdir()):
            raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY))
        temporary = target.absolute().parent / f".netviz-{os.urandom(8).hex()}.tmp"
        temporary.mkdir()
    except (OSError, ValueError) as error:
        raise _refusal(str(target), error) from error
    return temporary


def _refusal(path: str, error: OSError | ValueError) -> OutputError:
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return OutputError(
        f"{path}: cannot be made: {reason}\n  name a new folder, in one that is there"
    )
