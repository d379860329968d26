"""The addresses on the interfaces of this thread's network namespace, over rtnetlink(7)."""

import socket
import struct
from typing import Dict, Iterator

from netviz.capture.netlink import NETLINK_ROUTE, attributes, dump

_RTM_GETADDR = 22
_HEADER = struct.Struct("=BBBBI")  # struct ifaddrmsg: family, prefix length, flags, scope, link
_ADDRESS = 1
_LOCAL = 2
_LENGTHS = {socket.AF_INET: 4, socket.AF_INET6: 16}


def interface_addresses() -> Iterator[str]:
    """``ADDRESS/PREFIX`` for each address; bare where it lies outside the network that is on link.

    OSError as the kernel says.
    """
    for message in dump(NETLINK_ROUTE, _RTM_GETADDR, _HEADER.pack(0, 0, 0, 0, 0)):
        if len(message) < _HEADER.size:
            continue
        family, prefix, _, _, _ = _HEADER.unpack_from(message)
        found: Dict[int, bytes] = dict(attributes(message, _HEADER.size))
        own = found.get(_LOCAL, found.get(_ADDRESS, b""))
        if len(own) != _LENGTHS.get(family) or prefix > 8 * len(own):
            continue
        text = socket.inet_ntop(family, own)
        # With a peer, IFA_ADDRESS is the other end, and the prefix is of the network it is in.
        yield f"{text}/{prefix}" if _same_network(own, found.get(_ADDRESS, own), prefix) else text


def _same_network(one: bytes, other: bytes, prefix: int) -> bool:
    beyond = max(0, 8 * len(one) - prefix)
    return int.from_bytes(one, "big") >> beyond == int.from_bytes(other, "big") >> beyond
