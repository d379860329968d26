"""Tables and CSV: cells that stay cells, whatever is in them and however narrow it is."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.errors import RenderError
from netviz.render.columns import as_csv, as_table, cell
from netviz.render.text import visible

FORMULAS = (
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "'=1+1",
    "＝1+1",  # noqa: RUF001
    '=HYPERLINK("http://example.org")',
    "=cmd|' /C calc'!A0",
)

STARTS_A_FORMULA = re.compile(r"[ ]*[=+@\t\r\n＝＋－＠-]")  # noqa: RUF001


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text: str) -> None:
    assert not STARTS_A_FORMULA.match(cell(text))
    assert cell(text) in (visible(text), "'" + visible(text))


@pytest.mark.parametrize("text", ["web", "10.0.0.1", "a=b", "1-2", "it's", "'quoted'", "", "?"])
def test_an_ordinary_cell_stays_as_it_is(text: str) -> None:
    assert cell(text) == text


def test_no_text_is_an_empty_cell() -> None:
    assert cell(None) == ""


def name_of(written: str) -> str:
    """What docs/formats.md says a reader does to get the name back."""
    return re.sub(r"^'(?=[ ']*[=+@＝＋－＠-])", "", written)  # noqa: RUF001


@given(st.text())
def test_what_was_written_out_can_be_read_back(text: str) -> None:
    assert not STARTS_A_FORMULA.match(cell(text))
    assert name_of(cell(text)) == visible(text)


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_csv_is_read_back_by_python(lines: list[list[str]]) -> None:
    cells = [[cell(text) for text in line] for line in lines]
    written = as_csv(("one", "two"), cells).decode()
    assert list(csv.reader(io.StringIO(written, newline=""), strict=True)) == [
        ["one", "two"],
        *cells,
    ]
    assert written.count("\n") == written.count("\r\n") == len(cells) + 1


@pytest.mark.parametrize("width", [20, 40, 80, 160])
def test_a_table_is_no_wider_than_it_may_be(width: int) -> None:
    lines = [["a-rather-long-name-of-a-service", "日本語の名前です", "12"]] * 3
    written = as_table(("name", "other", "count"), lines, {"count"}, width)
    assert max(wide(line) for line in written.splitlines()) <= width


RULES = str.maketrans("", "", "─│")
HEADINGS = ("reachable on", "machine", "listens", "process", "user", "part of", "seen using it")
LINE = (
    "all interfaces",
    "microstack",
    "tcp 0.0.0.0:11211",
    "neutron-server:",
    "root",
    "postgresql.service",
    "8 services of this machine, 日本 from outside",
)


@pytest.mark.parametrize("width", [1, 32, 40, 60, 80, 100, 160])
def test_nothing_is_left_out_for_want_of_room(width: int) -> None:
    written = as_table(HEADINGS, [LINE, LINE], (), width)
    shown = Counter("".join(written.split()).translate(RULES))
    assert shown == Counter("".join("".join([*HEADINGS, *LINE, *LINE]).split()))
    assert max(wide(line) for line in written.splitlines()) <= max(width, 32)


def wide(line: str) -> int:
    return sum(2 if ord(character) > 0x2E80 else 1 for character in line)


def test_short_words_are_not_folded_while_there_is_room() -> None:
    lines = [["tcp/5432", "both ends seen, and a rather long remark about it"]]
    written = as_table(("what", "remark"), lines, (), 40)
    assert "tcp/5432" in written


@pytest.mark.parametrize("width", [72, 80, 100])
def test_addresses_stay_whole_and_long_words_are_broken_first(width: int) -> None:
    lines = [
        ("all interfaces", "app1", address, "node_exporter", "root", unit, "1 socket from outside")
        for address in ("tcp [::]:22", "tcp 192.168.100.200:11211")
        for unit in ("ssh.service", "prometheus-node-exporter-collectors.service")
    ]
    written = as_table(HEADINGS, lines, (), width)
    assert max(wide(line) for line in written.splitlines()) <= width
    words = written.translate(str.maketrans("│", " ")).split()
    whole = {"all", "interfaces", "[::]:22", "192.168.100.200:11211", "outside", "app1", "using"}
    assert whole <= set(words)


def test_ports_stay_whole() -> None:
    lines = [("gunicorn", "app1", "memcached", "app1", "tcp/11211 memcache", "3", "both ends seen")]
    written = as_table(("from", "on", "to", "on", "what", "connections", "how sure"), lines, (), 50)
    assert "tcp/11211" in written


def test_a_word_is_broken_where_it_alone_is_wider_than_what_is_left() -> None:
    lines = [("tcp [2001:db8:1111:2222:3333:4444:5555:6666]:65535", "x" * 30)]
    written = as_table(("listens", "process"), lines, (), 60)
    assert "[2001:db8:1111:2222:3333:4444:5555:6666]:65535" in written
    assert "[2001:db8" in as_table(("listens", "process"), lines, (), 30)


def test_an_empty_table_has_its_headings() -> None:
    assert as_table(("what", "count"), []).split() == ["what", "count", "─" * 12]


def test_without_rich_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("rich", "rich.cells"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(RenderError, match="pip install rich"):
        as_table(("what",), [])
