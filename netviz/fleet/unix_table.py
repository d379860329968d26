"""Unix sockets as /proc/net/unix shows them, by inode, with what a forged line may have touched.

The kernel prints a name as it is, line breaks too, so whoever binds a name can put whole lines into
the table (util-linux #2067). ``unix_names`` undoes that where the names are known. Elsewhere only
the type, the flags and the name of a socket are taken from here, and none of them where two lines
of one inode differ; which socket is connected to which comes from sock_diag(7).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from netviz.parse import parse_unix
from netviz.snapshot.limits import LONGEST_SOCKET_NAME

DATAGRAM = 2
"""SOCK_DGRAM, <linux/net.h>."""

_ACCEPTS = 0x10000
"""__SO_ACCEPTCON, <linux/net.h>: the socket listens."""

_UNCONNECTED = 1
"""SS_UNCONNECTED, <linux/net.h>."""


class UnixSocket(NamedTuple):
    """One socket, in the table of that number. ``path`` is as it stands there, None for none.

    ``type`` is 0 and ``path`` None where lines differ.
    """

    table: int
    type: int
    listening: bool
    connected: bool
    path: str | None
    doubtful: bool = False

    @property
    def name(self) -> tuple[int, str] | None:
        """What the socket shares with the listener that accepted it, and with no other name.

        An abstract name is one of its network namespace. A file is not, and what is accepted for a
        client of another namespace lies in the client's (unix_stream_connect in af_unix.c).
        """
        if self.path is None:
            return None
        return (self.table if self.path.startswith("@") else -1), self.path


def read_unix_tables(texts: Iterable[str]) -> dict[int, UnixSocket]:
    """The sockets with an inode in the tables of all namespaces of one sample."""
    found: dict[int, UnixSocket] = {}
    place: dict[int, tuple[int, int, int, str | None]] = {}
    for table, text in enumerate(texts):
        columns = parse_unix(text)
        encoded = text.encode()
        for i, inode in enumerate(columns.inode):
            if not inode:
                continue
            start, end = columns.path_start[i], columns.path_end[i]
            path = encoded[start:end].decode() if start != end else None
            if path is not None and len(path) > LONGEST_SOCKET_NAME:
                path = None  # no name of a socket
            flags, kind = columns.flags[i], columns.type[i]
            connected = columns.state[i] != _UNCONNECTED
            # A repeat (rule 8) is alike but for its state, which may change while one reads.
            same = (table, flags, kind, path)
            if inode not in found:
                place[inode] = same
                listening = bool(flags & _ACCEPTS)
                found[inode] = UnixSocket(table, kind, listening, connected, path)
            elif place[inode] != same or found[inode].doubtful:
                connected = connected or found[inode].connected
                found[inode] = UnixSocket(table, 0, False, connected, None, True)
            elif connected:
                found[inode] = found[inode]._replace(connected=True)
    return found
