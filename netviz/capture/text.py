"""Bytes of the kernel as text that any JSON reader takes: no lone surrogates, nothing lost.

Names, paths and labels are whatever bytes somebody chose (psutil #675). What is not UTF-8
becomes the four characters ``\\xNN``, byte for byte; everything else stays as it is.
"""

import codecs
from json.encoder import encode_basestring
from typing import Iterable, Iterator, Optional

ERRORS = "backslashreplace"

_PLAIN = b"\n" + bytes(byte for byte in range(0x20, 0x7F) if byte not in b'"\\')


def clean(raw: bytes) -> str:
    """The text of ``raw``, with each byte that is not UTF-8 as ``\\xNN``."""
    return raw.decode("utf-8", ERRORS)


def escaped_chunks(chunks: Iterable[bytes]) -> Iterator[str]:
    """The text of ``chunks`` joined, as it stands in a JSON string; piece by piece.

    A character may span two chunks.
    """
    decoder = codecs.getincrementaldecoder("utf-8")(ERRORS)
    for chunk in chunks:
        # Almost every table is nothing but plain text, of which line ends alone have to be escaped.
        if chunk.translate(None, _PLAIN) or decoder.getstate()[0]:
            yield encode_basestring(decoder.decode(chunk))[1:-1]
        else:
            yield chunk.replace(b"\n", b"\\n").decode("ascii")
    yield encode_basestring(decoder.decode(b"", True))[1:-1]


def decimal(raw: bytes) -> Optional[int]:
    """The number written in ``raw``, None where it is none or does not fit 64 signed bits."""
    if not raw.isdigit() or len(raw) > 19:
        return None
    number = int(raw)
    return number if number < 1 << 63 else None
