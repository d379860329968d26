"""Public reports about addresses of /proc: word order, byte order, embeddings, scopes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from documents import document, flows, graph_of, netns, table

from netviz.addresses import format_address
from netviz.errors import SnapshotError
from netviz.parse import hex_address, parse_inet
from netviz.snapshot import load
from netviz.stitch import stitch

REST = "00000000:00000000 00:00000000 00000000  1000        0"


def address(digits: str, big_endian: bool = False) -> str:
    return format_address(hex_address(digits, big_endian))


def test_01_words_of_64_bits_are_undone_in_format_1(tmp_path: Path) -> None:
    """The original wrote ::ffff:10.1.2.3 as ::a01:203:0:ffff, so its ends never met."""
    original = {
        "processes": {
            "7": {
                "cmd": "client",
                "uid": 0,
                "pid": 7,
                "selinux": None,
                "inodes": [{"ino": "70", "extra": "socket"}],
            },
            "8": {
                "cmd": "server",
                "uid": 0,
                "pid": 8,
                "selinux": None,
                "inodes": [{"ino": "80", "extra": "socket"}, {"ino": "81", "extra": "socket"}],
            },
        },
        "net": {
            "70": {"type": "tcp", "local": ["10.1.2.3", 40000], "remote": ["10.1.2.3", 5672]},
            "80": {"type": "tcp6", "local": ["::", 5672], "remote": ["::", 0]},
            "81": {
                "type": "tcp6",
                "local": ["::a01:203:0:ffff", 5672],
                "remote": ["::a01:203:0:ffff", 40000],
            },
        },
    }
    (tmp_path / "old.json").write_text(json.dumps(original))
    graph = stitch(load(str(tmp_path / "old.json")))
    assert flows(graph) == [("old/client", "old/server", "tcp", 5672, "reciprocal", 1)]
    assert graph.flows[0].samples == (("10.1.2.3", 40000, "10.1.2.3", 5672),)


@pytest.mark.parametrize(
    ("digits", "text"),
    [
        ("0" * 24 + "01000000", "::1"),
        ("0" * 32, "::"),
        ("0000000000000000FFFF00000302010A", "10.1.2.3"),
        ("000080FE00000000AABBCCDD01020304", "fe80::ddcc:bbaa:403:201"),
        ("B80D0120000000000000000005000A00", "2001:db8::a:5"),
    ],
)
def test_03_words_keep_their_order(digits: str, text: str) -> None:
    assert address(digits) == text


@pytest.mark.parametrize(
    ("digits", "big_endian", "text"),
    [
        ("7F000001", True, "127.0.0.1"),
        ("0100007F", False, "127.0.0.1"),
        ("FE800000000000000A0B0C0D0E0F0102", True, "fe80::a0b:c0d:e0f:102"),
        ("0" * 31 + "1", True, "::1"),
    ],
)
def test_04_byte_order_is_the_targets(digits: str, big_endian: bool, text: str) -> None:
    assert address(digits, big_endian) == text


@pytest.mark.parametrize("said", [None, "", "middle"])
def test_04_without_its_byte_order_a_snapshot_is_refused(tmp_path: Path, said: str | None) -> None:
    """Nothing is guessed from the machine that stitches."""
    snapshot = document("m", [netns({"tcp": table()})])
    snapshot["host"]["byteorder"] = said
    (tmp_path / "m.json").write_text(json.dumps(snapshot))
    with pytest.raises(SnapshotError, match=r"host\.byteorder"):
        list(load(str(tmp_path / "m.json")))


def test_04_one_flow_between_two_byte_orders(tmp_path: Path) -> None:
    big = document(
        "s390",
        [netns({"tcp": table(f"0: 0A000001:9C40 0A000002:0050 01 {REST} 5 1 0")}, ["10.0.0.1/24"])],
        {1: [5]},
        "big",
    )
    little = document(
        "x86",
        [
            netns(
                {
                    "tcp": table(
                        f"0: 0200000A:0050 0100000A:9C40 01 {REST} 6 1 0",
                        f"1: 00000000:0050 00000000:0000 0A {REST} 7 1 0",
                    )
                },
                ["10.0.0.2/24"],
            )
        ],
        {2: [6, 7]},
    )
    assert flows(graph_of(tmp_path, big, little)) == [
        ("s390/p1", "x86/p2", "tcp", 80, "reciprocal", 1)
    ]


@pytest.mark.parametrize("digits", ["FFFFFFFF", "F" * 32, "78563412FFFFFFFFFFFFFFFF21FFFFFF"])
def test_05_words_of_all_ones_are_addresses(digits: str) -> None:
    text = table(f"0: {digits}:22B8 {'0' * len(digits)}:0000 0A {REST} 5 1 0")
    columns = parse_inet(text, False, len(digits) == 32)
    assert (len(columns), columns.local_port[0], columns.bad.count) == (1, 8888, 0)


def test_06_dual_stack_server_and_ipv4_client_are_one_flow(tmp_path: Path) -> None:
    mapped = "0000000000000000FFFF00000100007F"
    tables = {
        "tcp": table(f"8: 0100007F:EA60 0100007F:1F90 01 {REST} 11 1 0"),
        "tcp6": table(
            f"1: {'0' * 32}:1F90 {'0' * 32}:0000 0A {REST} 12 1 0",
            f"2: {mapped}:1F90 {mapped}:EA60 01 {REST} 13 1 0",
        ),
    }
    graph = graph_of(tmp_path, document("m", [netns(tables)], {1: [11], 2: [12, 13]}))
    assert flows(graph) == [("m/p1", "m/p2", "tcp", 8080, "reciprocal", 1)]


def test_07_a_line_of_tcp6_may_be_as_long_as_one_of_udp6() -> None:
    """Thirteen columns, as in a widespread sample; the address comes without its link."""
    digits = "000080FE00000000FF0011020A0B0C0D"
    line = f"6073: {digits}:C781 {'0' * 32}:0000 07 {REST} 11337031 2 00000000b9256fdd 0"
    columns = parse_inet(table(line), False, True)
    local = columns.local_hi[0] << 64 | columns.local_lo[0]
    assert format_address(local) == "fe80::211:ff:d0c:b0a"
    assert (columns.local_port[0], columns.inode[0], columns.bad.count) == (51073, 11337031, 0)


def test_07_link_local_of_several_owners_is_ambiguous(tmp_path: Path) -> None:
    one, two = ("000080FE0000000000000000010000" + n for n in ("0A", "0B"))
    here = netns({"tcp6": table(f"0: {one}:9C40 {two}:0050 01 {REST} 5 1 0")}, ["fe80::1:a/64"])
    here["addresses"] = [f"{address(one)}/64"]
    there = [
        document(
            name,
            [
                netns(
                    {"tcp6": table(f"0: {two}:0050 {one}:9C40 01 {REST} 6 1 0")},
                    [f"{address(two)}/64"],
                )
            ],
            {2: [6]},
        )
        for name in ("b", "c")
    ]
    graph = graph_of(tmp_path, document("a", [here], {1: [5]}), *there)
    assert flows(graph) == []
    assert graph.coverage.ambiguous == 1
