"""Where snapshots go: a file that holds whole ones or is not there, or standard output."""

import binascii
import contextlib
import errno
import os
from typing import TYPE_CHECKING, Iterator, Optional

from netviz.capture.links import kept_mode, resolved

if TYPE_CHECKING:
    import zlib

STANDARD_OUTPUT = 1


class OutputError(Exception):
    """A snapshot could not be written. The text names the file and says why."""

    def __init__(self, name: str, error: Exception) -> None:
        self.closed_pipe = isinstance(error, BrokenPipeError)
        reason = getattr(error, "strerror", None) or str(error)
        if isinstance(error, FileNotFoundError):
            reason += " (its directory has to exist)"
        super().__init__(f"{name}: {reason}")


class Output:
    """Takes documents, one after the other, and passes them on as they come.

    ``whole`` is how many are there from end to end. Compressed each is a gzip member of its own, so
    that a file can be cut off behind any of them.
    """

    def __init__(self, descriptor: int, name: str) -> None:
        self.whole = 0
        self._descriptor = descriptor
        self._name = name
        self._compressed = name.endswith(".gz")
        self._member: Optional[zlib._Compress] = None
        self._written = 0
        self._end = 0

    def write(self, block: bytes) -> None:
        """Write a piece of a document; OutputError when that fails."""
        if self._compressed:
            if self._member is None:
                self._member = self._new_member()
            block = self._member.compress(block)
        self._put(block)

    def end_document(self) -> None:
        """The document is complete."""
        if self._member is not None:
            self._put(self._member.flush())
            self._member = None
        self._end = self._written
        self.whole += 1

    def cut_off(self) -> None:
        """Make a regular file end behind the last whole document. OSError as the system says."""
        os.ftruncate(self._descriptor, self._end)

    def _new_member(self) -> "zlib._Compress":
        try:
            import zlib
        except ImportError as error:  # a Python that was built without it
            raise OutputError(self._name, error) from error
        return zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)

    def _put(self, block: bytes) -> None:
        # The descriptor itself: a buffered stream would fail once more when Python closes it.
        with _reporting(self._name):
            while block:
                written = os.write(self._descriptor, block)
                self._written += written
                block = block[written:]


@contextlib.contextmanager
def open_output(path: Optional[str]) -> Iterator[Output]:
    """What writes to ``path`` (None or ``-`` is standard output); OutputError when that fails.

    A regular file is written under a temporary name beside it and takes its place when the block
    ends, with the documents that are whole by then: an older file stays as it was if there are
    none. A device or a FIFO is written to directly. A name that ends in ``.gz`` is compressed.
    """
    if path is None or path == "-":
        yield Output(STANDARD_OUTPUT, "standard output")
        return
    if not path or path.endswith("/"):
        needed = "a file name is needed, or - for standard output"
        raise OutputError(path or "-o ''", IsADirectoryError(errno.EISDIR, needed))
    if os.path.exists(path) and not os.path.isfile(path):
        with _reporting(path):
            descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            yield Output(descriptor, path)
        finally:
            os.close(descriptor)
    else:
        with _replacing(path) as output:
            yield output


@contextlib.contextmanager
def _replacing(path: str) -> Iterator[Output]:
    with _reporting(path):
        target = resolved(path)
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
        output = Output(descriptor, path)
        try:
            try:
                yield output
            except BaseException:
                if output.whole:
                    _finish(output, descriptor, path, temporary, target)
                raise
            _finish(output, descriptor, path, temporary, target)
        finally:
            os.close(descriptor)
    except BaseException:
        if made:
            _remove(temporary)  # nothing where it was renamed
        raise


def _finish(output: Output, descriptor: int, path: str, temporary: str, target: str) -> None:
    """Put the file into its place, with the whole documents that it holds."""
    whole, output.whole = output.whole, 0
    with _reporting(path):
        output.cut_off()
        os.chmod(descriptor, _mode(target))
        os.fsync(descriptor)
        os.rename(temporary, target)
    output.whole = whole


def _remove(temporary: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(temporary)


def _mode(target: str) -> int:
    """The permissions of the file that is replaced, else those a new file gets."""
    mask = os.umask(0o077)
    os.umask(mask)
    usual = 0o666 & ~mask
    with contextlib.suppress(OSError):
        return kept_mode(os.stat(target), usual)
    return usual


@contextlib.contextmanager
def _reporting(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(name, error) from error
