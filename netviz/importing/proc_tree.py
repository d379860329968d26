"""A copied /proc tree as a snapshot.

It is read by the capture's own code, as ``netviz capture --proc`` reads a mounted procfs. But
anybody may have changed a copy, and each program copies /proc in its own way.
"""

from __future__ import annotations

import json
from dataclasses import replace

from netviz.capture.document import Options, write_snapshot
from netviz.capture.host import UNNAMED
from netviz.capture.problems import Problems
from netviz.errors import SourceError
from netviz.importing.copied_procfs import CopiedProcfs
from netviz.snapshot.faults import Fault, escaped
from netviz.snapshot.format2 import to_snapshot
from netviz.snapshot.model import IMPORTED, Problem, Snapshot

LIMITS = (
    "when it was copied, which unix sockets are connected, which way pipes go, the range of local"
    " ports, and whose descriptors the copy lacks"
)
"""What a copied /proc does not show."""

LITTLE_ENDIAN = (
    "the byte order of the machine is not told and taken to be little-endian (--byteorder)"
)

BYTE_ORDERS = {
    **dict.fromkeys(("x86_64", "i386", "i486", "i586", "i686", "aarch64", "riscv64"), "little"),
    **dict.fromkeys(("ppc64le", "loongarch64", "alpha"), "little"),
    **dict.fromkeys(("s390x", "s390", "ppc64", "ppc", "sparc64", "aarch64_be"), "big"),
}
"""Byte orders by what sys/kernel/arch says (Linux 6.1 and newer), the same as ``uname -m``."""


def read_proc_tree(
    folder: str, name: str | None, machine_id: str | None, byteorder: str | None
) -> Snapshot:
    """The snapshot of the tree in ``folder``. Raises SourceError.

    ``name`` is that of the machine, where the tree has no sys/kernel/hostname.
    """
    shown = escaped(folder)
    proc = CopiedProcfs(folder, Problems())
    try:
        processes = proc.numbers("")
    except OSError as error:
        raise SourceError(shown, f"cannot be read: {error.strerror or error}") from None
    if not processes:
        advice = "give the folder that holds the copied folders 1, 2 and so on"
        raise SourceError(shown, "holds no process", advice)
    snapshot = _captured(proc, byteorder, shown)
    arch = snapshot.host.arch
    order = byteorder or BYTE_ORDERS.get(arch or "")
    if name is None and snapshot.host.name == UNNAMED:
        raise SourceError(shown, "does not say the name of its machine", "give --name NAME")
    limits = [f"imported from a copied /proc, which does not show {LIMITS}"]
    limits += [] if order else [LITTLE_ENDIAN]
    host = replace(
        snapshot.host,
        name=name or snapshot.host.name,
        machine_id=machine_id,
        byteorder=order or "little",
    )
    return replace(
        snapshot,
        host=host,
        # The modes of copied links are not those of the descriptors.
        processes=[replace(process, pipes=[]) for process in snapshot.processes],
        problems=[
            *(Problem(IMPORTED, limit, 1) for limit in limits),
            *(problem for problem in snapshot.problems if problem.what != "hostname"),
        ],
        euid=None,
        cap_eff=None,
        started=None,
        finished=None,
    )


def _captured(proc: CopiedProcfs, byteorder: str | None, shown: str) -> Snapshot:
    parts: list[bytes] = []
    options = Options(live=False, cmdline=False, conntrack=True, threads=False, byteorder=byteorder)
    write_snapshot(proc, options, parts.append)
    try:
        return to_snapshot(json.loads(b"".join(parts)), shown)
    except (Fault, ValueError) as fault:
        raise SourceError(shown, f"cannot be read: {fault}") from None
