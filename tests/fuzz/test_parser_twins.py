"""The compiled parser and its twin give the same columns, errors and bad lines for any text."""

from __future__ import annotations

import os
import random

import pytest
from fuzzed_tables import PARSERS, TABLES, differing, fuzzed_table, outcome
from hypothesis import given, settings
from hypothesis import strategies as st

from netviz import _pyparse, parse

try:
    from netviz import _fastparse  # type: ignore[attr-defined,unused-ignore]
except ImportError:
    if os.environ.get("NETVIZ_REQUIRE_EXTENSIONS") == "1":
        raise
    pytest.skip("the compiled parser is not built", allow_module_level=True)

any_text = st.text(st.characters(), max_size=300)  # surrogates too
table_text = st.lists(
    st.one_of(
        st.sampled_from([line for table in TABLES for line in table]),
        st.text("0123456789abcdefABCDEF: \t", max_size=80),
        any_text,
    ),
    max_size=8,
).map("\n".join)


def test_every_parser_is_compared() -> None:
    parsers = {name for name in parse.__all__ if name.startswith("parse_")}
    assert parsers == {"parse_inet", "parse_packet", "parse_unix", "parse_conntrack"}, (
        "PARSERS of fuzzed_tables lacks one"
    )
    assert _fastparse.IMPLEMENTATION == "compiled"
    assert _pyparse.IMPLEMENTATION == "pure"


@pytest.mark.parametrize("name", PARSERS)
def test_the_tables_hold_sockets_and_bad_lines(name: str) -> None:
    """Else the comparisons below would compare nothing."""
    texts = ["\n".join(table) for table in TABLES]
    columns = [PARSERS[name](_pyparse, text) for text in texts]
    assert sum(map(len, columns)) >= 3
    assert any(column.bad.count for column in columns)


@settings(max_examples=500, deadline=None)
@given(table_text)
def test_tables(text: str) -> None:
    assert differing(text, _fastparse, _pyparse) == []


@settings(max_examples=300, deadline=None)
@given(st.one_of(any_text, st.text("0123456789abcdefABCDEF", max_size=40)), st.booleans())
def test_hex_addresses(digits: str, big_endian: bool) -> None:
    def address(module: object, _: str = "") -> object:
        return module.hex_address(digits, big_endian)  # type: ignore[attr-defined]

    assert outcome(address, _fastparse, "") == outcome(address, _pyparse, "")


@pytest.mark.parametrize("seed", range(4))
def test_damaged_tables(seed: int) -> None:
    """A short run of what fuzz_tables.py does at length."""
    chance = random.Random(seed)
    for _ in range(1000):
        text = fuzzed_table(chance)
        assert differing(text, _fastparse, _pyparse) == [], repr(text)


json_value = st.one_of(
    st.integers(-2, 2**64 + 1),
    st.sampled_from([0, 1, 2**63, 2**64 - 1, 2**64, -1, 10**400]),
    st.booleans(),
    st.none(),
    st.floats(),
    st.text(max_size=3),
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.lists(st.integers(0, 2**64 - 1)), st.lists(json_value, max_size=6)))
def test_naturals(values: list[object]) -> None:
    column = _pyparse.naturals(values)
    assert _fastparse.naturals(values) == column
    fit = all(type(value) is int and 0 <= value < 2**64 for value in values)
    assert (column is not None) == fit
    assert column is None or list(column) == values
