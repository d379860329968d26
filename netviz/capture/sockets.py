"""The socket tables of a network namespace: which there are, and copying them verbatim."""

import errno
import os
from typing import Iterable, Iterator, List, Optional

from netviz.capture.procfs import ABSENT, CHUNK, Procfs, chunks
from netviz.capture.writer import JsonWriter

TABLES = (
    "tcp",
    "tcp6",
    "udp",
    "udp6",
    "udplite",
    "udplite6",
    "raw",
    "raw6",
    "icmp",
    "icmp6",
    "packet",
    "unix",
    "sctp/assocs",
    "sctp/eps",
)
CONNTRACK = "nf_conntrack"

NUMBERED = frozenset(
    ("udp", "udp6", "udplite", "udplite6", "raw", "raw6", "icmp", "icmp6", "packet")
)
"""Tables in which a socket is missed when another one before it closes while they are read.

A read gives a page at most, and the next one goes on at a number, which in these tables counts all
sockets before it (udp_seq_start of net/ipv4/udp.c, raw_seq_start of net/ipv4/raw.c, ping_seq_start
of net/ipv4/ping.c, packet_seq_start of net/packet/af_packet.c). In tcp and unix it counts those of
one hash bucket.
"""

PAGES = 512
"""The most pages of such a table that are read twice: 16,000 UDP sockets. As the kernel counts anew
for each page, a reading of twice as many takes four times as long.
"""


class NetFiles:
    """The files of /proc/PID/net of one namespace, read through whoever of ``holders`` is left.

    A holder is ``PID``, ``PID/task/TID`` or ``thread-self`` below the procfs root. /proc/PID/net
    shows the namespace that the process is in when the file is opened, so a holder that left, or
    whose pid is somebody else's now, is passed over. Without an ``inode`` nothing can be verified.
    """

    def __init__(self, proc: Procfs, inode: Optional[int], holders: List[str]) -> None:
        self._proc = proc
        self._inode = inode
        self._holders = list(holders)

    def open(self, name: str) -> int:
        """A descriptor to read ``name``; OSError, ESRCH when no holder is left."""
        while self._holders:
            try:
                descriptor = self._proc.open(self._path(name))
            except OSError as error:
                # What a process that has exited answers: case ENOENT, ESRCH, EINVAL.
                if self._valid() or error.errno not in (*ABSENT, errno.EINVAL):
                    raise
            else:
                if self._valid():
                    return descriptor
                os.close(descriptor)
            self._holders.pop(0)
        raise OSError(errno.ESRCH, os.strerror(errno.ESRCH))

    def count(self, name: str, error: OSError) -> None:
        """Put it into the problems that ``name`` was not readable, unless the kernel lacks it."""
        if error.errno not in (errno.ENOENT, errno.ENOTDIR):
            self._proc.count(name, error, self._path(name))

    def _path(self, name: str) -> str:
        holder = self._holders[0] if self._holders else "PID"
        return f"{holder}/net/{name}"

    def _valid(self) -> bool:
        return self._inode is None or self._proc.peek_netns(self._holders[0]) == self._inode


def copy_table(files: NetFiles, name: str, writer: JsonWriter) -> Optional[int]:
    """Write the table ``name`` as one pair of the open object; the errno if it was not opened.

    A table that the kernel lacks is not written. One that cannot be read is counted; what was
    read before an error is kept. Of those in NUMBERED the lines may be there twice.
    """
    try:
        descriptor = files.open(name)
    except OSError as error:
        files.count(name, error)
        return error.errno
    try:
        text = read_twice(descriptor) if name in NUMBERED else chunks(descriptor)
        copy_text(files, name, text, writer)
    finally:
        os.close(descriptor)
    return None


def read_twice(descriptor: int) -> Iterator[bytes]:
    """The chunks of a table, and if that took the kernel several pages, all its lines once more.

    While 5,000 UDP sockets a second were opened and closed one reading missed one of 440; two
    hardly ever miss the same one (docs/performance.md). A file that is not made while it is read
    fills each chunk but the last, and is read once; so is a table of more than PAGES.
    """
    pages, full = 0, False
    for chunk in chunks(descriptor):
        pages += 1
        full = full or len(chunk) == CHUNK
        yield chunk
    if full or not 1 < pages <= PAGES:
        return
    os.lseek(descriptor, 0, os.SEEK_SET)
    header = True
    for chunk in chunks(descriptor):
        if header:
            _, end, chunk = chunk.partition(b"\n")
            header = not end
        yield chunk


def copy_text(files: NetFiles, name: str, text: Iterable[bytes], writer: JsonWriter) -> None:
    """Write a table from the pieces of its text; an error in between is counted."""
    writer.key(name)
    try:
        writer.text(text)
    except OSError as error:
        files.count(name, error)
