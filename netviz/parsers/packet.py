"""Packet sockets. The compiled twin is ``packet.pxi``.

Format: net/packet/af_packet.c.
"""

from __future__ import annotations

import re

from netviz.parsers.digits import decimal
from netviz.parsers.lines import count_bad
from netviz.tables import PacketColumns

_PACKET = re.compile(
    rb"[ \t]*[0-9A-Fa-f]+[ \t]+[0-9]+[ \t]+([0-9]+)[ \t]+([0-9A-Fa-f]{4})[ \t]+([0-9]+)"
    rb"[ \t]+[0-9]+[ \t]+[0-9]+[ \t]+([0-9]+)[ \t]+([0-9]+)(?:[ \t].*)?",
    re.DOTALL,
)


def parse_packet(text: str) -> PacketColumns:
    """The sockets of /proc/net/packet."""
    columns = PacketColumns()
    for number, line in enumerate(text.encode("utf-8").split(b"\n")):
        found = _PACKET.fullmatch(line)
        numbers = [
            decimal(found[group], limit) if found else None
            for group, limit in ((1, 0xFFFF), (3, 0xFFFFFFFF), (4, 0xFFFFFFFF), (5, 2**64 - 1))
        ]
        kind, interface, uid, inode = numbers
        if found is None or kind is None or interface is None or uid is None or inode is None:
            count_bad(columns.bad, line, number, b"RefCnt")
            continue
        columns.type.append(kind)
        columns.protocol.append(int(found[2], 16))
        columns.interface.append(interface)
        columns.uid.append(uid)
        columns.inode.append(inode)
    return columns
