"""Which JSON is accepted, and as what: orjson, json and the strict decoder agree."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from netviz.snapshot import documents, strict_json
from netviz.snapshot.faults import Fault

DECODERS: dict[str, Callable[[bytes], object]] = {
    "json": documents.decode_with_json,
    "strict": strict_json.decode,
}
if documents.IMPLEMENTATION == "orjson":
    DECODERS["orjson"] = documents.decode_with_orjson

needs_orjson = pytest.mark.skipif("orjson" not in DECODERS, reason="orjson is not installed")

MEANINGS: list[tuple[bytes, object]] = [
    (b"0", 0),
    (b"-0", 0),
    (b"-0.0", -0.0),
    (b"18446744073709551615", 2**64 - 1),
    (b"18446744073709551616", 2.0**64),
    (b"-9223372036854775808", -(2**63)),
    (b"-9223372036854775809", -(2.0**63)),
    (b"123456789012345678901234567890", 1.2345678901234568e29),
    (b"1" * 300, float("1" * 300)),
    (b"1e2", 100.0),
    (b"1E-400", 0.0),
    (b"0e999999999999999999", 0.0),
    (b"1.7976931348623157e308", 1.7976931348623157e308),
    (b'"a\x7f"', "a\x7f"),
    (b'"\\u0000\\/\\b\\f\\n\\r\\t\\"\\\\"', '\0/\b\f\n\r\t"\\'),
    (b'"\\uD83D\\uDE00 \\u00e9"', "\U0001f600 \xe9"),
    ('"é\u2028\U0001f600"'.encode(), "é\u2028\U0001f600"),
    (b'{"a": 1, "b": 2, "a": 3}', {"a": 3, "b": 2}),
    (b'{"": {"": []}}', {"": {"": []}}),
    (b"\t\r\n [ true , false , null ] \r\n", [True, False, None]),
    (b"[" * 1024 + b"]" * 1024, None),
    (b'{"\\\\":"[[[\\"[[["}', {"\\": '[[["[[['}),
    (b"[" + b'"[{[{",' * 2000 + b"{}]", None),
]

REFUSED = [
    b"",
    b" ",
    b"NaN",
    b"[Infinity]",
    b"-Infinity",
    b"1E400",
    b"-1e400",
    b"1.7976931348623159e308",
    b"1" * 310,
    b"1" * 5000,
    b"-",
    b"01",
    b"-01",
    b"1.",
    b".5",
    b"+1",
    b"1e",
    b"0x10",
    b"1_000",
    "[\u0661]".encode(),
    b"\xef\xbb\xbf{}",
    b"\xff\xfe{\0}\0",
    b'"\\ud800"',
    b'"\\udc00"',
    b'"\\ude00\\ud83d"',
    b'"\\ud800x"',
    b'"\\ud800\\u0041"',
    b'"\\ud800\\ud800"',
    b'{"\\udfff": 1}',
    b'"a\x01"',
    b'"a\nb"',
    b'"\xff"',
    b'"\xed\xa0\x80"',
    b'"\xc0\x80"',
    b'"\xf4\x90\x80\x80"',
    b"{} {}",
    b"{}\0",
    b"{}\x0c",
    b"\xc2\xa0{}",
    b"[1,]",
    b"[,1]",
    b"[1 2]",
    b'{"a":1,}',
    b"{1:2}",
    b"{'a':1}",
    b'{"a" 1}',
    b'{"a":}',
    b'"\\x41"',
    b'"\\U0041"',
    b'"\\u00g1"',
    b'"\\u 123"',
    b"True",
    b"nulL",
    b"/* no */ 1",
    b"]",
    b"[}",
    b"[" * 1025 + b"]" * 1025,
    b'{"a":' * 1025 + b"1" + b"}" * 1025,
    b'{"a":' + b"[" * 1024 + b"]" * 1024 + b"}",
    b'{"a":' + b"[" * 3000 + b"]" * 3000 + b',"a":1}',
    b"[" * 200_000,
    b"[" * 200_000 + b"]" * 200_000,
    b'{"a":' * 200_000,
    b"[{" * 100_000,
]


def outcome(decode: Callable[[bytes], object], encoded: bytes) -> tuple[str, ...]:
    """The value (with its types) or the fault, as text: depth 1024 is too much for comparing."""
    try:
        value = decode(encoded)
    except Fault as fault:
        return ("fault", fault.what, fault.where, fault.advice)
    return ("value", flat(value))


def flat(value: object) -> str:
    """A text that is equal for equal values of equal types, without recursion."""
    parts: list[str] = []
    waiting: list[object] = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            parts.append(f"object {list(one)!a}")
            waiting.extend(one.values())
        elif isinstance(one, list):
            parts.append(f"list {len(one)}")
            waiting.extend(one)
        else:
            parts.append(ascii(one))
    return " ".join(parts)


def assert_all_agree(encoded: bytes) -> None:
    outcomes = {name: outcome(decode, encoded) for name, decode in DECODERS.items()}
    assert len(set(outcomes.values())) == 1, outcomes


@pytest.mark.parametrize("name", DECODERS)
@pytest.mark.parametrize(("encoded", "meaning"), MEANINGS, ids=range(len(MEANINGS)))
def test_is_accepted_as(name: str, encoded: bytes, meaning: object) -> None:
    value = DECODERS[name](encoded)
    if meaning is not None:
        assert flat(value) == flat(meaning)
    assert_all_agree(encoded)


@pytest.mark.parametrize("name", DECODERS)
@pytest.mark.parametrize("encoded", REFUSED, ids=range(len(REFUSED)))
def test_is_refused(name: str, encoded: bytes) -> None:
    with pytest.raises(Fault) as caught:
        DECODERS[name](encoded)
    assert caught.value.where.startswith("line 1 column ")
    assert_all_agree(encoded)


@needs_orjson
def test_orjson_itself_refuses_what_is_refused_here() -> None:
    """Otherwise orjson would let through what the strict decoder is never asked about."""
    import orjson

    for encoded in REFUSED:
        with pytest.raises(ValueError):
            orjson.loads(encoded)


FRAGMENTS = st.sampled_from(
    [
        *(b"{", b"}", b"[", b"]", b",", b":", b" ", b"\n", b'"', b"\\", b"\x00", b"\xff", b"\xc3"),
        *(b'"a"', b'"a":', b"\\u", b"\\ud83d", b"\\ude00", b"d800", b"0", b"1", b"-", b"."),
        *(b"e", b"E+", b"99999999999999999999", b"true", b"nul", b"NaN", "é".encode(), b"\xed\xa0"),
        *(b"[[", b"]]", b'{"a":[', b"]}", b"[1,", b'"\\n"', b"1e308", b"9e", b"\xef\xbb\xbf"),
    ]
)


@given(st.lists(FRAGMENTS, max_size=12).map(b"".join) | st.binary(max_size=12))
@example(b'"\\ud83d\\ude00\\\\ud800"')
@example(b'"\\\\ud83d\\ude00"')
def test_every_decoder_agrees_on_any_bytes(encoded: bytes) -> None:
    assert_all_agree(encoded)


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)


@given(JSON_VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_every_decoder_agrees_on_json(value: object, ascii_only: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert_all_agree(text.encode("utf-8", "surrogatepass"))


@given(JSON_VALUES, st.data())
def test_every_decoder_agrees_on_damaged_json(value: object, data: st.DataObject) -> None:
    encoded = bytearray(json.dumps(value).encode())
    place = data.draw(st.integers(0, len(encoded) - 1))
    encoded[place : place + 1] = data.draw(FRAGMENTS)
    assert_all_agree(bytes(encoded))


@given(st.from_regex(rb"-?[0-9]{1,25}(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,4})?", fullmatch=True))
def test_every_decoder_agrees_on_numbers(digits: bytes) -> None:
    assert_all_agree(digits)


def test_json_is_held_to_the_depth_where_it_could_go_deeper() -> None:
    """Since Python 3.12 its own limit is far beyond that of orjson."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    try:
        for opening, closing in ((b"[", b"]"), (b'{"\\"":', b"}")):
            documents.decode_with_json(opening * 1024 + b"1" + closing * 1024)
            with pytest.raises(Fault, match="nested more than 1024 deep"):
                documents.decode_with_json(opening * 1025 + b"1" + closing * 1025)
    finally:
        sys.setrecursionlimit(limit)


def test_an_orjson_that_can_crash_is_not_used() -> None:
    """Before 3.9.15 deep nesting ends the process (CVE-2024-27454)."""
    versions = [None, "", "dev", "3.8.3", "3.9.14", "3.9.15", "3.10.0", "4.0.0rc1"]
    chosen = [documents.choose(version) for version in versions]
    assert chosen == ["json"] * 5 + ["orjson"] * 3


def test_no_value_is_ever_infinite() -> None:
    for encoded in (b"1e308", b"-1e308", b"9" * 308):
        for decode in DECODERS.values():
            value = decode(encoded)
            assert isinstance(value, float)
            assert math.isfinite(value)
