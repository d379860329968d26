"""Runs a command to which the kernel gives no netlink socket, as under a seccomp profile.

    python3 without_netlink.py COMMAND...

See seccomp(2) and the kernel's include/uapi/linux/{filter,seccomp,audit}.h. Exits with 77 where no
such filter can be set.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys

SOCKET = {"x86_64": 41, "aarch64": 198, "riscv64": 198, "s390x": 359, "ppc64le": 326}
"""The number of socket(2)."""

AF_NETLINK = 16
CANNOT = 77

_LOAD, _UNLESS_EQUAL, _RETURN = 0x20, 0x15, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_RET|K
_NUMBER, _FIRST_ARGUMENT = 0, 16 if sys.byteorder == "little" else 20  # in struct seccomp_data
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_NO_NEW_PRIVS, _SET_SECCOMP, _MODE_FILTER = 38, 22, 2


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def refuse_netlink() -> bool:
    """From now on socket(AF_NETLINK) fails with EPERM, in what is executed too."""
    number = SOCKET.get(platform.machine())
    if number is None:
        return False
    code = b"".join(
        struct.pack("=HBBI", *instruction)
        for instruction in (
            (_LOAD, 0, 0, _NUMBER),
            (_UNLESS_EQUAL, 0, 3, number),
            (_LOAD, 0, 0, _FIRST_ARGUMENT),
            (_UNLESS_EQUAL, 0, 1, AF_NETLINK),
            (_RETURN, 0, 0, _ERRNO | errno.EPERM),
            (_RETURN, 0, 0, _ALLOW),
        )
    )
    libc = ctypes.CDLL(None, use_errno=True)
    program = _Program(len(code) // 8, code)
    return not (
        libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0)
        or libc.prctl(_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0)
    )


if __name__ == "__main__":
    if not refuse_netlink():
        sys.exit(CANNOT)
    os.execv(sys.argv[1], sys.argv[1:])
