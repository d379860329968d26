"""A bar on the terminal while something takes long; nothing where nobody would see it."""

from __future__ import annotations

import argparse
import contextlib
import sys
import threading
from collections.abc import Callable, Iterator

DELAY = 0.5
"""Seconds after which work counts as long. What is done sooner shows no bar."""

INTERVAL = 0.1
"""Seconds from one look at the work to the next."""

Count = Callable[[], tuple[int, int]]
"""How many are done, and of how many."""


@contextlib.contextmanager
def progress(options: argparse.Namespace, doing: str, count: Count | None = None) -> Iterator[None]:
    """Show on standard error that something is being done, from DELAY until the block ends.

    A bar is shown on a terminal only, without ``--quiet``, and without a ``--log`` that tells
    of every step itself. ``count`` is asked now and then; without it the bar has no length.
    """
    if not _wanted(options):
        yield
        return
    ended = threading.Event()
    bar = threading.Thread(
        target=_show, args=(ended, doing, count), name="netviz-progress", daemon=True
    )
    try:
        bar.start()
    except RuntimeError:  # no more threads are allowed: it goes without a bar
        yield
        return
    try:
        yield
    finally:
        ended.set()
        bar.join()  # it has to give the terminal its cursor back


def _wanted(options: argparse.Namespace) -> bool:
    if options.quiet or options.log != "warn" or sys.stderr is None:
        return False
    return sys.stderr.isatty()


def _show(ended: threading.Event, doing: str, count: Count | None) -> None:
    if ended.wait(DELAY):
        return
    # Only here: to import it takes as long as to stitch a small group.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = [TextColumn("{task.description}"), BarColumn()]
    if count is not None:
        columns.append(TextColumn("{task.completed}/{task.total}"))
    with (
        contextlib.suppress(OSError),  # the terminal has gone
        Progress(
            *columns,
            TimeElapsedColumn(),
            console=Console(stderr=True),
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
        ) as bar,
    ):
        task = bar.add_task(doing, total=None)
        while True:
            if count is not None:
                done, total = count()
                bar.update(task, completed=done, total=total)
            bar.refresh()
            if ended.wait(INTERVAL):
                return
