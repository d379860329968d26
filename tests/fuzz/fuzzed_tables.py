"""Kernel tables with faults: real ones taken apart, damaged and put together again, from a seed.

Every parser takes every table: what is a socket in one is a bad line in another.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from types import ModuleType
from typing import Any

from kernel_text import HEADERS

Parser = Callable[[ModuleType, str], Any]

PARSERS: dict[str, Parser] = {
    "inet little": lambda module, text: module.parse_inet(text, False, False),
    "inet big": lambda module, text: module.parse_inet(text, True, False),
    "inet6 little": lambda module, text: module.parse_inet(text, False, True),
    "inet6 big": lambda module, text: module.parse_inet(text, True, True),
    "unix": lambda module, text: module.parse_unix(text),
    "packet": lambda module, text: module.parse_packet(text),
    "conntrack": lambda module, text: module.parse_conntrack(text),
}

_TAIL = "00000000:00000000 02:000A1B2C 00000000  1000        0 48213 2 0000000000000000 20 4 0 10 7"
_INET = [
    HEADERS["tcp"],
    f"   0: 0100007F:0CEA 00000000:0000 0A {_TAIL}".ljust(149),
    f"   1: 0A02000A:0016 0B02000A:D431 01 {_TAIL}".ljust(149),
    f"  12: 0A02000A:1F90 0B02000A:C350 6 {_TAIL}".ljust(149),
    "4711: 00000000:0044 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 "
    "17045 2 0000000000000000 0",
    "0: 00000000:0000 00000000:0000 1 x x x 0 x 0",
    "9: ffffffff:ffff aBcDeF01:0000 FF 0 0 0 4294967295 0 18446744073709551615",
    "9: ffffffff:ffff aBcDeF01:0000 FF 0 0 0 4294967296 0 1",
    "9: ffffffff:ffff aBcDeF01:0000 FF 0 0 0 1 0 18446744073709551616",
    "9: ffffffff:ffff aBcDeF01:0000 FF 0 0 0 1 0 18446744073709551614\tx",
]
_ENDS6 = (
    "000080FE00000000FF005450000BCD12:0035 00000000000000000000000000000000:0000",
    "0000000000000000FFFF00000A02000A:0050 0000000000000000FFFF00000B02000A:E001",
    "00000000000000000000000001000000:0016 00000000000000000000000001000000:9C40",
)
_INET6 = [
    HEADERS["tcp6"],
    *(f"{slot:4d}: {ends} 01 {_TAIL}" for slot, ends in enumerate(_ENDS6)),
    f"0: {'0' * 32}:0000 {'0' * 32}:0000 1 x x x 0 x 0",
]
_UNIX = [
    HEADERS["unix"],
    "Num RefCount Protocol Flags Type St Path",
    "0000000000000000: 00000002 00000000 00010000 0001 01 20341 /run/example/control",
    "0000000000000000: 00000003 00000000 00000000 0001 03 20342",
    "0000000000000000: 00000003 00000000 00000000 0002 01 20343 @abstract@name",
    "0000000000000000: 00000002 00000000 00010000 0005 01 20344 /tmp/name with  blanks ",
    "the rest of a name that holds a line break",
    "0: 00000000 00000000 00000000 0000 00 0",
    "0: 00000000 00000000 00000000 0000 00",
    "ffff8881: 00000002 00000000 00010000 0001 01 18446744073709551615 é",
]
_PACKET = [
    HEADERS["packet"],
    "0000000000000000 3      3    0003   2     1 0      0      30112 ",
    "ffff888100000000 3      2    88cc   0     1 65536  998    30113",
    "0 0 0 0000 0 0 0 0 0",
    "0 0 65536 0000 0 0 0 0 0",
]
_CONNTRACK = [
    "ipv4     2 tcp      6 431999 ESTABLISHED src=10.2.0.10 dst=10.2.0.1 sport=40000 dport=80 "
    "src=172.17.0.2 dst=10.2.0.10 sport=8080 dport=40000 [ASSURED] mark=0 zone=0 use=2",
    "ipv4     2 udp      17 29 src=10.2.0.10 dst=10.2.0.2 sport=5353 dport=53 [UNREPLIED] "
    "src=10.2.0.2 dst=10.2.0.10 sport=53 dport=5353 mark=0 use=1",
    "ipv6     10 tcp      6 9 CLOSE src=fe80:0000:0000:0000:0000:0000:0000:0001 dst=2001:db8::2 "
    "sport=65535 dport=0 packets=1 bytes=52 src=2001:db8::2 dst=fe80::1 sport=0 dport=65535 use=1",
    "ipv4     2 icmp     1 29 src=10.2.0.10 dst=10.2.0.2 type=8 code=0 id=7 "
    "src=10.2.0.2 dst=10.2.0.10 type=0 code=0 id=7 mark=0 use=1",
    "ipv4 2 tcp 6 1 X src=1.2.3.4 dst=1.2.3.256 sport=1 dport=65536 src=::ffff:1.2.3.4 dst=::",
    "ipv6 10 unknown 255 1 src=::1 dst=1:2:3:4:5:6:7:8 src=1::8 dst=::",
]
TABLES = (_INET, _INET6, _UNIX, _PACKET, _CONNTRACK)

_CHARACTERS = "0123456789abcdefABCDEFgx:: \t\n\n\0@-+.\r\x0b\x0c\x1c\x85\xa0é٣€\u2028\U0001f600"
_LONGEST = 400


def fuzzed_table(chance: random.Random) -> str:
    """The next table of a seed."""
    lines = _lines(chance)
    text = "\n".join(lines)
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3, 8))):
        text = _damaged(chance, text)
    return text


def _lines(chance: random.Random) -> list[str]:
    source = chance.choice(TABLES)
    if chance.random() < 0.05:
        # Shorter lines are not possible: as many sockets as a text of that length can hold.
        return [min(source, key=len)] * chance.randint(1, 60)
    lines = [chance.choice(source) for _ in range(chance.randint(0, 6))]
    if chance.random() < 0.5:
        lines.insert(0, source[0])
    if chance.random() < 0.1:
        lines.insert(chance.randint(0, len(lines)), chance.choice(chance.choice(TABLES)))
    if chance.random() < 0.5:
        lines.append("")
    return lines


def _damaged(chance: random.Random, text: str) -> str:
    at = chance.randint(0, len(text))
    some = chance.choice(_CHARACTERS)
    action = chance.randrange(8)
    if action == 0:
        return text[:at] + some + text[at:]
    if action == 1:
        return text[:at] + text[at + chance.randint(1, 5) :]
    if action == 2:
        return text[:at] + some + text[at + 1 :]
    if action == 3:
        return text[:at]
    if action == 4:
        return text[:at] + some * chance.randint(1, _LONGEST) + text[at:]
    if action == 5:
        start = chance.randint(0, len(text))
        return text[:at] + text[start : start + chance.randint(1, 200)] + text[at:]
    if action == 6:
        return text.replace(" ", chance.choice(("\t", "  ", "\n", "")), chance.randint(1, 3))
    return text[:at] + chance.choice(("\ud800", "\udcff")) + text[at:]


def outcome(parser: Parser, module: ModuleType, text: str) -> object:
    """The columns with their bad lines, or the error."""
    try:
        return parser(module, text)
    except (ValueError, OverflowError) as error:
        return type(error), str(error)


def differing(text: str, compiled: ModuleType, pure: ModuleType) -> list[str]:
    """The parsers that give one thing compiled and another in pure Python."""
    return [
        name
        for name, parser in PARSERS.items()
        if outcome(parser, compiled, text) != outcome(parser, pure, text)
    ]
