"""One JSON document as a stream: nothing is held but the text that is not flushed yet."""

import json
from itertools import islice
from json.encoder import encode_basestring
from typing import Callable, Dict, Iterable, List

from netviz.capture.text import escaped_chunks

FLUSH = 1 << 16

BLOCK = 1 << 12

_CLOSING = {"{": "}", "[": "]"}

# Made once: json.dumps with options makes an encoder for every call.
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class JsonWriter:
    """Writes one document on one line, with commas and brackets where they belong.

    ``write`` takes the bytes; what it raises ends the capture.
    """

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._parts: List[str] = []
        self._length = 0
        self._open: List[str] = []
        self._comma = False

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
        if self._length >= FLUSH:
            self.flush()

    def newline(self) -> None:
        """End the line, so that several documents make a file of one per line."""
        self._put("\n")

    def flush(self) -> None:
        """Hand on what is held."""
        self._write("".join(self._parts).encode("utf-8"))
        self._parts = []
        self._length = 0

    def begin(self, bracket: str) -> None:
        """Open an object (``{``) or an array (``[``)."""
        self._put("," + bracket if self._comma else bracket)
        self._open.append(bracket)
        self._comma = False

    def begin_with(self, fields: Dict[str, object]) -> None:
        """Open an object whose first keys and values, all small, are ``fields``: one at least."""
        text = _encode(fields)[:-1]
        self._put("," + text if self._comma else text)
        self._open.append("{")
        self._comma = True

    def end(self) -> None:
        """Close the innermost object or array."""
        self._put(_CLOSING[self._open.pop()])
        self._comma = True

    def key(self, name: str) -> None:
        """The name of the next value of an object."""
        self._put(("," if self._comma else "") + encode_basestring(name) + ":")
        self._comma = False

    def value(self, value: object) -> None:
        """Anything small that JSON can hold; its texts have to be free of surrogates."""
        text = _encode(value)
        self._put("," + text if self._comma else text)
        self._comma = True

    def pair(self, name: str, value: object) -> None:
        """One key of an object with its value."""
        self.key(name)
        self.value(value)

    def text(self, chunks: Iterable[bytes]) -> None:
        """A string of any length; closed properly even if reading it fails in between."""
        self._put(',"' if self._comma else '"')
        try:
            for piece in escaped_chunks(chunks):
                self._put(piece)
        finally:
            self._put('"')
            self._comma = True

    def numbers(self, numbers: Iterable[int]) -> None:
        """An array of numbers of any length."""
        self.begin("[")
        rest = iter(numbers)
        while True:
            block = list(islice(rest, BLOCK))
            if not block:
                break
            text = ",".join(map(str, block))
            self._put("," + text if self._comma else text)
            self._comma = True
        self.end()
