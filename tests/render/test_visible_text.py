"""Text of a target, made fit to be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.render.text import counted, shortened, visible, whole


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 日本", "plain é 日本"),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\nb\tc\0", "a\\x0ab\\x09c\\x00"),
        ("\x7f\x9b", "\\x7f\\x9b"),
        ("\u202egnp.exe", "\\u{202e}gnp.exe"),
        ("\ufeff\u200b", "\\u{feff}\\u{200b}"),
        ("\udcff", "\\xff"),
        ("\ud83d", "\\u{d83d}"),
        ("back\\slash", "back\\slash"),
    ],
)
def test_what_does_not_print_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(st.characters()))
def test_visible_text_prints_and_stays(text: str) -> None:
    shown = visible(text)
    assert shown.isprintable()
    assert visible(shown) == shown


@given(st.text(st.characters()))
def test_whole_text_is_utf8(text: str) -> None:
    written = whole(text).encode()
    if not any("\ud800" <= character <= "\udfff" for character in text):
        assert written.decode() == text


@given(st.text(st.characters()), st.integers(8, 60))
def test_shortened_text_keeps_to_its_limit(text: str, limit: int) -> None:
    shown = shortened(text, limit)
    assert len(shown) <= limit
    if len(visible(text)) <= limit:
        assert shown == visible(text)
    else:
        assert len(shown) == limit
        assert "…" in shown


def test_counts_have_their_plural() -> None:
    assert [counted(n, "flow") for n in (0, 1, 2000)] == ["0 flows", "1 flow", "2,000 flows"]
