"""Entries of /proc/net/nf_conntrack, by both parsers."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import fields
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netviz import _pyparse
from netviz.addresses import format_address

try:
    from netviz import _fastparse  # type: ignore[attr-defined,unused-ignore]

    PARSERS: list[ModuleType] = [_pyparse, _fastparse]
except ImportError:
    if os.environ.get("NETVIZ_REQUIRE_EXTENSIONS") == "1":
        raise
    PARSERS = [_pyparse]

every_parser = pytest.mark.parametrize("parser", PARSERS, ids=lambda p: p.IMPLEMENTATION)

DNAT = (
    "ipv4     2 tcp      6 431998 ESTABLISHED src=198.51.100.7 dst=198.51.100.1 sport=54700"
    " dport=8080 packets=2 bytes=112 src=172.18.0.2 dst=198.51.100.7 sport=80 dport=54700"
    " packets=1 bytes=60 [ASSURED] mark=0 zone=0 use=2"
)
FULL6 = (
    "ipv6     10 udp      17 28 src=fd00:0002:0000:0000:0000:0000:0000:0010"
    " dst=fd00:0017:0000:0000:0000:0000:0000:0002 sport=5 dport=6 [UNREPLIED]"
    " src=fd00:0017:0000:0000:0000:0000:0000:0002 dst=fd00:0002:0000:0000:0000:0000:0000:0010"
    " sport=6 dport=5 use=2"
)
PORTLESS = (
    "ipv4 2 icmp 1 29 src=10.0.0.1 dst=10.0.0.2 type=8 code=0 id=1 src=10.0.0.2 dst=10.0.0.1"
    " type=0 code=0 id=1 mark=0 use=2",
    "ipv4 2 gre 47 28 timeout=30, stream_timeout=180 src=10.0.0.1 dst=10.0.0.2 srckey=0x0"
    " dstkey=0x0 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 srckey=0x0 dstkey=0x0 use=2",
    "ipv4 2 unknown 61 598 src=10.0.0.1 dst=10.0.0.2 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 use=2",
)


def content(columns: Any) -> dict[str, Any]:
    return {f.name: getattr(columns, f.name) for f in fields(columns)}


def way(columns: Any, name: str, i: int = 0) -> tuple[str, int, str, int]:
    ends = []
    for end in ("source", "destination"):
        hi = getattr(columns, f"{name}_{end}_hi")[i]
        lo = getattr(columns, f"{name}_{end}_lo")[i]
        ends += [format_address(hi << 64 | lo), getattr(columns, f"{name}_{end}_port")[i]]
    return tuple(ends)


@every_parser
def test_both_directions(parser: ModuleType) -> None:
    columns = parser.parse_conntrack(DNAT + "\n")
    assert (len(columns), columns.protocol[0], columns.has_ports[0], columns.replied[0]) == (
        1,
        6,
        1,
        1,
    )
    assert way(columns, "original") == ("198.51.100.7", 54700, "198.51.100.1", 8080)
    assert way(columns, "reply") == ("172.18.0.2", 80, "198.51.100.7", 54700)


@every_parser
def test_ipv6_in_full_and_short(parser: ModuleType) -> None:
    short = (
        FULL6.replace("0000:0000:0000:0000:0000", "")
        .replace("::::", "::")
        .replace("fd00:0002::", "fd00:2::")
        .replace("fd00:0017::", "fd00:17::")
    )
    for text in (FULL6, short):
        columns = parser.parse_conntrack(text + "\n")
        assert columns.bad.count == 0
        assert way(columns, "original") == ("fd00:2::10", 5, "fd00:17::2", 6)
        assert columns.replied[0] == 0


@every_parser
@pytest.mark.parametrize("line", PORTLESS)
def test_protocols_without_ports(parser: ModuleType, line: str) -> None:
    columns = parser.parse_conntrack(line)
    assert (len(columns), columns.has_ports[0]) == (1, 0)
    assert way(columns, "original") == ("10.0.0.1", 0, "10.0.0.2", 0)


@every_parser
@pytest.mark.parametrize(
    "line",
    [
        "garbage",
        DNAT.replace("ipv4", "ipv5"),
        DNAT.replace("src=172.18.0.2", ""),
        DNAT.replace("dst=198.51.100.1 ", ""),
        DNAT.replace("172.18.0.2", "172.18.0.256"),
        DNAT.replace("172.18.0.2", "172.18.0.02"),
        DNAT.replace("172.18.0.2", "172.18.0"),
        DNAT.replace("172.18.0.2", "172.18.0.2.3"),
        DNAT.replace("sport=80", "sport=65536"),
        DNAT.replace("sport=80", "sport="),
        DNAT.replace("sport=80", "sport=0x50"),
        DNAT + " src=1.2.3.4",
        FULL6.replace("fd00:0017:", "fd00:0017::", 1),
        FULL6.replace("fd00:0017:", "fd00%1:", 1),
        DNAT[:60],
    ],
)
def test_other_lines_are_counted(parser: ModuleType, line: str) -> None:
    columns = parser.parse_conntrack(f"{DNAT}\n{line}\n\n{DNAT}\n")
    assert (len(columns), columns.bad.count) == (2, 1)
    assert columns.bad.first == line[: len(columns.bad.first)]


@every_parser
def test_empty(parser: ModuleType) -> None:
    assert len(parser.parse_conntrack("")) == 0


pieces = st.sampled_from(
    [
        "src=",
        "dst=",
        "sport=",
        "dport=",
        "10.0.0.1",
        "::",
        "1:2",
        "fd00::1",
        "80",
        " ",
        "\n",
        "=",
        "[UNREPLIED]",
        "ipv4 2 tcp 6 ",
        "ipv6 10 udp 17 ",
        "1:2:3:4:5:6:7:8",
        "256",
        "0",
        ".",
        DNAT,
        FULL6,
        *PORTLESS,
    ]
)


@given(st.lists(pieces, max_size=25).map("".join))
@settings(max_examples=500, deadline=None)
def test_twins_agree(text: str) -> None:
    results = [content(parser.parse_conntrack(text)) for parser in PARSERS]
    assert results[0] == results[-1]


@given(st.ip_addresses(v=6))
@settings(max_examples=200, deadline=None)
def test_any_ipv6_address(address: ipaddress.IPv6Address) -> None:
    # Not address.exploded: since Python 3.13 that ends in a dotted IPv4 address for mapped ones.
    groups = [int(address) >> shift & 0xFFFF for shift in range(112, -16, -16)]
    long, bare = (":".join(f"{group:{form}}" for group in groups) for form in ("04x", "x"))
    short = str(ipaddress.IPv6Address(int(address))) if address.ipv4_mapped is None else None
    for parser in PARSERS:
        for text in filter(None, (long, bare, short)):
            line = f"ipv6 10 tcp 6 1 src={text} dst=::1 sport=1 dport=2 src=::1 dst={text}"
            columns = parser.parse_conntrack(line)
            assert columns.bad.count == 0, text
            hi, lo = columns.original_source_hi[0], columns.original_source_lo[0]
            assert hi << 64 | lo == int(address)
