"""tcp, udp, udplite, raw, icmp and their twins for IPv6. The compiled twin is ``inet.pxi``.

Format: Documentation/networking/proc_net_tcp.rst.
"""

from __future__ import annotations

import re

from netviz.parsers.addresses import hex_address
from netviz.parsers.digits import decimal
from netviz.parsers.lines import count_bad
from netviz.tables import InetColumns

_INET_TAIL = (
    rb":([0-9A-Fa-f]{4})[ \t]+([0-9A-Fa-f]{1,2})[ \t]+"  # remote port, st
    rb"[^ \t]+[ \t]+[^ \t]+[ \t]+[^ \t]+[ \t]+"  # tx_queue:rx_queue tr:tm->when retrnsmt
    rb"([0-9]+)[ \t]+[^ \t]+[ \t]+([0-9]+)(?:[ \t].*)?"  # uid timeout inode ...
)
_INET_START = rb"[ \t]*[0-9]+:[ \t]+"
_INET4 = re.compile(
    _INET_START + rb"([0-9A-Fa-f]{8}):([0-9A-Fa-f]{4})[ \t]+([0-9A-Fa-f]{8})" + _INET_TAIL,
    re.DOTALL,
)
_INET6 = re.compile(
    _INET_START + rb"([0-9A-Fa-f]{32}):([0-9A-Fa-f]{4})[ \t]+([0-9A-Fa-f]{32})" + _INET_TAIL,
    re.DOTALL,
)


def parse_inet(text: str, big_endian: bool, wide: bool) -> InetColumns:
    """The sockets of an inet table; ``wide`` says that addresses have 32 digits (the 6 tables)."""
    columns = InetColumns()
    line_format = _INET6 if wide else _INET4
    for number, line in enumerate(text.encode("utf-8").split(b"\n")):
        found = line_format.fullmatch(line)
        uid = inode = None
        if found:
            uid = decimal(found[6], 0xFFFFFFFF)
            inode = decimal(found[7], 0xFFFFFFFFFFFFFFFF)
        if found is None or uid is None or inode is None:
            count_bad(columns.bad, line, number, b"local_address")
            continue
        local = hex_address(found[1], big_endian)
        remote = hex_address(found[3], big_endian)
        columns.local_hi.append(local >> 64)
        columns.local_lo.append(local & 0xFFFFFFFFFFFFFFFF)
        columns.remote_hi.append(remote >> 64)
        columns.remote_lo.append(remote & 0xFFFFFFFFFFFFFFFF)
        columns.local_port.append(int(found[2], 16))
        columns.remote_port.append(int(found[4], 16))
        columns.state.append(int(found[5], 16))
        columns.uid.append(uid)
        columns.inode.append(inode)
    return columns
