"""Side by side: the next sample is loaded while the one before is parsed and worked on."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")


def ahead(values: Iterable[T]) -> Iterator[T]:
    """The same values in the same order, each made by a thread while the one before is in use.

    An exception comes where it would have come without the thread. Whoever stops early stops the
    thread, after the value that it is making. Where no thread can be started (``ulimit -u``, a
    limit of the control group) the values are made one after the other.
    """
    made: SimpleQueue[tuple[bool, T | BaseException | None]] = SimpleQueue()
    wanted = threading.Semaphore(1)
    stopped = threading.Event()

    def make() -> None:
        try:
            for value in values:
                made.put((True, value))
                del value  # it may be large, and is not ours any more
                wanted.acquire()
                if stopped.is_set():
                    return
        except BaseException as error:
            made.put((False, error))
        else:
            made.put((False, None))

    try:
        threading.Thread(target=make, name="netviz-ahead", daemon=True).start()
    except RuntimeError:
        yield from values
        return
    try:
        while True:
            more, value = made.get()
            if not more:
                if value is not None:
                    raise value  # type: ignore[misc]
                return
            wanted.release()
            yield value  # type: ignore[misc]
            del value
    finally:
        stopped.set()
        wanted.release()
