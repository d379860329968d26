"""The naive reader itself against values worked out by hand, so that it is no echo of netviz."""

from __future__ import annotations

from ipaddress import ip_address

import naive_parse
import pytest
from kernel_text import HEADERS, sctp_assocs_line, sctp_eps_line, sctp_table


@pytest.mark.parametrize(
    ("digits", "byteorder", "address"),
    [
        ("0200000A", "little", "10.0.0.2"),
        ("0A000002", "big", "10.0.0.2"),
        ("FFFFFFFF", "little", "255.255.255.255"),
        ("0000000000000000FFFF00000200000A", "little", "10.0.0.2"),
        ("00000000000000000000FFFF0A000002", "big", "10.0.0.2"),
        ("00000000000000000000000001000000", "little", "::1"),
        ("00000000000000000000000000000001", "big", "::1"),
        ("000000FD000000000000000004030201", "little", "fd00::102:304"),
        ("0000000000000000000000000200000A", "little", "::a00:2"),
        ("B80D0120FFFFFFFF00000000FFFFFFFF", "little", "2001:db8:ffff:ffff::ffff:ffff"),
    ],
)
def test_address(digits: str, byteorder: str, address: str) -> None:
    assert naive_parse.inet_address(digits, byteorder) == ip_address(address)


def test_short_and_long_lines() -> None:
    text = (
        f"{HEADERS['tcp']}\n"
        "   0: 0200000A:1F90 0300000A:9C40 06 00000000:00000000 03:00001760 00000000     0"
        "        0 0 3 0000000000000000\n"
        "12345: 0200000A:1F90 0300000A:9C41 01 00000000:00000000 00:00000000 00000000 4294967294"
        "        0 18446744073709551615 1 0000000000000000 20 0 0 10 -1\n"
        "\n"
        "   2: 0200000A:1F90 0300000A\n"
    )
    sockets, bad = naive_parse.parse_inet(text, "little", False)
    here, there = ip_address("10.0.0.2"), ip_address("10.0.0.3")
    assert sockets == [
        (here, 8080, there, 40000, 6, 0, 0),
        (here, 8080, there, 40001, 1, 4294967294, 18446744073709551615),
    ]
    assert bad == 1


def test_unix_paths() -> None:
    text = (
        f"{HEADERS['unix']}\n"
        "0000000000000000: 00000002 00000000 00010000 0001 01 70001 /run/a  b \n"
        "0000000000000000: 00000003 00000000 00000000 0001 03 70002\n"
        "0000000000000000: 00000002 00000000 00010000 0001 01     7 @x\n"
        "\n"
        "more\n"
        "\0\0\0\n"
        "stray\n"
    )
    sockets, bad = naive_parse.parse_unix(text)
    assert [(socket.inode, socket.path) for socket in sockets] == [
        (70001, "/run/a  b "),
        (70002, ""),
        (7, "@x\n\nmore"),
    ]
    assert bad == 2


def test_unix_without_an_inode_column() -> None:
    text = (
        "Num       RefCount Protocol Flags    Type St Path\n"
        "0000000000000000: 00000002 00000000 00010000 0001 01 1234\n"
    )
    assert naive_parse.parse_unix(text) == ([(0x10000, 1, 1, 0, "1234")], 0)


def test_packet() -> None:
    text = (
        "sk       RefCnt Type Proto  Iface R Rmem   User   Inode\n"
        "00000000 3      3    88cc   2     1 0      107    9001  \n"
    )
    assert naive_parse.parse_packet(text) == ([(3, 0x88CC, 2, 107, 9001)], 0)


def test_sctp() -> None:
    eps = sctp_table(
        "sctp/eps",
        [sctp_eps_line(3868, 501, ["10.5.0.1", "fd05::1"]), sctp_eps_line(3868, 501, ["10.6.0.1"])],
    )
    ours = tuple(map(ip_address, ("10.5.0.1", "fd05::1", "10.6.0.1")))
    assert naive_parse.parse_sctp_eps(eps) == ([(10, ours, 3868, (), 0, 0, 501)], 0)
    line = sctp_assocs_line(["10.5.0.1"], 3868, ["10.5.0.9", "10.6.0.9"], 40000, 502)
    theirs = tuple(map(ip_address, ("10.5.0.9", "10.6.0.9")))
    assert naive_parse.parse_sctp_assocs(sctp_table("sctp/assocs", [line, "short line"])) == (
        [(3, ours[:1], 3868, theirs, 40000, 0, 502)],
        1,
    )
