"""The capabilities of a process in words, from the mask that the kernel prints as CapEff.

proc_pid_status(5); the names are those of capabilities(7) and <linux/capability.h>, by bit.
"""

from __future__ import annotations

import re

NAMES = (
    *("chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid"),
    *("setpcap", "linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw"),
    *("ipc_lock", "ipc_owner", "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace"),
    *("sys_pacct", "sys_admin", "sys_boot", "sys_nice", "sys_resource", "sys_time"),
    *("sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap"),
    *("mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read"),
    *("perfmon", "bpf", "checkpoint_restore"),
)

_ALWAYS_THERE = (1 << 38) - 1
"""The capabilities that every kernel since 3.16 has; newer kernels have a few more."""

_MASK = re.compile(r"[0-9a-fA-F]{1,16}")


def capabilities(mask: str | None) -> tuple[str, ...] | None:
    """The names, ``all`` for all that the kernel has; None where they are not known."""
    if mask is None or not _MASK.fullmatch(mask):
        return None
    bits = int(mask, 16)
    if bits & _ALWAYS_THERE == _ALWAYS_THERE:
        return ("all",)
    return tuple(
        NAMES[bit] if bit < len(NAMES) else f"capability_{bit}"
        for bit in range(bits.bit_length())
        if bits >> bit & 1
    )
