"""A machine's addresses from what ip(8) printed: ``ip -j addr``, ``ip addr``, ``ip -o addr``."""

from __future__ import annotations

import json
import re

from netviz.errors import SourceError
from netviz.snapshot.format2 import is_address

_LINE = re.compile(r"(?:[0-9]+:\s+\S+\s+|\s+)inet6?\s+(\S+)(?:\s+peer\s+(\S+))?(?:\s.*)?")


def parse_ip_addr(text: str, source: str) -> tuple[str, ...]:
    """Each address once, with its prefix length. Raises SourceError where there is none."""
    found = _from_json(text) if text.lstrip().startswith("[") else _from_lines(text)
    addresses = tuple(dict.fromkeys(address for address in found if is_address(address)))
    if not addresses:
        advice = "give what one of these printed: ip -j addr, ip addr, ip -o addr"
        raise SourceError(source, "holds no address", advice)
    return addresses


def _from_json(text: str) -> list[str]:
    """The members ``local`` and ``prefixlen`` of ``addr_info``, of each interface."""
    try:
        interfaces = json.loads(text)
    except (ValueError, RecursionError):
        return []
    found = []
    for interface in interfaces if isinstance(interfaces, list) else []:
        info = interface.get("addr_info") if isinstance(interface, dict) else None
        for address in info if isinstance(info, list) else []:
            if isinstance(address, dict) and isinstance(address.get("local"), str):
                prefix = "" if "address" in address else address.get("prefixlen", "")
                found.append(f"{address['local']}/{prefix}".rstrip("/"))
    return found


def _from_lines(text: str) -> list[str]:
    """``inet 10.0.0.5/24 brd ...``; in ``inet 10.0.0.5 peer 10.0.0.6/32`` it has no length."""
    return [found[1] for line in text.split("\n") if (found := _LINE.fullmatch(line))]
