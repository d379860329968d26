"""Addresses as people write them. The compiled twin is ``textual.pxi``."""

from __future__ import annotations

import ipaddress
import re

from netviz.parsers.addresses import MAPPED

_IPV4 = re.compile(rb"(?:(?:0|[1-9][0-9]{0,2})\.){3}(?:0|[1-9][0-9]{0,2})")
_IPV6 = re.compile(rb"[0-9A-Fa-f:]+")


def textual_address(text: bytes, wide: bool) -> int | None:
    """The canonical address of its usual text: dotted, or hex groups with at most one ``::``."""
    if not (_IPV6 if wide else _IPV4).fullmatch(text):
        return None
    try:
        address = ipaddress.ip_address(text.decode("ascii"))
    except ValueError:
        return None
    return int(address) | (0 if wide else MAPPED)
