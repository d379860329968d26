"""Reading below the root of a procfs, and counting what could not be read.

Paths are relative to the root (``123/stat``). What is absent is no problem: a kernel lacks
many files, and processes come and go. Everything else that fails is counted.
"""

import errno
import os
import re
from typing import Iterator, List, Optional, Pattern, Tuple

from netviz.capture.problems import Problems, errno_name
from netviz.capture.text import clean

ABSENT = (errno.ENOENT, errno.ESRCH, errno.ENOTDIR)

CHUNK = 1 << 16

LARGEST = 1 << 22
"""How many bytes of a file that is held in memory are read: ten thousand mounts take as much.

A process may call any part of its memory its command line (PR_SET_MM_MAP, prctl(2)).
"""

_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC

_NET_LINK = re.compile(rb"net:\[(\d{1,18})\]\Z")
_PID_LINK = re.compile(rb"pid:\[(\d{1,18})\]\Z")


class Procfs:
    """A procfs mounted, or copied, at ``root``."""

    def __init__(self, root: str, problems: Problems) -> None:
        self.root = root
        self.problems = problems

    def full(self, path: str) -> str:
        """The path below the root, as the system takes it."""
        return self.root + "/" + path if path else self.root

    def shown(self, path: str) -> str:
        """The path below the root, as it is put into the snapshot."""
        return clean(os.fsencode(self.full(path)))

    def count(self, what: str, error: OSError, path: str) -> None:
        """Put ``error`` of ``path`` into the problems."""
        self.problems.count(what, errno_name(error), self.shown(path))

    def open(self, path: str) -> int:
        """A descriptor to read ``path``; OSError as the kernel says. Never waits for a FIFO."""
        return os.open(self.full(path), _FLAGS)

    def read(self, path: str) -> bytes:
        """All of a small file, or its first LARGEST bytes; OSError as the kernel says."""
        descriptor = self.open(path)
        try:
            text = piece = os.read(descriptor, CHUNK)
            while piece and len(text) < LARGEST:
                piece = os.read(descriptor, CHUNK)
                text += piece
            return text
        finally:
            os.close(descriptor)

    def try_read(self, path: str, what: str, normal: Tuple[int, ...] = ()) -> Optional[bytes]:
        """All of a small file, None where it cannot be read.

        That is counted as a problem of ``what`` unless the file is absent or the errno is one of
        ``normal``.
        """
        try:
            return self.read(path)
        except OSError as error:
            if error.errno not in ABSENT and error.errno not in normal:
                self.count(what, error, path)
            return None

    def try_readlink(self, path: str, what: str) -> Optional[bytes]:
        """Where a symbolic link leads, None where that cannot be read (counted as try_read)."""
        try:
            return os.readlink(os.fsencode(self.full(path)))
        except OSError as error:
            if error.errno not in ABSENT and error.errno != errno.EINVAL:
                self.count(what, error, path)
            return None

    def netns(self, holder: str) -> Optional[int]:
        """The inode of the network namespace that ``holder`` lives in, None where unreadable.

        ``holder`` is ``PID`` or ``PID/task/TID``. The text of the link ns/net names the
        namespace; the inode of the link itself does not (weaveworks/scope #814).
        """
        return _number(_NET_LINK, self.try_readlink(holder + "/ns/net", "netns"))

    def peek_netns(self, holder: str) -> Optional[int]:
        """As netns, but what fails is not counted: only to look whether a holder is still there."""
        return _number(_NET_LINK, self._peek(holder + "/ns/net"))

    def pid_namespace(self) -> Optional[int]:
        """The inode of the PID namespace whose processes are shown, None where that is not told.

        It is the one that pid 1 lives in.
        """
        return _number(_PID_LINK, self._peek("1/ns/pid"))

    def _peek(self, path: str) -> Optional[bytes]:
        try:
            return os.readlink(os.fsencode(self.full(path)))
        except OSError:
            return None

    def numbers(self, path: str) -> List[int]:
        """The entries of a directory that are numbers (pids, thread ids), ascending."""
        names = os.listdir(os.fsencode(self.full(path)))
        return sorted(int(name) for name in names if name.isdigit() and len(name) < 19)


def _number(pattern: "Pattern[bytes]", link: Optional[bytes]) -> Optional[int]:
    match = pattern.match(link) if link else None
    return int(match.group(1)) if match else None


def chunks(descriptor: int) -> Iterator[bytes]:
    """What is left to read from ``descriptor``; each chunk is what one read gave."""
    while True:
        chunk = os.read(descriptor, CHUNK)
        if not chunk:
            return
        yield chunk
