"""Outputs as ss, lsof, netstat, ip and ps print them, with addresses and names of our own, and
machines read from them."""

from __future__ import annotations

from netviz.importing import lsof, ss
from netviz.importing.machine import Identity, ImportedMachine
from netviz.snapshot.model import IMPORTED, Snapshot

SS_HEADER = (
    "Netid State      Recv-Q Send-Q      Local Address:Port        Peer Address:Port Process\n"
)


def ss_line(
    netid: str, state: str, local: str, peer: str, behind: str = "", queues: str = "0      0"
) -> str:
    """One socket, with the column Netid unless that is empty."""
    start = f"{netid:<5} " if netid else ""
    return f"{start}{state:<10} {queues} {local:>24} {peer:>24} {behind}\n"


def users(*holders: tuple[str, int, int]) -> str:
    """``users:((...))`` of name, pid and descriptor."""
    entries = ",".join(f'("{name}",pid={pid},fd={fd})' for name, pid, fd in holders)
    return f"users:({entries})"


def from_ss(*texts: str, netid: str | None = None) -> Snapshot:
    """The snapshot of outputs of one machine."""
    machine = ImportedMachine()
    for number, text in enumerate(texts):
        ss.read_ss(machine, machine.namespace(), text, f"{number}.txt", netid)
    return machine.snapshot(Identity("elm"), "limits")


def lsof_fields(*fields: str, end: str = "\n") -> str:
    return "".join(field + end for field in fields)


def from_lsof(text: str) -> Snapshot:
    machine = ImportedMachine()
    lsof.read_lsof(machine, machine.namespace(), text, "lsof.txt")
    return machine.snapshot(Identity("elm"), "limits")


def held(snapshot: Snapshot) -> dict[int, tuple[str | None, list[int]]]:
    """Name and sockets of each process, by pid."""
    return {one.pid: (one.comm, list(one.sockets)) for one in snapshot.processes}


def unread(snapshot: Snapshot) -> list[tuple[str, str, int]]:
    """Problems but for the limits: where, what, how often."""
    return [(p.what, p.error, p.count) for p in snapshot.problems if p.what != IMPORTED]


def sockets(snapshot: Snapshot, table: str) -> list[tuple[str, str, str, int]]:
    """Local and remote end, state and inode of each line of an inet table, as the kernel has it."""
    lines = snapshot.netns[0].tables.get(table, "").splitlines()[1:]
    found = []
    for line in lines:
        fields = line.split()
        found.append((fields[1], fields[2], fields[3], int(fields[9])))
    return found
