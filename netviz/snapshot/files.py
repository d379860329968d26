"""The bytes of a snapshot file, plain or gzip (told by its first bytes, not by its name)."""

from __future__ import annotations

import errno
import os
import stat
import sys
import zlib
from io import BytesIO
from pathlib import Path

from netviz.snapshot.faults import NOT_OURS, OR_LEAVE_OUT, Fault, escaped
from netviz.snapshot.limits import MOST_BYTES, size_text

MOST_WRITTEN = 2**26
"""How many bytes of text a person may write."""

STANDARD_INPUT = "-"
"""What names it in place of a file, as ``-o -`` names standard output."""

LARGER = "if it is what it should be, read it with a larger --max-size"

GZIP = b"\x1f\x8b"
GZIP_WINDOW = 16 + zlib.MAX_WBITS
_STEP = 2**18
_READ_SIZE = 2**20


_NO_CIRCLE = "its symbolic links lead in a circle; give the file itself"
_MORE_FILES = "too many files are open; see ulimit -n"
_CHECK_NAME = "check the name"
_ADVICE = {
    errno.ELOOP: _NO_CIRCLE,
    errno.EMFILE: _MORE_FILES,
    errno.ENFILE: _MORE_FILES,
    errno.ENOTDIR: _CHECK_NAME,
    errno.ENAMETOOLONG: _CHECK_NAME,
}
"""What to do where a file cannot be read, by the number of the error."""


class UnreadableFault(Fault):
    """A file that cannot be read, whatever it should hold: the advice is right for any file."""


def shown_name(path: str) -> str:
    """What messages call a file that is read."""
    if path == STANDARD_INPUT:
        return "standard input"
    return escaped(path) or '""'


def told(path: str, fault: Fault) -> tuple[str, str, str]:
    """File, fault and advice, where the file is no snapshot: advice about snapshots is left out."""
    return shown_name(path), fault.what, fault.advice if isinstance(fault, UnreadableFault) else ""


def read(path: str, size_limit: int = MOST_BYTES) -> bytes:
    """The text in a file, or on standard input for ``-``. Raises Fault where it cannot be read.

    A pipe is read to its end (shells hand over ``<(command)`` as one), unless nobody writes to it.
    """
    if not path:
        raise UnreadableFault("is an empty name", advice="give the name of a file")
    try:
        if path == STANDARD_INPUT:
            content = _standard_input(size_limit)
        else:
            content = _content(path, size_limit)
    except OSError as error:
        raise _unreadable(error) from None
    except ValueError:  # a zero byte in the name
        raise UnreadableFault("is no name of a file", advice=_CHECK_NAME) from None
    if content.startswith(GZIP):
        return gunzip(content, size_limit)
    return content


def read_written(path: str, encoding: str = "utf-8") -> str:
    """The text of a file that the person who runs netviz wrote, lines ended by ``\\n`` alone.

    Raises Fault as ``read`` does, UnicodeDecodeError for bytes that are no text.
    """
    return str(read(path, MOST_WRITTEN), encoding).replace("\r\n", "\n")


def gunzip(compressed: bytes, size_limit: int = MOST_BYTES) -> bytes:
    """The text of all members of a gzip file (RFC 1952). Raises Fault."""
    view = memoryview(compressed)
    # Grows in place, and gives what it holds without a copy: the text may be gigabytes.
    text = BytesIO()
    size = position = 0
    while position < len(view):
        if view[position] == 0 and not bytes(view[position:]).strip(b"\0"):
            break  # padding behind the last member, as gzip allows
        inflater = zlib.decompressobj(GZIP_WINDOW)
        while not inflater.eof:
            step = view[position : position + _STEP]
            if not step:
                raise Fault("the gzip file is cut short: the capture or the copy did not finish")
            try:
                part = inflater.decompress(step, size_limit + 1 - size)
            except zlib.error as error:
                raise Fault(f"the gzip file is damaged ({error})") from None
            size += len(part)
            if size > size_limit:
                what = f"holds more than {size_text(size_limit)} once decompressed"
                raise Fault(what, advice=LARGER)
            text.write(part)
            position += len(step) - len(inflater.unused_data)
    return text.getvalue()


def _content(path: str, size_limit: int) -> bytes:
    status = Path(path).stat()
    if stat.S_ISDIR(status.st_mode):
        raise Fault("is a directory", advice="give the files in it, such as DIRECTORY/*.json")
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISFIFO(status.st_mode):
        raise Fault("is a device or a socket, not a file", advice=NOT_OURS)
    # Without waiting: opening a pipe that nobody writes to would never return.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        return _all_of(descriptor, status, size_limit)
    finally:
        os.close(descriptor)


def _standard_input(size_limit: int) -> bytes:
    """All that is on descriptor 0, whatever it is, unless it is a terminal."""
    if sys.stdin is None or os.isatty(0):
        what = "is closed" if sys.stdin is None else "is a terminal"
        raise UnreadableFault(what, advice="redirect a file to it, or give the name of one")
    return _all_of(0, os.fstat(0), size_limit)


def _all_of(descriptor: int, status: os.stat_result, size_limit: int) -> bytes:
    """All bytes of a file, in as few calls as there can be: after each this thread may wait for
    others that have the interpreter."""
    step = max(_READ_SIZE, status.st_size + 1)
    parts: list[bytes] = []
    size = 0
    while size <= size_limit:
        wanted = min(step, size_limit + 1 - size)
        try:
            part = os.read(descriptor, wanted)
        except BlockingIOError:  # a writer is there, but it has not written yet
            if stat.S_ISREG(status.st_mode):
                raise
            os.set_blocking(descriptor, True)
            continue
        size += len(part)
        parts.append(part)
        # A read may give less than there is (of procfs, or above 2 GiB), but not at the end.
        if not part or (len(part) < wanted and 0 < status.st_size <= size):
            return b"".join(parts)
    raise Fault(f"is larger than {size_text(size_limit)}", advice=LARGER)


def _unreadable(error: OSError) -> Fault:
    if isinstance(error, FileNotFoundError):
        return UnreadableFault("there is no such file", advice=_CHECK_NAME)
    if isinstance(error, PermissionError):
        advice = "make it readable for you (chown or chmod), or run netviz as its owner"
        return UnreadableFault("you may not read this file", advice=advice)
    what = f"cannot be read: {escaped(error.strerror or str(error))}"
    if error.errno in _ADVICE:
        return UnreadableFault(what, advice=_ADVICE[error.errno])
    return Fault(what, advice="copy the file again" + OR_LEAVE_OUT)
