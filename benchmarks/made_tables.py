"""The text of one table of any kind with as many lines as wanted: what the parsers are timed on."""

from __future__ import annotations

import random

from table_text import (
    CLOSE,
    ESTABLISHED,
    conntrack_line,
    hex4,
    hex6,
    packet_table,
    socket_line,
    table,
    unix_table,
)

KINDS = ("tcp", "tcp6", "udp", "unix", "packet", "nf_conntrack")


def made_table(kind: str, lines: int, seed: int = 1) -> str:
    """A table of ``kind`` (one of KINDS), always the same for the same arguments."""
    chance = random.Random(f"{seed} {kind}")
    inodes = [20_000 + 3 * number for number in range(lines)]
    if kind == "unix":
        return unix_table(inodes)
    if kind == "packet":
        return packet_table(inodes)
    if kind == "nf_conntrack":
        entries = [
            conntrack_line(
                (f"10.0.{n & 255}.7", "10.9.0.1", 32768 + n % 28000, 443),
                (f"10.1.{n >> 8 & 255}.9", f"10.0.{n & 255}.7", 8443, 32768 + n % 28000),
            )
            for n in range(lines)
        ]
        return "\n".join(entries) + "\n"
    digits, bits = (hex6, 128) if kind == "tcp6" else (hex4, 32)
    state = CLOSE if kind == "udp" else ESTABLISHED
    return table(
        kind,
        [
            socket_line(
                digits(chance.getrandbits(bits)),
                chance.getrandbits(16),
                digits(chance.getrandbits(bits)),
                chance.getrandbits(16),
                state,
                inode,
                1000,
            )
            for inode in inodes
        ],
    )
