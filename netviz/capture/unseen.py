"""One line that tells what a capture could not see, and what would show it."""

from typing import List, NamedTuple, Optional

from netviz.capture.pid_namespace import UNSEEN_OUTSIDE, hides_processes
from netviz.capture.problems import Problems
from netviz.capture.sockets import CONNTRACK, TABLES

CAP_SYS_PTRACE = 19


class Reader(NamedTuple):
    """Who captured: the effective user id, and the effective capabilities in hexadecimal.

    ``pid_namespace`` is the inode of the PID namespace whose processes were shown to it.
    """

    euid: int
    cap_eff: Optional[str]
    pid_namespace: Optional[int] = None

    def may_trace(self) -> bool:
        """Whether hidepid hides nothing from it: it holds CAP_SYS_PTRACE (proc(5))."""
        try:
            return bool(int(self.cap_eff or "", 16) >> CAP_SYS_PTRACE & 1)
        except ValueError:
            return self.euid == 0


def what_was_not_seen(problems: Problems, reader: Reader, processes: int) -> Optional[str]:
    """The line, without the name of the program; None where nothing was refused.

    ``processes`` is how many the snapshot holds.
    """
    closed = problems.denied("process")
    unread = closed + problems.denied("fd")
    missing: List[str] = []
    if unread:
        missing.append(f"{unread} of {processes + closed} processes")
    missing += [f"table {name}" for name in (*TABLES, CONNTRACK) if problems.denied(name)]
    if problems.denied("setns"):
        missing.append(_counted(problems.denied("setns"), "network namespace") + " from inside")
    if problems.denied("attr/current"):
        missing.append(_counted(problems.denied("attr/current"), "security label"))
    if problems.denied("unix_diag"):
        missing.append("the peers of unix sockets")
    hidden = problems.example("hidepid")
    told = [", ".join(missing) + " could not be read"] if missing else []
    if hidden:
        told.append(f"an unknown number of processes is hidden ({hidden})")
    if told and reader.euid:
        return "; ".join(told) + " (not root): run it with sudo to see them"
    if hides_processes(reader.pid_namespace):
        told.append(UNSEEN_OUTSIDE)
    if not told:
        return None
    who = "not root" if reader.euid else "root, but confined"
    return "; ".join(told) + f" ({who}): run it as root of the host, outside any container"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" + ("" if count == 1 else "s")
