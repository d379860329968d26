"""The tables of IP sockets: tcp, udp, udplite, raw, icmp and their twins for IPv6.

As every table here, they are printed anew from what was parsed: of a line nothing else can come
through, and of a line that is no socket nothing at all.
"""

from __future__ import annotations

from netviz.anonymize.pseudonyms import Pseudonyms
from netviz.parse import parse_inet
from netviz.snapshot.kernel_text import inet_line, table

TABLES = frozenset(
    f"{proto}{family}" for proto in ("tcp", "udp", "udplite", "raw", "icmp") for family in ("", "6")
)


def replaced_inet(
    name: str, text: str, big_endian: bool, pseudonyms: Pseudonyms
) -> tuple[str, int]:
    """What stands for a table, and how many of its lines were no sockets and are left out.

    Addresses, ports, state, user and inode are kept; queues, timers and counters are 0.
    """
    wide = name.endswith("6")
    size, mask = (16, 2**128 - 1) if wide else (4, 2**32 - 1)
    columns = parse_inet(text, big_endian, wide)

    def packed(hi: int, lo: int) -> bytes:
        return (pseudonyms.addresses.number(hi << 64 | lo) & mask).to_bytes(size, "big")

    lines = [
        inet_line(
            i,
            (packed(columns.local_hi[i], columns.local_lo[i]), columns.local_port[i]),
            (packed(columns.remote_hi[i], columns.remote_lo[i]), columns.remote_port[i]),
            columns.state[i],
            columns.inode[i],
            pseudonyms.users.number(columns.uid[i]),
            big_endian,
        )
        for i in range(len(columns))
    ]
    return table(name, lines), columns.bad.count
