"""The table of packet sockets."""

from __future__ import annotations

from netviz.anonymize.users import Users
from netviz.parse import parse_packet
from netviz.snapshot.kernel_text import packet_line, table


def replaced_packet(text: str, users: Users) -> tuple[str, int]:
    """What stands for the table, and how many of its lines were no sockets and are left out.

    Type, ethertype, index of the interface, user and inode are kept.
    """
    columns = parse_packet(text)
    lines = [
        packet_line(
            columns.inode[i],
            columns.type[i],
            columns.protocol[i],
            columns.interface[i],
            users.number(columns.uid[i]),
        )
        for i in range(len(columns))
    ]
    return table("packet", lines), columns.bad.count
