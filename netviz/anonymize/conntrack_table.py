"""The table of tracked connections."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

from netviz.addresses import is_ipv4
from netviz.anonymize.addresses import Addresses
from netviz.parse import parse_conntrack
from netviz.snapshot.kernel_text import Direction, conntrack_line, table


def replaced_conntrack(text: str, addresses: Addresses) -> tuple[str, int]:
    """What stands for nf_conntrack, and how many of its lines were no entries and are left out.

    Kept are protocol, addresses and ports of both directions, and whether there was an answer.
    """
    columns = parse_conntrack(text)
    lines = []
    for i in range(len(columns)):
        ends = [
            addresses.number(hi << 64 | lo)
            for hi, lo in (
                (columns.original_source_hi[i], columns.original_source_lo[i]),
                (columns.original_destination_hi[i], columns.original_destination_lo[i]),
                (columns.reply_source_hi[i], columns.reply_source_lo[i]),
                (columns.reply_destination_hi[i], columns.reply_destination_lo[i]),
            )
        ]
        wide = not all(map(is_ipv4, ends))
        texts = [_as_printed(end, wide) for end in ends]
        ports = [
            (columns.original_source_port[i], columns.original_destination_port[i]),
            (columns.reply_source_port[i], columns.reply_destination_port[i]),
        ]
        lines.append(
            conntrack_line(
                wide,
                columns.protocol[i],
                Direction(texts[0], texts[1], ports[0] if columns.has_ports[i] else None),
                Direction(texts[2], texts[3], ports[1] if columns.has_ports[i] else None),
                bool(columns.replied[i]),
            )
        )
    return table("nf_conntrack", lines), columns.bad.count


def _as_printed(address: int, wide: bool) -> str:
    """Dotted, or all eight groups of IPv6 as the kernel prints them."""
    return IPv6Address(address).exploded if wide else str(IPv4Address(address & 0xFFFFFFFF))
