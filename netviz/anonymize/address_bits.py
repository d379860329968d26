"""Addresses replaced bit by bit, so that two with a common prefix have one of that length after.

The scheme of Crypto-PAn (Xu, Fan, Ammar, Moon: "Prefix-Preserving IP Address Anonymization", 2002):
each bit is flipped or not as a keyed function of the bits before it says, which makes it a
bijection. Here that function is HMAC-SHA256, whose 256 bits serve the 255 inner nodes of the eight
levels below a prefix of whole bytes.

On the way to a network that is to stay where it is no bit is flipped. So what is in it stays in
it, and what is not stays out of it.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network

Network = IPv4Network | IPv6Network

_CACHED = 1 << 16


class AddressBits:
    """A bijection of the addresses of one family, as numbers of ``bits`` bits (32 or 128).

    Each of the networks ``staying`` is mapped onto itself, each address of those ``alike`` too.
    """

    def __init__(
        self, key: bytes, bits: int, staying: Iterable[Network], alike: Sequence[Network]
    ) -> None:
        self._key = key
        self._bits = bits
        self._alike = [(int(n.network_address), bits - n.prefixlen) for n in alike]
        self._fixed = {node for n in [*staying, *alike] for node in _nodes_above(n)}
        self._flips = lru_cache(_CACHED)(self._drawn)

    def replaced(self, address: int) -> int:
        """What stands for an address."""
        if any(address >> rest == network >> rest for network, rest in self._alike):
            return address
        result = 0
        for done in range(0, self._bits, 8):
            before = address >> self._bits - done
            byte = address >> self._bits - done - 8 & 0xFF
            flips = self._flips(done // 8, before)
            node = 1  # of the eight levels: a one, and the bits of this byte so far
            path = 1 << done | before  # of the whole tree, likewise
            for place in range(7, -1, -1):
                bit = byte >> place & 1
                flip = flips >> node & 1 and path not in self._fixed
                result = result << 1 | (bit ^ flip)
                node = node << 1 | bit
                path = path << 1 | bit
        return result

    def _drawn(self, length: int, prefix: int) -> int:
        """256 bits that depend on the key and the first ``length`` bytes, ``prefix``."""
        message = b"%d bits" % self._bits + prefix.to_bytes(length, "big")
        return int.from_bytes(hmac.digest(self._key, message, "sha256"), "big")


def _nodes_above(network: Network) -> Iterable[int]:
    """The inner nodes from the root to a network, each as a one followed by its bits."""
    address = int(network.network_address)
    bits = network.max_prefixlen
    return (1 << depth | address >> bits - depth for depth in range(network.prefixlen))
