"""The JSON that netviz accepts, as a decoder that says exactly what is wrong (RFC 8259).

The quick decoders in ``documents.py`` differ in what they let through and in what they complain of.
What they refuse is decoded again here, so that a file means the same and gets the same message
whichever of them is installed. Beyond RFC 8259: numbers are 64-bit integers or finite doubles (an
integer outside -2**63..2**64-1 becomes a double), escapes of half a surrogate pair are refused, of
equal keys the last one counts, and nesting ends at ``MAX_DEPTH``.
"""

from __future__ import annotations

import math
import re

from netviz.snapshot.faults import Fault, quoted

MAX_DEPTH = 1024
"""How many lists and objects may stand in each other; the limit of orjson."""

CUT_SHORT = "the file ends in the middle of the document: the capture or the copy was cut short"

_BLANKS = re.compile(r"[ \t\n\r]*")
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)((?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)")
_UNICODE_ESCAPE = re.compile(r"u[0-9A-Fa-f]{4}")
_CUT_TOKEN = re.compile(r"(?:-?[0-9.]*(?:[eE][+-]?)?|t|tr|tru|f|fa|fal|fals|n|nu|nul)\Z")
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "/": "/", "\\": "\\", '"': '"'}
_LITERALS = {"t": ("true", True), "f": ("false", False), "n": ("null", None)}


def decode(encoded: bytes, first_line: int = 1) -> object:
    """The value of a JSON document. Raises Fault; its lines are counted from ``first_line``."""
    try:
        text = str(encoded, "utf-8")
    except UnicodeDecodeError as error:
        before = bytes(encoded[: error.start]).decode("utf-8")
        place = _place(before, len(before), first_line)
        if error.reason == "unexpected end of data":
            raise Fault(CUT_SHORT, place) from None
        byte = f"0x{error.object[error.start]:02x}"
        raise Fault(f"is no JSON: the byte {byte} is no UTF-8", place) from None
    try:
        return _Decoder(text).document()
    except _SyntaxFault as fault:
        place = _place(text, fault.position, first_line)
        raise Fault(fault.what, place) from None


def integer(digits: str) -> int | float:
    """The value of an integer: an int where 64 bits hold it, else a double. ValueError if none."""
    if len(digits) < 19:
        return int(digits)
    if len(digits) <= 20:
        value = int(digits)
        if -(2**63) <= value < 2**64:
            return value
    return finite(digits)


def finite(digits: str) -> float:
    """The double nearest to a number. ValueError if it is too large for one."""
    value = float(digits)
    if math.isinf(value):
        raise ValueError("the number is too large for a double")
    return value


def _place(text: str, position: int, first_line: int) -> str:
    line = text.count("\n", 0, position)
    column = position - text.rfind("\n", 0, position)
    return f"line {first_line + line} column {column}"


class _SyntaxFault(Exception):
    def __init__(self, what: str, position: int) -> None:
        super().__init__(what)
        self.what = what
        self.position = position


class _Decoder:
    """Reads one text from front to back. It keeps its own stack: no depth can exhaust Python's."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def document(self) -> object:
        containers: list[list[object] | dict[str, object]] = []
        keys: list[str] = []
        while True:
            value: object
            character = self._peek()
            if character in ("{", "["):
                if len(containers) >= MAX_DEPTH:
                    raise self._fault(f"is nested more than {MAX_DEPTH} deep")
                container: list[object] | dict[str, object] = {} if character == "{" else []
                self.position += 1
                if not self._passed("}" if character == "{" else "]"):
                    containers.append(container)
                    if isinstance(container, dict):
                        keys.append(self._key())
                    continue
                value = container
            else:
                value = self._scalar(character)
            while containers:
                container = containers[-1]
                if isinstance(container, dict):
                    container[keys.pop()] = value
                    if self._passed(","):
                        keys.append(self._key())
                        break
                    self._expect("}", "',' or '}'")
                else:
                    container.append(value)
                    if self._passed(","):
                        break
                    self._expect("]", "',' or ']'")
                value = containers.pop()
            else:
                if self._peek():
                    raise self._fault("is no snapshot: something follows the end of the document")
                return value

    def _peek(self) -> str:
        """The next character that is no blank, empty at the end."""
        blanks = _BLANKS.match(self.text, self.position)
        self.position = blanks.end() if blanks else self.position
        return self.text[self.position : self.position + 1]

    def _passed(self, character: str) -> bool:
        if self._peek() != character:
            return False
        self.position += 1
        return True

    def _expect(self, character: str, expected: str) -> None:
        if not self._passed(character):
            raise self._unexpected(expected)

    def _key(self) -> str:
        if self._peek() != '"':
            raise self._unexpected("a key in double quotes")
        key = self._string()
        self._expect(":", "':'")
        return key

    def _scalar(self, character: str) -> object:
        if character == '"':
            return self._string()
        if character in _LITERALS:
            word, value = _LITERALS[character]
            if not self.text.startswith(word, self.position):
                raise self._unexpected("a value")
            self.position += len(word)
            return value
        number = _NUMBER.match(self.text, self.position)
        if number is None:
            raise self._unexpected("a value")
        try:
            result = finite(number[0]) if number[1] else integer(number[0])
        except ValueError:
            raise self._fault(f"the number {quoted(number[0])[1:-1]} is too large") from None
        self.position = number.end()
        return result

    def _string(self) -> str:
        parts: list[str] = []
        self.position += 1
        while True:
            plain = _PLAIN.match(self.text, self.position)
            if plain is not None:
                parts.append(plain[0])
                self.position = plain.end()
            stop = self.text[self.position : self.position + 1]
            if stop == '"':
                self.position += 1
                return "".join(parts)
            if stop != "\\":
                raise self._unexpected("a text without control characters")
            parts.append(self._escape())

    def _escape(self) -> str:
        letter = self.text[self.position + 1 : self.position + 2]
        if letter in _ESCAPES:
            self.position += 2
            return _ESCAPES[letter]
        high = self._unicode_escape(self.position)
        if not 0xD800 <= high < 0xE000:
            self.position += 6
            return chr(high)
        rest = self.text[self.position + 6 : self.position + 12]
        if len(rest) < 6 and ("\\u" + "0" * 4).startswith(re.sub("[0-9A-Fa-f]", "0", rest)):
            raise _SyntaxFault(CUT_SHORT, len(self.text))
        if high < 0xDC00 and rest.startswith("\\"):
            low = self._unicode_escape(self.position + 6)
            if 0xDC00 <= low < 0xE000:
                self.position += 12
                return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
        raise self._fault(f"the escape \\u{high:04x} is half a surrogate pair")

    def _unicode_escape(self, position: int) -> int:
        escape = _UNICODE_ESCAPE.match(self.text, position + 1)
        if escape is not None:
            return int(escape[0][1:], 16)
        rest = self.text[position + 1 : position + 6]
        if position + 1 + len(rest) == len(self.text) and re.fullmatch("(?:u[0-9A-Fa-f]*)?", rest):
            raise _SyntaxFault(CUT_SHORT, len(self.text))
        shown = "\\" + (rest if rest.startswith("u") else rest[:1])
        raise _SyntaxFault(f"is no JSON: {quoted(shown)} is no escape", position)

    def _fault(self, what: str) -> _SyntaxFault:
        return _SyntaxFault(what, self.position)

    def _unexpected(self, expected: str) -> _SyntaxFault:
        if _CUT_TOKEN.match(self.text, self.position):
            return _SyntaxFault(CUT_SHORT, len(self.text))
        there = quoted(self.text[self.position])
        return self._fault(f"is no JSON: expected {expected}, found {there}")
