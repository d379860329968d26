"""The processes of a snapshot."""

from __future__ import annotations

import re

from netviz.anonymize.cgroup import replaced_cgroup
from netviz.anonymize.left_out import LeftOut
from netviz.anonymize.programs import replaced_arguments, replaced_comm, replaced_executable
from netviz.anonymize.pseudonyms import Pseudonyms
from netviz.anonymize.security import replaced_label
from netviz.snapshot.model import Process

_MASK = re.compile("[0-9A-Fa-f]{1,16}")


def replaced_process(process: Process, pseudonyms: Pseudonyms, left_out: LeftOut) -> Process:
    """What stands for a process. Its numbers stay, but for the user."""
    names, users = pseudonyms.names, pseudonyms.users
    cgroup = process.cgroup
    if cgroup is not None:
        cgroup, lines = replaced_cgroup(names, users, cgroup)
        left_out.lines["cgroup"] += lines
    return Process(
        pid=process.pid,
        ppid=process.ppid,
        start=process.start,
        comm=None if process.comm is None else replaced_comm(names, process.comm),
        exe=None if process.exe is None else replaced_executable(names, process.exe),
        uid=None if process.uid is None else users.number(process.uid),
        security=None if process.security is None else replaced_label(names, process.security),
        caps=capabilities(process.caps),
        netns=process.netns,
        cgroup=cgroup,
        argv=replaced_arguments(names, process),
        sockets=process.sockets,
        pipes=process.pipes,
    )


def capabilities(mask: str | None) -> str | None:
    """A mask of capabilities as the kernel prints it; None for any other text."""
    return mask if mask is not None and _MASK.fullmatch(mask) else None
