"""Doing something inside another network namespace, in a thread of its own.

A namespace is a property of a thread (setns(2)), so the process as a whole never leaves its own.
"""

import errno
import os
import threading
from typing import Callable, List, Optional

CLONE_NEWNET = 0x40000000


class CannotEnter(Exception):
    """The kernel, or this Python, does not let us in; ``error`` says why."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


def run_inside(descriptor: int, work: Callable[[], None]) -> None:
    """Call ``work`` in a thread inside the network namespace that ``descriptor`` is open on.

    CannotEnter if it was not called; whatever it raises is raised here.
    """
    failures: List[BaseException] = []

    def entered() -> None:
        try:
            try:
                _setns(descriptor)
            except OSError as error:
                raise CannotEnter(error) from error
            work()
        except BaseException as error:
            failures.append(error)

    # Daemonic: Ctrl-C reaches the main thread only, and must not wait for this one.
    thread = threading.Thread(target=entered, daemon=True)
    try:
        thread.start()
    except RuntimeError:  # ulimit -u, or a limit of the control group
        raise CannotEnter(OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))) from None
    thread.join()
    if failures:
        raise failures[0]


def _setns(descriptor: int) -> None:
    native = getattr(os, "setns", None)  # Python 3.12
    if native is not None:
        native(descriptor, CLONE_NEWNET)
        return
    try:
        import ctypes

        function = ctypes.CDLL(None, use_errno=True).setns
    except (ImportError, OSError, AttributeError):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS)) from None
    if function(descriptor, CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def this_thread(root: str) -> Optional[str]:
    """Where this thread is found below the procfs ``root``: ``thread-self``, ``self/task/TID``.

    /proc/thread-self came with Linux 3.17; on older kernels this is the thread that is not the
    first, of which there is only one.
    """
    if os.path.isdir(root + "/thread-self"):
        return "thread-self"
    try:
        first = os.readlink(root + "/self")
        others = [name for name in os.listdir(root + "/self/task") if name != first]
    except OSError:
        return None
    return "self/task/" + others[0] if len(others) == 1 else None
