"""Bytes of the kernel as text that any JSON reader takes: no lone surrogates, nothing lost.

Names, paths and labels are whatever bytes somebody chose (psutil #675). What is not UTF-8
becomes the four characters ``\\xNN``, byte for byte; everything else stays as it is.
"""

import codecs
from typing import Iterable, Iterator, Optional

ERRORS = "backslashreplace"


def clean(raw: bytes) -> str:
    """The text of ``raw``, with each byte that is not UTF-8 as ``\\xNN``."""
    return raw.decode("utf-8", ERRORS)


def clean_chunks(chunks: Iterable[bytes]) -> Iterator[str]:
    """The text of ``chunks`` joined, piece by piece; a character may span two chunks."""
    decoder = codecs.getincrementaldecoder("utf-8")(ERRORS)
    for chunk in chunks:
        yield decoder.decode(chunk)
    yield decoder.decode(b"", True)


def decimal(raw: bytes) -> Optional[int]:
    """The number written in ``raw``, None where it is none or does not fit 64 signed bits."""
    if not raw.isdigit() or len(raw) > 19:
        return None
    number = int(raw)
    return number if number < 1 << 63 else None
