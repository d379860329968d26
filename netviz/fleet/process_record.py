"""What is known of one process: what its snapshot says of it, in the words of the graph."""

from __future__ import annotations

from collections.abc import Mapping

from netviz.fleet.cgroup import placement
from netviz.fleet.interpreters import program_of
from netviz.fleet.records import ProcessRecord
from netviz.fleet.roles import role_of
from netviz.snapshot.model import Process, Snapshot
from netviz.spans import CLOCK_ERROR


def label_of(comm: str | None, program: str | None) -> str:
    """What a process is called where it is shown: its name, and what it runs if that says more."""
    return f"{comm} {program}" if program else comm or "?"


def label_of_process(process: Process) -> str:
    """The same for a process of a snapshot."""
    return label_of(process.comm, _program(process, placement(process.cgroup)[0]))


def _program(process: Process, unit: str | None) -> str | None:
    comm = process.comm
    return program_of(comm, process.exe, process.argv) or role_of(comm, unit, process.security)


class RecordMaker:
    """Makes the records of the processes of one snapshot.

    ``machine`` and ``sample`` are its numbers, ``by_inode`` has those of its network namespaces.
    """

    def __init__(
        self, machine: int, by_inode: Mapping[int | None, int], snapshot: Snapshot, sample: int
    ) -> None:
        self._machine = machine
        self._namespace_of = by_inode.get
        self._sample = sample
        self._pid_namespace = snapshot.pid_namespace
        host = snapshot.host
        self._booted = host.btime if host.clk_tck else None
        self._ticks = host.clk_tck or 1
        self._finished = snapshot.finished

    def record(self, process: Process) -> ProcessRecord:
        unit, container = placement(process.cgroup)
        comm, exe, security, start = process.comm, process.exe, process.security, process.start
        return ProcessRecord(
            self._machine,
            process.pid,
            start,
            comm,
            exe,
            process.uid,
            security,
            unit,
            container,
            process.caps,
            _program(process, unit),
            self._namespace_of(process.netns),
            self._born(start),
            self._sample,
            self._pid_namespace,
        )

    def _born(self, start: int | None) -> float | None:
        """proc_pid_stat(5): starttime is in clock ticks since boot, btime in proc_stat(5) the boot.

        In a container btime may be the container's (lxcfs), so that processes seem to be born after
        they were captured: their age is unknown.
        """
        if start is None or self._booted is None:
            return None
        born = self._booted + start / self._ticks
        if self._finished is not None and born > self._finished + CLOCK_ERROR:
            return None
        return born
