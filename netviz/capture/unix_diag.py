"""What sock_diag(7) tells of unix sockets and /proc/net/unix does not.

That table names no peers, and prints line breaks in names as they are, so that a name can imitate
lines of other sockets (util-linux #2067).
"""

import struct
from array import array
from typing import Dict, Iterator, Tuple

from netviz.capture.netlink import NETLINK_SOCK_DIAG, attributes, dump

_SOCK_DIAG_BY_FAMILY = 20
_AF_UNIX = 1
_ALL_STATES = 0xFFFFFFFF
_LISTEN = 1 << 10  # TCP_LISTEN, which unix sockets have too
_SHOW_NAME = 1
_SHOW_PEER = 4
_SHOW_QUEUE = 8  # UDIAG_SHOW_ICONS
_NAME = 0
_PEER = 2
_QUEUE = 3  # UNIX_DIAG_ICONS
_REQUEST = struct.Struct("=BBHIIIII")  # struct unix_diag_req
_MESSAGE = struct.Struct("=BBBBIII")  # struct unix_diag_msg: its inode is the fifth field
_INODE = struct.Struct("=I")


class UnixSockets:
    """The unix sockets of the namespaces that were asked.

    ``peers`` has inode and inode of the peer of each connected socket, one behind the other; a peer
    of 0 is a connection that nobody has accepted yet, of which the listener stands in in a second
    pair. ``names`` has the names that hold a line break, as the table prints them.
    """

    def __init__(self) -> None:
        self.peers = array("I")
        self.names: Dict[int, bytes] = {}

    def ask(self) -> None:
        """Add those of this thread's namespace. OSError as the kernel says."""
        for inode, kind, value in _dump(_ALL_STATES, _SHOW_NAME | _SHOW_PEER):
            if kind == _PEER and len(value) == _INODE.size:
                self.peers.extend((inode, _INODE.unpack(value)[0]))
            elif kind == _NAME and b"\n" in value:
                self.names[inode] = as_printed(value)
        # Asked for apart: a queue too long for one message ends a dump, as if that were all.
        for inode, kind, value in _dump(_LISTEN, _SHOW_QUEUE):
            if kind == _QUEUE:
                whole = len(value) - len(value) % _INODE.size
                for (client,) in _INODE.iter_unpack(value[:whole]):
                    if client:
                        self.peers.extend((client, inode))


def as_printed(name: bytes) -> bytes:
    """A name as unix_seq_show of net/unix/af_unix.c prints it: NUL as @, but for a path's last."""
    if not name.startswith(b"\0"):
        name = name[:-1]
    return name.replace(b"\0", b"@")


def _dump(states: int, show: int) -> Iterator[Tuple[int, int, bytes]]:
    """Inode, attribute and its value, of each socket in one of ``states``."""
    request = _REQUEST.pack(_AF_UNIX, 0, 0, states, 0, show, 0, 0)
    for message in dump(NETLINK_SOCK_DIAG, _SOCK_DIAG_BY_FAMILY, request):
        if len(message) < _MESSAGE.size:
            continue
        inode = _MESSAGE.unpack_from(message)[4]
        for kind, value in attributes(message, _MESSAGE.size):
            yield inode, kind, value
