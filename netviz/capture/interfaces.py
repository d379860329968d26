"""The names of the interfaces of a network namespace, by index: packet sockets tell the index only.

From rtnetlink where the kernel can be asked, else from /proc/net/igmp, which lists the interfaces
that have IPv4 (net/ipv4/igmp.c).
"""

import os
import struct
from typing import Dict, Iterable, List, Optional, Tuple, Union

from netviz.capture.netlink import NETLINK_ROUTE, attributes, dump
from netviz.capture.procfs import Procfs, chunks
from netviz.capture.sockets import NetFiles
from netviz.capture.text import clean, decimal

_RTM_GETLINK = 18
_HEADER = struct.Struct("=BxHiII")  # struct ifinfomsg: family, type, index, flags, change
_NAME = 3  # IFLA_IFNAME

Interface = List[Union[int, str]]


def interfaces(proc: Procfs, files: NetFiles, inside: bool) -> Optional[List[Interface]]:
    """``[index, name]`` of each, by index; None where nothing was readable.

    ``inside``: this thread is in that namespace, so the kernel can be asked.
    """
    if inside:
        try:
            return _sorted(_asked())
        except OSError as error:
            proc.count("rtnetlink", error, "self/net")
    try:
        descriptor = files.open("igmp")
    except OSError as error:
        files.count("igmp", error)
        return None
    try:
        return _sorted(parse_igmp(b"".join(chunks(descriptor)).split(b"\n")))
    except OSError as error:
        files.count("igmp", error)
        return None
    finally:
        os.close(descriptor)


def parse_igmp(lines: Iterable[bytes]) -> Dict[int, bytes]:
    """The names by index; the lines of groups, which begin with a blank, are passed over."""
    found: Dict[int, bytes] = {}
    for line in lines:
        words = line.split()
        index = decimal(words[0]) if len(words) > 1 and not line[:1].isspace() else None
        if index is not None:
            found[index] = words[1].rstrip(b":")
    return found


def _asked() -> Dict[int, bytes]:
    found: Dict[int, bytes] = {}
    for message in dump(NETLINK_ROUTE, _RTM_GETLINK, _HEADER.pack(0, 0, 0, 0, 0)):
        if len(message) >= _HEADER.size:
            name = dict(attributes(message, _HEADER.size)).get(_NAME, b"").rstrip(b"\0")
            if name:
                found[_HEADER.unpack_from(message)[2]] = name
    return found


def _sorted(found: Dict[int, bytes]) -> List[Interface]:
    pairs: List[Tuple[int, bytes]] = sorted(found.items())
    return [[index, clean(name)] for index, name in pairs]
