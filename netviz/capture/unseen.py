"""One line that tells what a capture could not see, and what would show it."""

from typing import List, NamedTuple, Optional

from netviz.capture.procfs import Procfs


class Seen(NamedTuple):
    euid: int
    sees_all: bool
    processes: int
    hidepid: Optional[str]
    tables: List[str]


CAP_SYS_PTRACE = 19


def what_was_not_seen(proc: Procfs, seen: Seen) -> Optional[str]:
    """The line, without the name of the program; None where all was seen."""
    unread = proc.problems.denied("fd") + proc.problems.denied("process")
    total = seen.processes + proc.problems.denied("process")
    missing = []
    if unread:
        missing.append(f"{unread} of {total} processes could not be read")
    refused = [name for name in seen.tables if proc.problems.denied(name)]
    if refused:
        missing.append("the tables " + ", ".join(refused) + " could not be read")
    if seen.hidepid and not seen.sees_all:
        missing.append(f"{proc.root} is mounted with {seen.hidepid}, which hides others")
    if not missing:
        return None
    if seen.euid:
        return "; ".join(missing) + " (not root): run it with sudo to see them"
    return "; ".join(missing) + " (root, but confined): run it outside the container to see them"
