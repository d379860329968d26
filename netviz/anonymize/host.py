"""Who the machine is: its name and ids replaced, of its kernel no more than the version."""

from __future__ import annotations

import re

from netviz.anonymize.names import Names
from netviz.snapshot.model import Host

ARCHITECTURES = frozenset(
    {"x86_64", "i386", "i486", "i586", "i686", "aarch64", "aarch64_be", "armv5tel", "armv6l"}
    | {"armv7l", "armv8l", "loongarch64", "mips", "mips64", "ppc", "ppc64", "ppc64le"}
    | {"riscv32", "riscv64", "s390x", "sparc64", "ia64", "alpha", "parisc", "parisc64"}
)
"""What uname(2) says of machines that Linux runs on; others are left out."""

_RELEASE = re.compile(r"[0-9]{1,2}\.[0-9]{1,3}(\.[0-9]{1,3})?(?![0-9.])")
"""The numbers that a kernel's release begins with; what follows is of whoever built it."""

_UUID = (8, 12, 16, 20)
"""Where hyphens stand between the 32 digits of a UUID (RFC 9562)."""


def replaced_host(names: Names, host: Host) -> Host:
    """What stands for a machine."""
    machine_id, boot_id = host.machine_id, host.boot_id
    release = _RELEASE.match(host.kernel or "")
    return Host(
        name=names.numbered("host", host.name),
        byteorder=host.byteorder,
        machine_id=None if machine_id is None else names.digits("machine-id", machine_id)[:32],
        boot_id=None if boot_id is None else _uuid(names.digits("boot-id", boot_id)),
        kernel=release[0] if release else None,
        arch=host.arch if host.arch in ARCHITECTURES else None,
        btime=host.btime,
        clk_tck=host.clk_tck,
    )


def _uuid(digits: str) -> str:
    starts, ends = (0, *_UUID), (*_UUID, 32)
    return "-".join(digits[start:end] for start, end in zip(starts, ends, strict=True)).strip("-")
