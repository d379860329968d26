"""Writing a command's result: the arguments that say how, and all of it or nothing."""

from __future__ import annotations

import argparse
import contextlib
import errno
import os
import signal
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from netviz.capture.links import kept_mode, resolved
from netviz.cli.exits import say
from netviz.cli.replacing import check_replaceable
from netviz.errors import OutputError


def add_output_arguments(
    parser: argparse.ArgumentParser, formats: Iterable[str], default: str
) -> None:
    """Let a command be told where to write, and in which of ``formats``."""
    parser.add_argument(
        "-o", "--output", metavar="OUT", help="write to this file (default: standard output)"
    )
    parser.add_argument(
        "-f",
        "--format",
        choices=sorted(formats),
        help=f"what to write (default: what the ending of OUT says, else {default})",
    )


def chosen_format(
    program: str,
    options: argparse.Namespace,
    format_of: Callable[[str], str | None],
    default: str,
) -> str:
    """The format that ``-f`` names, else the ending of OUT, else ``default``.

    ``format_of`` gives that of an ending, None for an unknown one, of which a line is told.
    """
    if options.format:
        return str(options.format)
    ending = Path(options.output or "").suffix.lower()
    named = format_of(ending.removeprefix("."))
    if named is None and ending:
        say(
            f"{program}: {options.output}: {default} is written, because no format here has the"
            f" ending {ending}; -f names another"
        )
    return named or default


def write_output(
    path: str | None, content: bytes, inputs: Iterable[str] = (), *, is_snapshot: bool = False
) -> None:
    """Write ``content`` to the file ``path``, or to standard output if it is None or ``-``.

    None of the files ``inputs``, which it was made of, is replaced, and no snapshot is unless
    ``is_snapshot`` says that the content is one, too.

    A regular file is written under a temporary name beside it and renamed, so that whatever goes
    wrong leaves an old file as it was. A new file gets the mode that the umask says, a replaced
    one keeps its mode. Where ``path`` is a symbolic link, its target is replaced, unless somebody
    else put the link there. A pipe, a terminal or a device is written in place.

    Raises OutputError, whose text names the file, and BrokenPipeError where a reader has gone.
    """
    if path is None or path == "-" or _is_standard_output(path):
        _write_standard_output(content)
        return
    try:
        _write_file(path, content, inputs, is_snapshot)
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:
        raise OutputError(f"{path}: cannot be written: {_reason(error)}") from error


def is_beside_messages(path: str | None) -> bool:
    """Whether what is written to ``path`` is seen on the terminal that messages are seen on."""
    if not (path is None or path == "-" or _is_standard_output(path)):
        return False
    try:
        return os.isatty(1) and os.path.samestat(os.fstat(1), os.fstat(2))
    except OSError:  # one of them is closed
        return False


def write_private(path: str, content: bytes) -> None:
    """Write ``content`` to the file ``path``, which nobody but its owner may read or write.

    All of it or nothing, as ``write_output``. Raises OutputError, also where ``path`` is no file.
    """
    target = Path(path)
    try:
        if target.exists() and not target.is_file():
            raise OSError(errno.EINVAL, "it is no regular file")
        _replace_file(_resolved(target), content, None, 0o600)
    except (OSError, ValueError) as error:
        raise OutputError(f"{path}: cannot be written: {_reason(error)}") from error


def _is_standard_output(path: str) -> bool:
    """Whether ``path`` is what descriptor 1 has open, as /dev/stdout always is.

    A file that the shell opened for us, perhaps to append to, must not be replaced.
    """
    try:
        return os.path.samestat(Path(path).stat(), os.fstat(1))
    except (OSError, ValueError):
        return False


def _write_standard_output(content: bytes) -> None:
    if sys.stdout is None:
        raise OutputError("standard output: cannot be written: it is closed")
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"standard output: cannot be written: {_reason(error)}") from error


def _write_file(path: str, content: bytes, inputs: Iterable[str], is_snapshot: bool) -> None:
    if not path or path.endswith("/"):
        raise IsADirectoryError(errno.EISDIR, "a file name is needed")
    target = Path(path)
    try:
        old = target.stat()
    except FileNotFoundError:
        _replace_file(_resolved(target), content, None)
        return
    check_replaceable(path, old, inputs, is_snapshot)
    if stat.S_ISREG(old.st_mode):
        _replace_file(_resolved(target), content, old)
        return
    with target.open("wb", buffering=0) as stream:
        _write_all(stream.fileno(), content)


def _resolved(path: Path) -> Path:
    try:
        path.resolve()
    except RuntimeError as error:  # how Python before 3.13 tells of a loop of symbolic links
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from error
    return Path(resolved(str(path)))


def _replace_file(
    target: Path, content: bytes, old: os.stat_result | None, new_mode: int = 0o666
) -> None:
    """Put ``content`` at ``target``, with the permissions of ``old`` or those of a new file."""
    with _ending_afterwards():
        temporary = target.with_name(f".netviz-{os.urandom(8).hex()}.tmp")
        _replace(target, temporary, content, old, new_mode)


@contextlib.contextmanager
def _ending_afterwards() -> Iterator[None]:
    """Let SIGTERM and SIGHUP wait until there is no temporary file any more."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGHUP))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _replace(
    target: Path, temporary: Path, content: bytes, old: os.stat_result | None, new_mode: int
) -> None:
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, new_mode)
    try:
        try:
            if old is not None:
                os.fchmod(descriptor, kept_mode(old, os.fstat(descriptor).st_mode))
            _write_all(descriptor, content)
            os.fsync(descriptor)  # some file systems tell of a full disk only here
        finally:
            os.close(descriptor)
        temporary.rename(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _reason(error: OSError | ValueError) -> str:
    if not isinstance(error, OSError):
        return str(error)
    reason = error.strerror or str(error)
    if error.errno == errno.ENOENT:
        return f"{reason} (its directory has to exist)"
    return reason
