"""What single threads of a process have of their own: descriptors, and a network namespace.

Threads share both as a rule. One that called unshare(CLONE_FILES) has a table of descriptors that
/proc/PID/fd, which is that of the first thread, does not show; one that called setns(2) may be the
only one in its namespace. Every thread has to be read to find them: proc_pid_task(5).
"""

from array import array
from typing import Dict, List, NamedTuple, Optional, Tuple

from netviz.capture.descriptors import Descriptors, read_descriptors
from netviz.capture.procfs import ABSENT, Procfs

_MODES = {"r": 1, "w": 2, "rw": 3}
_NAMES = {mode: name for name, mode in _MODES.items()}


class Threads(NamedTuple):
    """``descriptors`` of all threads together; ``namespaces`` where some live elsewhere.

    A namespace comes with where to read it below the procfs root: ``PID/task/TID``.
    """

    descriptors: Optional[Descriptors]
    namespaces: List[Tuple[int, str]]


def read_threads(
    proc: Procfs, pid: int, holder: str, own: Optional[Descriptors], netns: Optional[int]
) -> Threads:
    """``own`` and ``netns`` are those of ``holder``, which is read already.

    A thread that ends meanwhile is left out. A folder that is refused is counted as ``fd``, once
    for the process: where ``own`` is None it is already.
    """
    sockets = array("Q", own.sockets if own else ())
    seen = set(sockets)
    pipes = {inode: _MODES[mode] for inode, mode in own.pipes} if own else {}
    read = own is not None
    counted = own is None
    namespaces: Dict[int, str] = {}
    for thread in _threads(proc, pid):
        path = f"{pid}/task/{thread}"
        if path == holder or (thread == pid and holder == str(pid)):
            continue
        elsewhere = proc.peek_netns(path)
        if elsewhere is not None and elsewhere != netns:
            namespaces.setdefault(elsewhere, path)
        try:
            found = read_descriptors(proc.full(path + "/fd"))
        except OSError as error:
            if error.errno not in ABSENT and not counted:
                counted = True
                proc.count("fd", error, path + "/fd")
            continue
        read = True
        for inode in found.sockets:
            if inode not in seen:
                seen.add(inode)
                sockets.append(inode)
        for inode, mode in found.pipes:
            pipes[inode] = pipes.get(inode, 0) | _MODES[mode]
    if not read:
        return Threads(None, sorted(namespaces.items()))
    merged = Descriptors(sockets, [(inode, _NAMES[pipes[inode]]) for inode in sorted(pipes)])
    return Threads(merged, sorted(namespaces.items()))


def _threads(proc: Procfs, pid: int) -> List[int]:
    try:
        return proc.numbers(f"{pid}/task")
    except OSError:
        return []
