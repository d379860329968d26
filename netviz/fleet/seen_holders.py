"""Whether a snapshot shows who holds a socket, so that one without a holder really has none."""

from __future__ import annotations

from netviz.capture.pid_namespace import hides_processes
from netviz.snapshot.model import IMPORTED, Snapshot

UNSEEN_ERRORS = frozenset({"EACCES", "EPERM"})
"""Errors that hide who holds a socket, where they befell a process or its descriptors."""

HOLDER_PROBLEMS = frozenset({"fd", "process", "processes", "hidepid"})
"""What the capture was asking for when such an error hides holders."""


def sees_all_holders(snapshot: Snapshot) -> bool:
    """Whether a socket without a holder in this snapshot really has none.

    Format 1 does not say what it could not read, and neither does what others write. Containers of
    a pod share a network namespace, and each sees its own processes.
    """
    if snapshot.format == 1 or hides_processes(snapshot.pid_namespace):
        return False
    return not any(
        p.what == IMPORTED or (p.what in HOLDER_PROBLEMS and p.error in UNSEEN_ERRORS)
        for p in snapshot.problems
    )
