"""A copied /proc tree: what a copy looks like where it differs from the mounted procfs.

Nothing outside of the tree is read, wherever its links lead, and nothing but regular files: anybody
may have made them. An empty file where the kernel's is never empty was not copied: tar and
rsync go by the size of a file, which is 0 for all of /proc.
"""

from __future__ import annotations

import errno
import os
import re
import stat

from netviz.capture.problems import Problems
from netviz.capture.procfs import ABSENT, Procfs

LARGEST_SMALL_FILE = 2**22
"""How many bytes of a file about one process are read."""

LARGEST_TABLE = 2**32

NEVER_EMPTY = frozenset({"stat", "status", "comm", "hostname", "boot_id", "mountinfo"})
"""Files that always hold something: where they are empty they are unknown."""

OUTSIDE = "/dev/null/outside"
"""A place where nothing is: ENOTDIR."""

_STAT = re.compile(r"[0-9]+/stat")
_NET_FILE = re.compile(r"([0-9]+|self)/net/(.+)")


class CopiedProcfs(Procfs):
    """The copy in the folder ``root``; OSError with EXDEV for what leads out of it."""

    def __init__(self, root: str, problems: Problems) -> None:
        super().__init__(os.path.abspath(root), problems)
        self._real_root = os.path.realpath(root)
        self._tables: dict[int | None, str] | None = None
        self._without_stat: set[str] = set()

    def full(self, path: str) -> str:
        """As the mounted procfs; a place that cannot be there for what leads out of the copy."""
        whole = super().full(path)
        directory = whole if os.path.basename(whole) in ("fd", "task") else os.path.dirname(whole)
        if not path or self._is_inside(os.path.realpath(directory)):
            return whole
        return OUTSIDE

    def open(self, path: str) -> int:
        """A descriptor of a regular file of the copy; OSError."""
        whole = self.full(self._net_file(path))
        if whole == OUTSIDE:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        descriptor = os.open(whole, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST_TABLE:
            os.close(descriptor)
            number = errno.EFBIG if stat.S_ISREG(status.st_mode) else errno.EXDEV
            raise OSError(number, os.strerror(number))
        return descriptor

    def read(self, path: str) -> bytes:
        """All of a small file. Without its stat a process is still one, of unknown start."""
        of_process = _STAT.fullmatch(path) is not None
        try:
            text = self._read_small(path)
        except OSError as error:
            if not of_process or error.errno not in ABSENT:
                raise
            text = b""
        if not text and of_process and path not in self._without_stat:
            self._without_stat.add(path)  # the capture reads it twice
            self.problems.count("stat", "ENODATA", self.shown(path))
        return text

    def _read_small(self, path: str) -> bytes:
        descriptor = self.open(path)
        with os.fdopen(descriptor, "rb") as file:
            text = file.read(LARGEST_SMALL_FILE + 1)
        if len(text) > LARGEST_SMALL_FILE:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        return text

    def try_read(self, path: str, what: str, normal: tuple[int, ...] = ()) -> bytes | None:
        """As the mounted procfs, and None for an empty copy of what is never empty."""
        text = super().try_read(path, what, normal)
        if text == b"" and os.path.basename(path) in NEVER_EMPTY:
            self.problems.count(what, "ENODATA", self.shown(path))
            return None
        return text

    def _is_inside(self, real: str) -> bool:
        return real == self._real_root or real.startswith(self._real_root.rstrip("/") + "/")

    def _net_file(self, path: str) -> str:
        """Where the file of a namespace is, if not all its processes' folders net were copied."""
        found = _NET_FILE.fullmatch(path)
        if found is None or self._has_tables(found[1]):
            return path
        if self._tables is None:
            self._tables = self._find_tables()
        folder = self._tables.get(self.peek_netns(found[1]))
        return path if folder is None else f"{folder}/{found[2]}"

    def _has_tables(self, process: str) -> bool:
        return os.path.isdir(self.full(f"{process}/net"))

    def _find_tables(self) -> dict[int | None, str]:
        """A folder with tables for each namespace that has one.

        A folder ``net`` at the top is that of whoever copied, which is known where all are in one.
        """
        found: dict[int | None, str] = {}
        namespaces = set()
        for pid in self.numbers(""):
            namespace = self.peek_netns(str(pid))
            namespaces.add(namespace)
            if namespace not in found and self._has_tables(str(pid)):
                found[namespace] = f"{pid}/net"
        if not found and len(namespaces - {None}) <= 1 and os.path.isdir(self.full("net")):
            found.update(dict.fromkeys(namespaces, "net"))
        return found
