"""Addresses of a namespace from the texts of /proc, where nobody may enter it."""

from __future__ import annotations

from fakeproc import FakeProc
from running import Capture

from netviz.capture.addresses import parse_fib_trie, parse_if_inet6, parse_ipv6_route

FIB_TRIE = b"""Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     |-- 10.4.0.0
        /16 link UNICAST
     |-- 198.51.100.0
        /24 link UNICAST
     |-- 198.51.100.64
        /26 link UNICAST
     |-- 203.0.113.9
        /32 link UNICAST
Local:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 host LOCAL
     +-- 127.0.0.0/8 2 0 2
        |-- 127.0.0.0
           /8 host LOCAL
        |-- 127.0.0.1
           /32 host LOCAL
        |-- 127.255.255.255
           /32 link BROADCAST
     |-- 10.4.1.1
        /32 host LOCAL
     |-- 192.0.2.128
        /25 host LOCAL
     |-- 192.0.2.7
        /32 host LOCAL tos 0x10
        /32 link UNICAST
     |-- 198.51.100.3
        /32 host LOCAL
     |-- 198.51.100.70
        /32 host LOCAL
     |-- 198.51.100.127
        /32 link BROADCAST
     |-- 198.51.100.255
        /32 link BROADCAST
     |-- not an address
        /32 host LOCAL
"""


def test_only_local_host_entries_are_addresses() -> None:
    """TPROXY makes 0.0.0.0/0 local, AnyIP a whole network: neither is an address of the machine.

    A prefix is that of a network with a broadcast address: 10.4.0.0/16 is a mere route.
    """
    assert list(parse_fib_trie(FIB_TRIE.splitlines(keepends=True))) == [
        "10.4.1.1",
        "127.0.0.1/8",
        "192.0.2.7",
        "198.51.100.3/24",
        "198.51.100.70/26",
    ]


IF_INET6 = [
    b"fe80000000000000020c29fffe3a4b5c 02 40 20 80     eth0\n",
    b"20010db8000000000000000000000001 02 38 00 80 eth0.with.a:name\n",
    b"00000000000000000000000000000001 01 80 10 80       lo\n",
    b"too short\n",
    b"zz010db8000000000000000000000001 02 40 00 80 eth0\n",
]


def test_ipv6_addresses_have_their_prefix() -> None:
    assert list(parse_if_inet6(IF_INET6)) == [
        "fe80::20c:29ff:fe3a:4b5c/64",
        "2001:db8::1/56",
        "::1/128",
    ]


def route(destination: str, prefix: int, flags: int) -> bytes:
    zero = "0" * 32
    text = (
        f"{destination} {prefix:02x} {zero} 00 {zero} 00000000 00000001 00000000 {flags:08x} lo\n"
    )
    return text.encode()


def test_local_host_routes_of_ipv6_are_addresses() -> None:
    address = "20010db80000000000000000000000"
    lines = [
        route(address + "01", 128, 0x80200001),
        route(address + "02", 128, 0x00000001),
        route(address + "00", 64, 0x80200001),
        b"20010db8 80 short\n",
    ]
    assert list(parse_ipv6_route(lines)) == ["2001:db8::1"]


def test_a_tree_gives_the_addresses_of_each_namespace(fakeproc: FakeProc, capture: Capture) -> None:
    fakeproc.process(1)
    fakeproc.table("fib_trie", FIB_TRIE)
    fakeproc.table("if_inet6", b"".join(IF_INET6))
    fakeproc.table("ipv6_route", route("20010db8" + "0" * 23 + "1", 128, 0x80200001))
    fakeproc.process(2, netns=77)
    found = capture("--proc", str(fakeproc.root)).snapshot["netns"]
    assert found[0]["addresses"] == [
        "10.4.1.1",
        "127.0.0.1/8",
        "192.0.2.7",
        "198.51.100.3/24",
        "198.51.100.70/26",
        "2001:db8::1/56",
        "::1/128",
        "fe80::20c:29ff:fe3a:4b5c/64",
    ]
    assert found[1]["addresses"] is None


def test_the_routing_tables_of_a_router_are_streamed(fakeproc: FakeProc, capture: Capture) -> None:
    fakeproc.process(1)
    lines = [b"Main:\n"]
    for number in range(200_000):
        lines.append(b"     |-- 100.%d.%d.0\n" % (number >> 8 & 255, number & 255))
        lines.append(b"        /24 universe UNICAST\n")
    fakeproc.table("fib_trie", b"".join(lines) + FIB_TRIE)
    (found,) = capture("--proc", str(fakeproc.root)).snapshot["netns"]
    assert "198.51.100.3/24" in found["addresses"]
    assert len(found["addresses"]) == 5
