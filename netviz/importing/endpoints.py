"""Addresses with ports as ss, lsof and netstat print them."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple

MAX_PORT = 65535

_MAPPED = bytes(10) + b"\xff\xff"
_ZONE = r"(?:%[^\s:/%\]]+)?"
_HOST = re.compile(rf"(?:\[([0-9A-Fa-f:.]+){_ZONE}\]|([0-9A-Fa-f:.]+|\*)){_ZONE}")


class Endpoint(NamedTuple):
    """``packed`` has 4 or 16 bytes, or is None for ``*``; a port of ``*`` is 0."""

    packed: bytes | None
    port: int

    def of_width(self, wide: bool) -> tuple[bytes, int] | None:
        """Address and port as a table of IPv6 (``wide``) or IPv4 has them.

        ``*`` is any address, an IPv4 address is mapped in a table of IPv6. None where an IPv6
        address is in one of IPv4.
        """
        if self.packed is None:
            return bytes(16 if wide else 4), self.port
        if len(self.packed) == 16:
            return (self.packed, self.port) if wide else None
        return (_MAPPED + self.packed if wide else self.packed), self.port


def parse_endpoint(text: str) -> Endpoint | None:
    """``10.0.0.1:80``, ``[::1]:80``, ``::1:80``, ``[fe80::1]%eth0:80``, ``*:80``, ``0.0.0.0:*``.

    The interface behind ``%`` is left out: no table of the kernel has it. None for other text, such
    as a host name or the name of a port.
    """
    host, colon, port = text.rpartition(":")
    number = _port(port)
    if not colon or number is None:
        return None
    found = _HOST.fullmatch(host)
    if found is None:
        return None
    bare = found[1] or found[2]
    if bare == "*":
        return Endpoint(None, number)
    try:
        return Endpoint(ipaddress.ip_address(bare).packed, number)
    except ValueError:
        return None


def _port(text: str) -> int | None:
    if text == "*":
        return 0
    if not (text.isascii() and text.isdecimal()) or len(text) > 5:
        return None
    return int(text) if int(text) <= MAX_PORT else None
