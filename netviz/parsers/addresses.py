"""Addresses in hex digits. The compiled twin is ``addresses.pxi``."""

from __future__ import annotations

import re

MAPPED = 0xFFFF << 32
"""An IPv4 address is this IPv6 address, and itself."""


def hex_address(digits: str | bytes, big_endian: bool) -> int:
    """The canonical 128-bit address of 8 or 32 hex digits of a table.

    /proc prints 32-bit words in the byte order of the captured machine (net/ipv4/tcp_ipv4.c,
    net/ipv6/tcp_ipv6.c); ``big_endian`` says which. Raises ValueError for other text.
    """
    if isinstance(digits, str):
        digits = digits.encode("ascii", "replace")
    if len(digits) not in (8, 32) or not re.fullmatch(rb"[0-9A-Fa-f]+", digits):
        raise ValueError("a hex address has 8 or 32 hex digits")
    raw = bytes.fromhex(digits.decode("ascii"))
    if not big_endian:
        raw = b"".join(raw[i : i + 4][::-1] for i in range(0, len(raw), 4))
    return int.from_bytes(raw, "big") | (MAPPED if len(digits) == 8 else 0)
