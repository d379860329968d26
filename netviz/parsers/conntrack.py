"""Tracked connections. The compiled twin is ``conntrack.pxi``.

Format: net/netfilter/nf_conntrack_standalone.c.
"""

from __future__ import annotations

import re

from netviz.parsers.digits import decimal
from netviz.parsers.lines import count_bad
from netviz.parsers.textual import textual_address
from netviz.tables import ConntrackColumns

_CONNTRACK = re.compile(
    rb"[ \t]*(ipv4|ipv6)[ \t]+[0-9]+[ \t]+[^ \t]+[ \t]+([0-9]+)(?:[ \t](.*))?", re.DOTALL
)


def parse_conntrack(text: str) -> ConntrackColumns:
    """The entries of /proc/net/nf_conntrack (net/netfilter/nf_conntrack_standalone.c).

    Only the addresses, ports and flags are read; whatever else a line says is passed over.
    """
    columns = ConntrackColumns()
    for number, line in enumerate(text.encode("utf-8").split(b"\n")):
        entry = _conntrack_entry(line)
        if entry is None:
            count_bad(columns.bad, line, number, None)
            continue
        protocol, replied, ways = entry
        has_ports = all(len(way) == 4 for way in ways)
        columns.protocol.append(protocol)
        columns.has_ports.append(has_ports)
        columns.replied.append(replied)
        for name, way in zip(("original", "reply"), ways, strict=True):
            for end in ("source", "destination"):
                address = way[b"src" if end == "source" else b"dst"]
                port = way[b"sport" if end == "source" else b"dport"] if has_ports else 0
                getattr(columns, f"{name}_{end}_hi").append(address >> 64)
                getattr(columns, f"{name}_{end}_lo").append(address & 0xFFFFFFFFFFFFFFFF)
                getattr(columns, f"{name}_{end}_port").append(port)
    return columns


def _conntrack_entry(line: bytes) -> tuple[int, bool, list[dict[bytes, int]]] | None:
    """(protocol, replied, [original, reply]), each way by key; None for a line that is none."""
    found = _CONNTRACK.fullmatch(line)
    protocol = decimal(found[2], 0xFF) if found else None
    if found is None or protocol is None:
        return None
    replied = True
    ways: list[dict[bytes, int]] = []
    for token in re.split(rb"[ \t]+", found[3] or b""):
        key, equals, value = token.partition(b"=")
        if token == b"[UNREPLIED]":
            replied = False
        elif not equals or key not in (b"src", b"dst", b"sport", b"dport"):
            continue
        else:
            if key == b"src":
                ways.append({})
            parsed = (
                textual_address(value, found[1] == b"ipv6")
                if key in (b"src", b"dst")
                else decimal(value, 0xFFFF)
                if value.isdigit()
                else None
            )
            if not ways or len(ways) > 2 or parsed is None:
                return None
            ways[-1][key] = parsed
    if len(ways) != 2 or any(b"dst" not in way for way in ways):
        return None
    return protocol, replied, ways
