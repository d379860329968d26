"""Addresses are replaced by a bijection that keeps prefixes, and what kind of address each is."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.addresses import parse_address
from netviz.anonymize.address_bits import AddressBits
from netviz.anonymize.addresses import ALIKE4, ALIKE6, STAYING4, STAYING6, Addresses

KEYS = st.binary(min_size=32, max_size=32)
IPV4 = st.integers(0, 2**32 - 1).map(lambda number: 0xFFFF << 32 | number)
IPV6 = st.integers(0, 2**128 - 1)
NEAR = st.integers(0, 127)
INTERESTING = st.sampled_from(
    [int(network.network_address) | 0xFFFF << 32 for network in [*ALIKE4, *STAYING4]]
    + [int(network.network_address) for network in [*ALIKE6, *STAYING6[:20]]]
)


def common_bits(one: int, other: int) -> int:
    return 128 - (one ^ other).bit_length()


@st.composite
def pairs(draw: st.DrawFn) -> tuple[int, int]:
    """Two addresses, often with a long common prefix."""
    one = draw(st.one_of(IPV4, IPV6, INTERESTING))
    bit = draw(NEAR)
    other = draw(st.one_of(st.just(one ^ 1 << bit), IPV4, IPV6, INTERESTING))
    return one, other ^ draw(st.integers(0, (1 << bit) - 1))


@settings(deadline=None)
@given(KEYS, pairs())
def test_as_many_leading_bits_are_common_as_before(key: bytes, pair: tuple[int, int]) -> None:
    """So no two addresses become one, too."""
    replaced = [Addresses(key).number(address) for address in pair]
    assert common_bits(*replaced) == common_bits(*pair)


@pytest.mark.parametrize("key", [b"k" * 32, bytes(32)])
def test_it_is_a_bijection_of_all_addresses(key: bytes) -> None:
    """Seen whole where there are few: 256 networks of IPv4 by their first byte, and their hosts."""
    bits = AddressBits(key, 32, STAYING4, ALIKE4)
    assert {bits.replaced(first << 24) >> 24 for first in range(256)} == set(range(256))
    hosts = {bits.replaced(0xC0A80100 | host) for host in range(256)}
    assert len(hosts) == 256
    assert len({host >> 8 for host in hosts}) == 1


@settings(deadline=None)
@given(KEYS, st.one_of(IPV4, IPV6, INTERESTING))
def test_no_address_becomes_one_of_another_kind(key: bytes, address: int) -> None:
    def networks(number: int) -> list[str]:
        text: IPv4Address | IPv6Address = IPv6Address(number)
        if number >> 32 == 0xFFFF:
            text = IPv4Address(number & 0xFFFFFFFF)
        every = [*STAYING4, *ALIKE4] if text.version == 4 else [*STAYING6, *ALIKE6]
        return [str(network) for network in every if text in network]

    assert networks(Addresses(key).number(address)) == networks(address)


@pytest.mark.parametrize(
    "same",
    [
        *("0.0.0.0", "127.0.0.1", "127.0.1.53", "255.255.255.255", "224.0.0.251", "::", "::1"),
        *("ff02::1", "ff02::fb", "ff05::1:3", "::ffff:127.0.0.1"),
    ],
)
def test_what_is_the_same_everywhere_stays(same: str) -> None:
    number = parse_address(same)
    assert Addresses(b"k" * 32).number(number) == number


@pytest.mark.parametrize(
    ("network", "inside"),
    [
        ("10.0.0.0/8", "10.20.30.40"),
        ("172.16.0.0/12", "172.17.0.1"),
        ("192.168.0.0/16", "192.168.1.1"),
        ("100.64.0.0/10", "100.99.1.2"),
        ("169.254.0.0/16", "169.254.7.8"),
        ("224.0.0.0/4", "239.1.2.3"),
        ("fe80::/64", "fe80::250:56ff:fe12:3456"),
        ("fd00::/8", "fd12:3456:789a::1"),
        ("2000::/3", "2001:db8::1"),
        ("ff02::1:ff00:0/104", "ff02::1:ff12:3456"),
        ("ff05::/16", "ff05::1234:5678:9abc"),
        ("64:ff9b::/96", "64:ff9b::808:808"),
    ],
)
def test_it_stays_in_its_network_and_is_another(network: str, inside: str) -> None:
    replaced = Addresses(b"key of this test, of 32 bytes...").text(parse_address(inside))
    assert ip_address(replaced) in ip_network(network)
    assert replaced != inside


def test_public_addresses_stay_public() -> None:
    addresses = Addresses(b"k" * 32)
    for first in (1, 8, 11, 50, 99, 130, 172, 192, 203, 223):
        replaced = ip_address(addresses.text(parse_address(f"{first}.1.2.3")))
        assert not any(replaced in network for network in (*STAYING4, *ALIKE4))


def test_an_identifier_made_of_a_mac_is_hidden() -> None:
    """RFC 4291: ff:fe in the middle, and the MAC around it, is the same on every network."""
    addresses = Addresses(b"k" * 32)
    texts = [f"{prefix}::250:56ff:fe12:3456" for prefix in ("fe80", "2001:db8", "fd00:1")]
    identifiers = [addresses.number(parse_address(text)) & 2**64 - 1 for text in texts]
    assert len(set(identifiers)) == 3
    assert not [one for one in identifiers if one >> 24 & 0xFFFF == 0xFFFE]


@pytest.mark.parametrize("text", ["10.1.2.3/24", "10.1.2.3", "fd00::1/64", "fd00::1", "0.0.0.0/0"])
def test_a_prefix_length_stays(text: str) -> None:
    replaced = Addresses(b"k" * 32).interface(text)
    assert replaced.partition("/")[1:] == text.partition("/")[1:]
    bare = text.partition("/")[0]
    assert replaced.partition("/")[0] == Addresses(b"k" * 32).text(parse_address(bare))


def test_another_key_gives_other_addresses() -> None:
    texts = {Addresses(bytes([n]) * 32).text(parse_address("10.1.2.3")) for n in range(20)}
    assert len(texts) == 20


def test_the_same_scheme_for_ever() -> None:
    """A map of today has to give the same with every netviz that can read it."""
    addresses = Addresses(bytes(range(32)))
    given = ("10.1.2.3", "203.0.113.9", "fe80::1", "2001:db8::1")
    assert [addresses.text(parse_address(text)) for text in given] == EXPECTED


EXPECTED = [
    "10.247.135.84",
    "205.219.189.242",
    "fe80::b28a:c6c:f601:cee8",
    "256f:fe3e:8dc7:4bd5:e584:470d:eb71:8648",
]
