"""The file that a gathered snapshot goes to: there when it is whole and a snapshot, else not."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from netviz.errors import SnapshotError
from netviz.snapshot import load

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
"""A snapshot tells a lot about a machine."""


@contextlib.contextmanager
def unfinished(target: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """A temporary file beside ``target`` to write to; it is gone when the block ends.

    In the block ``finish`` gives it its name. Raises OSError.
    """
    temporary = target.with_name(f".netviz-{os.urandom(8).hex()}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(temporary, flags, PRIVATE_FILE), "wb") as stream:
            yield temporary, stream
    finally:
        temporary.unlink(missing_ok=True)


def finish(temporary: Path, stream: IO[bytes], target: Path) -> None:
    """Put what was written in the place of ``target``. Raises OSError."""
    stream.flush()
    os.fsync(stream.fileno())
    temporary.rename(target)


def what_is_wrong(path: Path) -> str | None:
    """Why a file is no whole snapshot within the bounds of ``load``, None if it is one."""
    try:
        samples = sum(1 for _ in load(path))
    except SnapshotError as error:
        return f"{error.where}: {error.what}" if error.where else error.what
    return None if samples else "holds no snapshot"


def make_folder(folder: Path) -> None:
    """Make the folder that snapshots go to, for its owner alone, if it is not there. OSError."""
    if not folder.is_dir():
        folder.mkdir(PRIVATE_FOLDER)
