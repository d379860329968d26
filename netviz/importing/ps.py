"""What ps(1) says of processes: users, parents, names and control groups."""

from __future__ import annotations

import re

from netviz.importing.machine import ImportedMachine
from netviz.importing.texts import U32, decimal

_NUMBERS = ("UID", "PID", "PPID")

_NAME_WIDTH = 15
"""Of ``comm`` before another column: as long as a name can be (TASK_COMM_LEN)."""

_NAMED = re.compile(
    r"\s*([0-9]+)\s+([0-9]+)\s+\S+\s+\S+\s+[0-9]+\s+[0-9]+\s+\S+\s"
    rf"(.{{{_NAME_WIDTH}}})\s(\S.*)"
)
_NAMED_HEADER = ["PID", "PPID", "USER", "GROUP", "LWP", "NLWP", "START", "COMMAND", "CGROUP"]
_HIERARCHY = re.compile(r",(?=[0-9]+:)")


def read_ps(machine: ImportedMachine, text: str) -> None:
    """Add to processes that are known already what one output says of them.

    Taken are the columns UID, PID and PPID where no text stands before them, and names and control
    groups of ``ps axo pid,ppid,user,group,lwp,nlwp,start_time,comm,cgroup``.
    """
    lines = text.split("\n")
    header = lines[0].split()
    for line in lines[1:]:
        if header == _NAMED_HEADER:
            _add_named(machine, line)
        else:
            _add_numbers(machine, header, line)


def _add_named(machine: ImportedMachine, line: str) -> None:
    found = _NAMED.fullmatch(line)
    pid = decimal(found[1], U32) if found else None
    if found is None or pid not in machine.processes:
        return
    process = machine.process(pid)
    process.ppid = decimal(found[2], U32)
    process.comm = process.comm or found[3].rstrip()
    if found[4] != "-":
        process.cgroup = _HIERARCHY.sub("\n", found[4].strip()) + "\n"


def _add_numbers(machine: ImportedMachine, header: list[str], line: str) -> None:
    fields = line.split(None, len(header) - 1)
    numbers = {
        name: decimal(fields[place], U32)
        for place, name in enumerate(header[:6])  # F S UID PID PPID: none of them holds a blank
        if name in _NUMBERS and place < len(fields)
    }
    pid = numbers.get("PID")
    if pid is None or pid not in machine.processes:
        return
    process = machine.process(pid)
    process.ppid = numbers.get("PPID", process.ppid)
    process.uid = numbers.get("UID", process.uid)
