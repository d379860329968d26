"""Public reports about /proc/net/unix: names with blanks, newlines and anything else."""

from __future__ import annotations

import pytest
from documents import UNIX, table

from netviz.parse import parse_unix

HEADER_WITHOUT_INODE = "Num       RefCount Protocol Flags    Type St Path"
START = "0000000000000000: 00000002 00000000 00010000 0001 01"


def names(text: str) -> list[tuple[int, str]]:
    columns = parse_unix(text)
    encoded = text.encode()
    return [
        (columns.inode[i], encoded[columns.path_start[i] : columns.path_end[i]].decode())
        for i in range(len(columns))
    ]


@pytest.mark.parametrize("garbage", ["\0" * 107, "\0", "x\0y"])
def test_43_a_line_of_nuls_is_counted_and_passed_over(garbage: str) -> None:
    text = table(f"{START} 71 @/tmp/bus", garbage, f"{START} 72", header=UNIX)
    assert names(text) == [(71, "@/tmp/bus"), (72, "")]
    columns = parse_unix(text)
    assert columns.bad.count == 1
    assert columns.bad.first == garbage


def test_44_odd_bytes_are_kept_as_they_came() -> None:
    odd = "@@\\x9e\x05@\x01=\r\x0b\x0c\x1c\x85\u2028"
    assert names(table(f"{START} 73 {odd}", f"{START} 74 /run/x", header=UNIX)) == [
        (73, odd),
        (74, "/run/x"),
    ]


@pytest.mark.parametrize("path", ["/run/two  blanks", "/run/trailing ", " leading", "  ", "1234"])
def test_45_blanks_belong_to_the_path(path: str) -> None:
    assert names(table(f"{START} 75 {path}", header=UNIX)) == [(75, path)]


def test_46_the_rest_of_a_name_is_no_error() -> None:
    text = table(f"{START} 76 @name", "short", f"{START} 77 /run/y", header=UNIX)
    assert names(text) == [(76, "@name\nshort"), (77, "/run/y")]
    assert parse_unix(text).bad.count == 0


def test_48_at_signs_do_not_tell_files_from_abstract_names() -> None:
    text = table(f"{START} 78 @same", f"{START} 79 @same", f"{START} 80 @", header=UNIX)
    assert names(text) == [(78, "@same"), (79, "@same"), (80, "@")]


def test_51_without_an_inode_column_a_number_is_a_path() -> None:
    text = table(f"{START} /run/db", f"{START} 1234", START, header=HEADER_WITHOUT_INODE)
    assert names(text) == [(0, "/run/db"), (0, "1234"), (0, "")]


def test_52_pointers_may_be_of_any_width() -> None:
    lines = [
        line.replace("0000000000000000:", f"{pointer}:")
        for pointer in ("0", "ffff8800", "00000000c590d8de")
        for line in [f"{START} 81 /run/z"]
    ]
    assert [inode for inode, _ in names(table(*lines, header=UNIX))] == [81, 81, 81]
