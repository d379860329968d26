"""IP addresses and what stands for them: which kinds of address stay what they are.

Numbers are canonical as everywhere (``netviz/addresses.py``): an IPv4-mapped address is the IPv4
address. docs/anonymize.md says why each network is in these lists.
"""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network

from netviz.addresses import (
    MAPPED_PREFIX,
    format_address,
    is_ipv4,
    parse_address,
    parse_interface,
)
from netviz.anonymize.address_bits import AddressBits

ALIKE4 = tuple(
    map(IPv4Network, ("0.0.0.0/32", "127.0.0.0/8", "224.0.0.0/24", "255.255.255.255/32"))
)
"""Wildcard, loopback, multicast groups of one link, broadcast: they mean the same everywhere."""

STAYING4 = tuple(
    map(
        IPv4Network,
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"),
    )
)
"""What is private (RFC 1918), shared (RFC 6598) or link-local (RFC 3927) stays so."""

_SCOPES = "0123456789abcdef"

ALIKE6 = (
    IPv6Network("::/127"),
    *(IPv6Network(f"ff0{scope}::/111") for scope in _SCOPES),
)
"""Wildcard and loopback; the groups that IANA assigned, of every scope."""

STAYING6 = (
    *map(
        IPv6Network,
        (
            *("::ffff:0:0/96", "64:ff9b::/96", "fe80::/64", "fc00::/8", "fd00::/8"),
            "ff02::1:ff00:0/104",
        ),
    ),
    *(IPv6Network(f"ff{flags}{scope}::/16") for flags in _SCOPES for scope in _SCOPES),
)
"""IPv4-mapped, translated (RFC 6052), link-local, unique local; multicast with flags and scope."""


class Addresses:
    """The addresses of a group, each with what stands for it."""

    def __init__(self, key: bytes) -> None:
        self._bits4 = AddressBits(key, 32, STAYING4, ALIKE4)
        self._bits6 = AddressBits(key, 128, STAYING6, ALIKE6)
        self.replaced: dict[int, int] = {}
        """Every address that was met, and what stands for it."""

    def number(self, address: int) -> int:
        """What stands for a canonical address."""
        found = self.replaced.get(address)
        if found is None:
            if is_ipv4(address):
                found = MAPPED_PREFIX | self._bits4.replaced(address & 0xFFFFFFFF)
            else:
                found = self._bits6.replaced(address)
            self.replaced[address] = found
        return found

    def text(self, address: int) -> str:
        """The same as text."""
        return format_address(self.number(address))

    def interface(self, text: str) -> str:
        """What stands for an address with or without a prefix length, which stays."""
        slash = text.partition("/")[1]
        if not slash:
            return self.text(parse_address(text))
        address, prefix = parse_interface(text)
        bits = prefix - 96 if is_ipv4(address) else prefix
        return f"{self.text(address)}/{bits}"
