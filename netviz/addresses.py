"""IP addresses as 128-bit numbers, and who owns one as seen from a network namespace.

An IPv4 address is its IPv4-mapped IPv6 address throughout (rule 1 of docs/join-rules.md).
"""

from __future__ import annotations

import ipaddress
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache

from netviz.spans import EVER, Presences, Span

MAPPED_PREFIX = 0xFFFF << 32
ANY4 = MAPPED_PREFIX
ANY6 = 0

_LONGEST_WITH_BROADCAST = 96 + 30
"""A /31 is a link between two, and a /32 one address (RFC 3021)."""

NOBODY = -1
"""No namespace of the group has the address."""
AMBIGUOUS = -2
"""Several namespaces have it, and none of them is nearer than the others."""


def parse_address(text: str) -> int:
    """The number of an address; a prefix length or a zone behind it is left out. ValueError."""
    bare = text.partition("/")[0].partition("%")[0]
    address = ipaddress.ip_address(bare)
    return int(address) | (MAPPED_PREFIX if address.version == 4 else 0)


def parse_interface(text: str) -> tuple[int, int]:
    """(address, prefix length of 128 bits) of an address with or without one. ValueError."""
    bare, slash, length = text.partition("/")
    address = parse_address(bare)
    bits = 32 if is_ipv4(address) else 128
    prefix = int(length) if slash else bits
    if not 0 <= prefix <= bits:
        raise ValueError(f"{text!r} has no prefix length of 0 to {bits}")
    return address, 128 - bits + prefix


def network_of(address: int, prefix: int) -> int:
    """The network that ``address`` is in, for a prefix length of 128 bits."""
    return address >> 128 - prefix << 128 - prefix


@lru_cache(1 << 12)  # most listeners are on one of few
def format_address(address: int) -> str:
    """The usual text of an address, dotted for IPv4."""
    if is_ipv4(address):
        return str(ipaddress.IPv4Address(address & 0xFFFFFFFF))
    return str(ipaddress.IPv6Address(address))


def is_ipv4(address: int) -> bool:
    return address >> 32 == 0xFFFF


def is_loopback(address: int) -> bool:
    """127.0.0.0/8 and ::1: owned by the namespace that looks, whoever else has it."""
    return address >> 24 == MAPPED_PREFIX >> 24 | 127 or address == 1


def is_link_local(address: int) -> bool:
    """fe80::/10. The kernel prints no interface beside it, so it does not say which link."""
    return address >> 118 == 0xFE80 >> 6


def is_wildcard(address: int) -> bool:
    return address in (ANY4, ANY6)


def is_single(address: int) -> bool:
    """Whether one machine may have the address: not multicast, nor to all, nor a wildcard."""
    if is_ipv4(address):
        return address >> 28 & 0xF != 0xE and address & 0xFFFFFFFF not in (0, 0xFFFFFFFF)
    return address != ANY6 and address >> 120 != 0xFF


def broadcast_of(address: int, prefix: int) -> int | None:
    """What all in the IPv4 network of ``address`` listen to, for a prefix length of 128 bits."""
    if not is_ipv4(address) or prefix > _LONGEST_WITH_BROADCAST:
        return None
    return address | (1 << 128 - prefix) - 1


def wildcards_for(address: int) -> tuple[int, ...]:
    """The wildcard addresses whose listener takes traffic to ``address``.

    ``::`` takes IPv4 too: IPV6_V6ONLY is not visible in /proc.
    """
    return (ANY4, ANY6) if is_ipv4(address) else (ANY6,)


_UP_TO_MACHINE = 2
"""How many circles reach no farther than the machine."""


class AddressBook:
    """Who owns which address (rule 2 of docs/join-rules.md).

    ``tiers`` maps a namespace to its circles of namespaces, the nearest first: itself, its machine,
    its kernel, the group. Each circle holds the ones before it.
    """

    def __init__(
        self,
        owned: Sequence[Iterable[int]],
        tiers: Sequence[Sequence[frozenset[int] | None]],
        inner: frozenset[int] = frozenset(),
        presences: Presences = Presences(),  # noqa: B008 -- it cannot be changed
    ) -> None:
        """``owned[n]`` are the addresses of namespace n; a circle of None is the whole group.

        ``inner`` addresses are never looked for beyond the machine (rule 4).
        """
        self._presences = presences
        self._owners: dict[int, list[int]] = {}
        self._tiers = tiers
        self._inner = inner
        for namespace, addresses in enumerate(owned):
            for address in addresses:
                if not is_loopback(address) and not is_wildcard(address):
                    self._owners.setdefault(address, []).append(namespace)
        self._same_for_all = {
            address: owners[0]
            for address, owners in self._owners.items()
            if len(owners) == 1 and address not in inner and address not in presences.known
        }

    @property
    def addresses(self) -> Iterable[int]:
        """Every address that somebody owns, loopback left out."""
        return self._owners.keys()

    def is_inner(self, address: int) -> bool:
        """Whether the address is never looked for beyond its machine."""
        return address in self._inner

    @property
    def depends_on_time(self) -> bool:
        """Whether any address had different owners, or none, at different times."""
        return bool(self._presences.known)

    def owners(self, namespace: int, address: int, when: Span = EVER) -> list[int]:
        """The owners of ``address`` in the nearest circle of ``namespace`` that has any.

        Whoever certainly did not have it at ``when`` is none.
        """
        if is_loopback(address):
            return [namespace]
        everywhere = self._owners.get(address, [])
        inner = address in self._inner
        if is_link_local(address) or (len(everywhere) < 2 and not inner):
            return self._presences.among(everywhere, address, namespace, when)
        for circle in self._tiers[namespace][: _UP_TO_MACHINE if inner else None]:
            near = everywhere if circle is None else _within(circle, everywhere)
            near = self._presences.among(near, address, namespace, when)
            if near:
                return near
        return []

    def resolve(self, namespace: int, address: int, when: Span = EVER) -> int:
        """The one namespace that ``address`` means for ``namespace``, or NOBODY or AMBIGUOUS."""
        if address in self._same_for_all:
            return self._same_for_all[address]
        owners = self.owners(namespace, address, when)
        if not owners:
            return NOBODY
        return owners[0] if len(owners) == 1 else AMBIGUOUS


def _within(circle: frozenset[int], owners: list[int]) -> list[int]:
    """Those of ``owners``, which are in ascending order, that are in the circle."""
    if len(circle) > len(owners):
        return [n for n in owners if n in circle]
    places = [(n, bisect_left(owners, n)) for n in sorted(circle)]
    return [n for n, place in places if owners[place : place + 1] == [n]]
