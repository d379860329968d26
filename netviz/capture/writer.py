"""One JSON document as a stream: nothing is held but the text that is not flushed yet."""

import json
from json.encoder import encode_basestring
from typing import Callable, Iterable, List

from netviz.capture.text import clean_chunks

FLUSH = 1 << 16

_CLOSING = {"{": "}", "[": "]"}


class JsonWriter:
    """Writes one document on one line, with commas and brackets where they belong.

    ``write`` takes the bytes; what it raises ends the capture.
    """

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._parts = []  # type: List[str]
        self._length = 0
        self._open = []  # type: List[str]
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
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
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
            for piece in clean_chunks(chunks):
                self._put(encode_basestring(piece)[1:-1])
        finally:
            self._put('"')
            self._comma = True

    def numbers(self, numbers: Iterable[int]) -> None:
        """An array of numbers of any length."""
        self.begin("[")
        block = []  # type: List[int]
        for number in numbers:
            block.append(number)
            if len(block) == 4096:
                self._block(block)
                block = []
        self._block(block)
        self.end()

    def _block(self, block: List[int]) -> None:
        if block:
            text = ",".join(map(str, block))
            self._put("," + text if self._comma else text)
            self._comma = True
