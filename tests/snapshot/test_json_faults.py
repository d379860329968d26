"""What is said of a text that is no JSON: where, what, and whether the file was cut short."""

from __future__ import annotations

import json

import pytest
from snapshot_documents import full_document

from netviz.snapshot import documents, strict_json
from netviz.snapshot.faults import Fault

PLACES = [
    (b'{"a": 1,\n "b": tru3}', "line 2 column 7", "expected a value", '"t"'),
    (b'{"a" 1}', "line 1 column 6", "expected ':'", '"1"'),
    (b"{a: 1}", "line 1 column 2", "expected a key in double quotes", '"a"'),
    (b"[1 2]", "line 1 column 4", "expected ',' or ']'", '"2"'),
    (b'{"a": 1 "b"', "line 1 column 9", "expected ',' or '}'", '"\\""'),
    (b"\x7fELF\x02\x01", "line 1 column 1", "expected a value", '"\\x7f"'),
    (b'["\x1b[31m"]', "line 1 column 3", "without control characters", '"\\x1b"'),
    (b'["\xe9"]', "line 1 column 3", "the byte 0xe9 is no UTF-8", ""),
    (b'["\\q"]', "line 1 column 3", "is no escape", '"\\\\q"'),
    (b'["\\ud800"]', "line 1 column 3", "half a surrogate pair", "\\ud800"),
    (b"[1e999]", "line 1 column 2", "too large", "1e999"),
    (b"{}\n[]", "line 2 column 1", "something follows the end", ""),
    ("[\n\n  \"é\" 'x'".encode(), "line 3 column 7", "expected ',' or ']'", '"\'"'),
]


@pytest.mark.parametrize(("encoded", "where", "what", "found"), PLACES, ids=range(len(PLACES)))
def test_says_where_and_what(encoded: bytes, where: str, what: str, found: str) -> None:
    with pytest.raises(Fault) as caught:
        documents.decode(encoded)
    assert caught.value.where == where
    assert what in caught.value.what
    assert found in caught.value.what


def test_lines_are_counted_from_the_first_one() -> None:
    with pytest.raises(Fault) as caught:
        documents.decode(b"[1,\n2,\n3,]", 40)
    assert caught.value.where == "line 42 column 3"


def test_depth_is_named() -> None:
    with pytest.raises(Fault, match="is nested more than 1024 deep"):
        documents.decode(b"[" * 200_000)


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_a_text_cut_anywhere_is_said_to_be_cut_short(indent: int | None, ascii_only: bool) -> None:
    document = full_document()
    document["host"]["name"] = 'd\xe9j\xe0 "\U0001f600" \\ \u2028'
    document["time"]["started"] = -1.25e-7
    encoded = json.dumps(document, ensure_ascii=ascii_only, indent=indent).encode()
    for length in range(1, len(encoded)):
        with pytest.raises(Fault) as caught:
            documents.decode(encoded[:length])
        assert caught.value.what == strict_json.CUT_SHORT, encoded[:length][-20:]


def test_a_whole_document_never_needs_the_strict_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """The quick decoder reads a good document once, and that is all."""
    encoded = json.dumps([full_document()] * 2000).encode()
    asked: list[bytes] = []
    monkeypatch.setattr(strict_json, "decode", lambda given, line=1: asked.append(given))
    for decode in (documents.decode, documents.decode_with_json):
        assert decode(encoded) == [full_document()] * 2000
    assert asked == []
