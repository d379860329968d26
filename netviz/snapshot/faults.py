"""How a fault in a snapshot is worded: where it is, what was expected, what was found.

Everything quoted from a file is made harmless here: control characters are escaped, length is cut.
"""

from __future__ import annotations

SHOWN = 60
"""How many characters of a text from a file a message shows."""

OR_LEAVE_OUT = ", or leave it out with --keep-going"
"""Not to be told to somebody who has said that."""

CAPTURE_AGAIN = "capture the machine again" + OR_LEAVE_OUT
NOT_OURS = "give the files that netviz-capture.pyz wrote"


class Fault(Exception):
    """A fault in a document whose file is not known here; ``load`` adds the name of the file.

    ``what`` is the fault, ``where`` the place in the document, ``advice`` what to do.
    """

    def __init__(self, what: str, where: str = "", advice: str = CAPTURE_AGAIN) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.advice = advice


def mismatch(where: str, expected: str, value: object) -> Fault:
    """The fault of a value that is of the wrong type or out of bounds."""
    return Fault(f"expected {expected}, found {found(value)}", where)


def escaped(text: str) -> str:
    """``text`` on one line and without control characters or lone surrogates."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def quoted(text: str) -> str:
    """``text`` in double quotes, escaped and shortened."""
    short = text if len(text) <= SHOWN else text[:SHOWN] + "..."
    return '"' + escaped(short.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def member(where: str, key: str) -> str:
    """The place of ``key`` in the object at ``where``."""
    if key.isascii() and key.isidentifier() and len(key) <= SHOWN:
        return f"{where}.{key}" if where else key
    return f"{where}[{quoted(key)}]"


def found(value: object) -> str:
    """What a JSON value is, in few words."""
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    if isinstance(value, (int, float)):
        return f"the number {value!r}"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    return "an object" if value else "an empty object"
