"""Which unix socket is connected to which, over sock_diag(7); /proc/net/unix does not tell."""

import struct
from typing import Iterator, Tuple

from netviz.capture.netlink import NETLINK_SOCK_DIAG, attributes, dump

_SOCK_DIAG_BY_FAMILY = 20
_AF_UNIX = 1
_ALL_STATES = 0xFFFFFFFF
_SHOW_PEER = 4
_PEER = 2
_REQUEST = struct.Struct("=BBHIIIII")  # struct unix_diag_req
_MESSAGE = struct.Struct("=BBBBIII")  # struct unix_diag_msg: its inode is the fifth field
_INODE = struct.Struct("=I")


def unix_peers() -> Iterator[Tuple[int, int]]:
    """(inode, inode of its peer) for each connected unix socket of this thread's namespace.

    A peer of 0 is a connection that nobody has accepted yet. OSError as the kernel says.
    """
    request = _REQUEST.pack(_AF_UNIX, 0, 0, _ALL_STATES, 0, _SHOW_PEER, 0, 0)
    for message in dump(NETLINK_SOCK_DIAG, _SOCK_DIAG_BY_FAMILY, request):
        if len(message) < _MESSAGE.size:
            continue
        inode = _MESSAGE.unpack_from(message)[4]
        for kind, value in attributes(message, _MESSAGE.size):
            if kind == _PEER and len(value) == _INODE.size:
                yield inode, _INODE.unpack(value)[0]
