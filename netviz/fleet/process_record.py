"""What is known of one process: what its snapshot says of it, in the words of the graph."""

from __future__ import annotations

from netviz.fleet.cgroup import placement
from netviz.fleet.interpreters import program_of
from netviz.fleet.records import ProcessRecord
from netviz.fleet.roles import role_of
from netviz.snapshot.model import Process, Snapshot

CLOCK_ERROR = 1.0
"""Seconds by which the birth of a process may be off: /proc/stat has whole seconds."""


def process_record(
    machine: int, process: Process, namespace: int | None, snapshot: Snapshot, sample: int
) -> ProcessRecord:
    """The record of a process of ``snapshot``, which is sample number ``sample``."""
    unit, container = placement(process.cgroup)
    return ProcessRecord(
        machine=machine,
        pid=process.pid,
        start=process.start,
        comm=process.comm,
        exe=process.exe,
        uid=process.uid,
        security=process.security,
        unit=unit,
        container=container,
        caps=process.caps,
        program=program_of(process.comm, process.exe, process.argv)
        or role_of(process.comm, unit, process.security),
        namespace=namespace,
        born=_born(process, snapshot),
        sample=sample,
    )


def _born(process: Process, snapshot: Snapshot) -> float | None:
    """proc_pid_stat(5): starttime is in clock ticks since boot, btime in proc_stat(5) the boot.

    In a container btime may be the container's (lxcfs), so that processes seem to be born after
    they were captured: their age is unknown.
    """
    host = snapshot.host
    if process.start is None or host.btime is None or not host.clk_tck:
        return None
    born = host.btime + process.start / host.clk_tck
    if snapshot.finished is not None and born > snapshot.finished + CLOCK_ERROR:
        return None
    return born
