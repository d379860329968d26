"""Table text becomes a JSON string piece by piece, the same wherever the pieces are cut."""

from __future__ import annotations

import json

import pytest

from netviz.capture.text import clean, escaped_chunks

TEXTS = {
    "plain": b"  sl  local\n   0: 0100007F:1F90 0A\n",
    "quoted": b'@"quote" and \\back\\ slash\n',
    "control": b"\x00\x01\x1b[31m\x7f\t\r\n",
    "characters of several bytes": "é\u2028\U0001f980x\n".encode(),
    "no UTF-8": b"a\xffb\xc3\n\xf0\x9f\xa6",
}


@pytest.mark.parametrize("raw", TEXTS.values(), ids=TEXTS)
def test_any_two_cuts_give_the_same_text(raw: bytes) -> None:
    cuts = range(len(raw) + 1)
    for first in cuts:
        for second in range(first, len(raw) + 1):
            chunks = [raw[:first], raw[first:second], raw[second:]]
            assert json.loads('"' + "".join(escaped_chunks(chunks)) + '"') == clean(raw)


def test_plain_text_has_nothing_escaped_but_its_line_ends() -> None:
    printable = bytes(range(0x20, 0x7F)).replace(b'"', b"").replace(b"\\", b"")
    assert "".join(escaped_chunks([printable + b"\n"])) == printable.decode() + "\\n"
