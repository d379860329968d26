"""Who the captured machine is."""

import os
import sys
from typing import Dict, Optional

from netviz.capture.procfs import Procfs
from netviz.capture.text import clean, decimal

UNNAMED = "unknown"


def describe_host(proc: Procfs, live: bool, byteorder: Optional[str]) -> Dict[str, object]:
    """The ``host`` of a snapshot. Only where ``live`` is the running kernel itself asked.

    ``byteorder`` is that of the target where it was given, else that of this Python. uname(2)
    also works where /proc shows processes only (the mount option subset=pid, proc(5)).
    """
    host = _from_kernel() if live else _from_files(proc)
    host["machine_id"] = machine_id("/etc/machine-id" if live else proc.full("../etc/machine-id"))
    host["boot_id"] = _line(proc, "sys/kernel/random/boot_id")
    host["byteorder"] = byteorder or sys.byteorder
    host["btime"] = boot_time(proc)
    return host


def _from_kernel() -> Dict[str, object]:
    system = os.uname()
    return {
        "name": clean(os.fsencode(system.nodename)) or UNNAMED,
        "kernel": clean(os.fsencode(system.release)),
        "arch": system.machine,
        "clk_tck": os.sysconf("SC_CLK_TCK"),
    }


def _from_files(proc: Procfs) -> Dict[str, object]:
    name = _line(proc, "sys/kernel/hostname")
    if name is None:
        proc.problems.count("hostname", "ENOENT", proc.shown("sys/kernel/hostname"))
    return {
        "name": name or UNNAMED,
        "kernel": _line(proc, "sys/kernel/osrelease"),
        "arch": _line(proc, "sys/kernel/arch"),
        "clk_tck": None,
    }


def machine_id(path: str) -> Optional[str]:
    """The one line of /etc/machine-id (machine-id(5)), None where there is none."""
    try:
        with open(path, "rb") as stream:
            return clean(stream.read(256).strip()) or None
    except OSError:
        return None


def boot_time(proc: Procfs) -> Optional[int]:
    """When the machine was booted, unix seconds: the line btime of /proc/stat (proc_stat(5))."""
    for line in (proc.try_read("stat", "stat") or b"").split(b"\n"):
        if line.startswith(b"btime "):
            return decimal(line[6:].strip())
    return None


def _line(proc: Procfs, path: str) -> Optional[str]:
    raw = proc.try_read(path, os.path.basename(path))
    return clean(raw.rstrip(b"\n")) or None if raw else None
