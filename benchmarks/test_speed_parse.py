"""Hex digits and whole tables to columns: the compiled parser and its twin."""

from __future__ import annotations

from types import ModuleType

import pytest
from made_tables import KINDS, made_table
from parse_speed import compiled_parser, parser_of
from pytest_benchmark.fixture import BenchmarkFixture

from netviz import _pyparse as twin

LINES = 10_000
ADDRESSES = {"4": "0100007F", "6": "B80D0120000000000000000001000000"}


@pytest.fixture
def parser(implementation: str) -> ModuleType:
    return compiled_parser() if implementation == "compiled" else twin


@pytest.mark.parametrize("family", ADDRESSES)
def test_a_thousand_hex_addresses(
    benchmark: BenchmarkFixture, family: str, parser: ModuleType
) -> None:
    decode, digits = parser.hex_address, ADDRESSES[family]

    def decode_all() -> int:
        value = 0
        for _ in range(1000):
            value = decode(digits, False)
        return value

    assert benchmark(decode_all) == twin.hex_address(digits, False)


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_of_ten_thousand_lines(
    benchmark: BenchmarkFixture, kind: str, parser: ModuleType
) -> None:
    text = made_table(kind, LINES)
    benchmark.extra_info["bytes"] = len(text)
    columns = benchmark(parser_of(parser, kind), text)
    assert (len(columns), columns.bad.count) == (LINES, 0)
