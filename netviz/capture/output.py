"""Where a snapshot goes: a file that is there whole or not at all, or standard output."""

import binascii
import contextlib
import os
import stat
from typing import Callable, Iterator, Optional

Write = Callable[[bytes], None]

STANDARD_OUTPUT = 1


class OutputError(Exception):
    """The snapshot could not be written. The text names the file and says why."""

    def __init__(self, name: str, error: Exception) -> None:
        self.closed_pipe = isinstance(error, BrokenPipeError)
        reason = getattr(error, "strerror", None) or str(error)
        super().__init__(f"{name}: {reason}; no whole snapshot was written")


@contextlib.contextmanager
def open_output(path: Optional[str]) -> Iterator[Write]:
    """What writes to ``path`` (None is standard output); OutputError when that fails.

    A regular file is written under a temporary name beside it and takes its place when the block
    ends well, so that an older snapshot stays as it was otherwise. A device or a FIFO is written
    to directly. A name that ends in ``.gz`` is compressed.
    """
    if path is None:
        yield _plain(STANDARD_OUTPUT, "standard output")
    elif os.path.exists(path) and not os.path.isfile(path):
        with _reporting(path):
            descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            with _stream(descriptor, path) as write:
                yield write
        finally:
            os.close(descriptor)
    else:
        with _replacing(path) as write:
            yield write


@contextlib.contextmanager
def _replacing(path: str) -> Iterator[Write]:
    target = os.path.realpath(path)
    # A name that nobody can foresee, and never one that is there: a capture is run by root, often
    # in /tmp.
    temporary = f"{target}.{binascii.hexlify(os.urandom(6)).decode()}.tmp"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    made = True  # also if a signal comes before we hear of it
    try:
        try:
            descriptor = os.open(temporary, flags, 0o600)
        except OSError as error:
            made = False
            raise OutputError(path, error) from error
        try:
            with _stream(descriptor, path) as write:
                yield write
            with _reporting(path):
                os.chmod(descriptor, _mode(target))
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        with _reporting(path):
            os.rename(temporary, target)
    except BaseException:
        if made:
            _remove(temporary)
        raise


def _remove(temporary: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(temporary)


def _mode(target: str) -> int:
    """The permissions of the file that is replaced, else those a new file gets."""
    with contextlib.suppress(OSError):
        return stat.S_IMODE(os.stat(target).st_mode)
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask


@contextlib.contextmanager
def _stream(descriptor: int, path: str) -> Iterator[Write]:
    """What writes to a descriptor, compressed where the name asks for it."""
    plain = _plain(descriptor, path)
    if not path.endswith(".gz"):
        yield plain
        return
    try:
        import zlib
    except ImportError as error:  # a Python that was built without it
        raise OutputError(path, error) from error
    squeeze = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    yield lambda block: plain(squeeze.compress(block))
    plain(squeeze.flush())


def _plain(descriptor: int, name: str) -> Write:
    # The descriptor itself: a buffered stream would fail once more when Python closes it.
    def write(block: bytes) -> None:
        with _reporting(name):
            while block:
                block = block[os.write(descriptor, block) :]

    return write


@contextlib.contextmanager
def _reporting(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(name, error) from error
