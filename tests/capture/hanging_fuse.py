"""A file system whose files hang whoever looks at them: FUSE, spoken to the kernel directly.

The messages are those of the kernel's include/uapi/linux/fuse.h. It takes root and /dev/fuse, but
no libfuse. When the process that serves it ends the kernel fails whatever hangs.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
import threading
from pathlib import Path

FUSE = Path("/dev/fuse")

_IN = struct.Struct("=IIQQIIIHH")  # length, opcode, unique, node, uid, gid, pid, extensions
_OUT = struct.Struct("=IiQ")  # length, error, unique
_ATTRIBUTES = struct.Struct("=QQQQQQIIIIIIIIII")
_ENTRY = struct.Struct("=QQQQII")  # node, generation, seconds valid: entry, attributes
_INIT = struct.Struct("=IIIIHHIIHHII24x")
_LOOKUP, _FORGET, _GETATTR, _OPEN, _READ, _INIT_CODE = 1, 2, 3, 14, 15, 26
_OPENDIR, _INTERRUPT, _BATCH_FORGET = 27, 36, 42
_UNANSWERED = (_FORGET, _INTERRUPT, _BATCH_FORGET)
_ENOSYS = 38
_ROOT = 1
_SIZE = 4096
_LARGEST = 1 << 17


class HangingFuse:
    """A folder whose every name is an executable file; reading one never ends.

    From ``hang`` on nothing is answered any more, stat(2) neither. ``read_by`` are the process ids
    that wait for what they read. A child that was forked has to call ``leave``: as long as
    anybody has the device open, what hangs cannot even be killed.
    """

    def __init__(self, point: Path) -> None:
        self._device = os.open(FUSE, os.O_RDWR)
        self._hanging = False
        self.read_by: list[int] = []
        self.reading = threading.Event()
        options = f"fd={self._device},rootmode=40000,user_id=0,group_id=0"
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.mount(b"hanging", os.fsencode(point), b"fuse", 0, options.encode()):
            raise OSError(ctypes.get_errno(), "mount: " + os.strerror(ctypes.get_errno()))
        threading.Thread(target=self._serve, daemon=True).start()

    def hang(self) -> None:
        self._hanging = True

    def leave(self) -> None:
        os.close(self._device)

    def _serve(self) -> None:
        while True:
            request = os.read(self._device, _LARGEST)
            _, opcode, unique, node, _, _, pid, _, _ = _IN.unpack_from(request)
            if opcode == _READ:
                self.read_by.append(pid)
                self.reading.set()
            elif opcode not in _UNANSWERED and not self._hanging:
                reply = _answer(opcode, node)
                error = 0 if reply is not None else -_ENOSYS
                reply = reply or b""
                os.write(self._device, _OUT.pack(_OUT.size + len(reply), error, unique) + reply)


def _answer(opcode: int, node: int) -> bytes | None:
    if opcode == _INIT_CODE:
        return _INIT.pack(7, 31, 0, 0, 8, 6, _SIZE, 1, 0, 0, 0, 0)
    if opcode == _LOOKUP:
        return _ENTRY.pack(_ROOT + 1, 0, 0, 0, 0, 0) + _attributes(_ROOT + 1)
    if opcode == _GETATTR:
        return struct.pack("=QII", 0, 0, 0) + _attributes(node)
    if opcode in (_OPEN, _OPENDIR):
        return struct.pack("=QII", 1, 0, 0)
    return None


def _attributes(node: int) -> bytes:
    kind = stat.S_IFDIR if node == _ROOT else stat.S_IFREG
    numbers = (node, _SIZE, 8, 0, 0, 0, 0, 0, 0, kind | 0o755, 1, 0, 0, 0, _SIZE, 0)
    return _ATTRIBUTES.pack(*numbers)
