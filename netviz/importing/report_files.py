"""The files of a report, a folder or a tar archive, read in place: nothing is ever unpacked.

Only regular files are read. Links, devices and the like are passed over, wherever they lead, and so
are names that lead out of the report. Sizes are bounded.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import stat
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from netviz.capture.text import clean
from netviz.errors import SourceError
from netviz.snapshot.faults import escaped

LARGEST_FILE = 2**28
"""How many bytes of one file are read."""

LARGEST_REPORT = 2**34
"""How many bytes a report may hold once decompressed."""

LARGEST_HEADER = 2**20
"""How many bytes the name of a member, or what else is told of it, may have."""

MOST_FILES = 2_000_000
"""How many files it may hold."""


class Wanted(Protocol):
    """Says of a path within the report whether its file is to be read."""

    def __call__(self, path: str) -> bool: ...


def report_files(path: str, wanted: Wanted) -> dict[str, str]:
    """The texts of the wanted files by their path below the report's own folder.

    Raises SourceError for what is neither a folder nor a tar archive, or too large.
    """
    try:
        if Path(path).is_dir():
            found = dict(_from_folder(path, wanted))
        else:
            found = dict(_from_archive(path, wanted))
    except (OSError, ValueError) as error:
        reason = escaped(getattr(error, "strerror", None) or str(error))
        raise SourceError(escaped(path), f"cannot be read: {reason}") from None
    return found


def _from_folder(path: str, wanted: Wanted) -> Iterator[tuple[str, str]]:
    count = 0
    top = _report_folder(Path(path))
    for folder, folders, names in os.walk(top):
        folders.sort()
        for name in names:
            count += 1
            if count > MOST_FILES:
                raise SourceError(escaped(path), f"holds more than {MOST_FILES} files")
            whole = Path(folder) / name
            inside = str(whole.relative_to(top))
            content = _content(whole) if wanted(inside) else None
            if content is not None:
                yield inside, clean(content)


def _report_folder(path: Path) -> Path:
    """The folder that has sos_commands: ``path``, or the only folder in it that has."""
    if (path / "sos_commands").is_dir():
        return path
    inside = [entry for entry in path.iterdir() if not entry.is_symlink()]
    reports = [entry for entry in inside if (entry / "sos_commands").is_dir()]
    return reports[0] if len(reports) == 1 else path


def _content(path: Path) -> bytes | None:
    """Of a regular file, None for anything else and for one that cannot be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        return _all_of(file, str(path))


def _all_of(file: BinaryIO, path: str) -> bytes:
    content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise SourceError(escaped(path), f"is larger than {LARGEST_FILE} bytes")
    return content


def _from_archive(path: str, wanted: Wanted) -> Iterator[tuple[str, str]]:
    """A report's archive has one folder at its top, which is left out of the paths."""
    count = 0
    try:
        with Path(path).open("rb") as file:
            stream = _Stream(_decompressed(file), path)
            with tarfile.open(
                fileobj=cast(BinaryIO, stream), mode="r|", tarinfo=_Member
            ) as archive:
                for member in archive:
                    count += 1
                    if count > MOST_FILES:
                        raise SourceError(escaped(path), f"holds more than {MOST_FILES} files")
                    inside = _inside(member.name)
                    if not member.isreg() or inside is None or not wanted(inside):
                        continue
                    content = archive.extractfile(member)
                    if content is not None:
                        yield inside, clean(_all_of(cast(BinaryIO, content), f"{path}: {inside}"))
            stream.check_end()
    except (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError) as error:
        advice = "give a folder, or an archive such as .tar, .tar.gz or .tar.xz"
        reason = f"is no whole tar archive ({escaped(str(error))})"
        raise SourceError(escaped(path), reason, advice) from None


class _Member(tarfile.TarInfo):
    """A member whose long name or extended header is not read if it would fill the memory."""

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type in _HEADERS and not 0 <= self.size <= LARGEST_HEADER:
            raise tarfile.ReadError(f"a header has {self.size} bytes")
        return super()._proc_member(archive)  # type: ignore[misc, no-any-return]


_HEADERS = (
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
    *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
)


def _decompressed(file: BinaryIO) -> BinaryIO:
    """The archive in a file, which is compressed as its first bytes say, if it is."""
    magic = file.read(6)
    file.seek(0)
    if magic.startswith(b"\x1f\x8b"):
        return cast(BinaryIO, gzip.GzipFile(fileobj=file))
    if magic.startswith(b"BZh"):
        return cast(BinaryIO, bz2.BZ2File(file))
    if magic == b"\xfd7zXZ\0":
        return cast(BinaryIO, lzma.LZMAFile(file))
    return file


class _Stream:
    """What an archive is read from. tarfile takes one that ends early for a whole one."""

    def __init__(self, file: BinaryIO, path: str) -> None:
        self._file = file
        self._path = path
        self._size = 0
        self._last = b""

    def read(self, size: int) -> bytes:
        """The next bytes; SourceError where there are too many of them."""
        block = self._file.read(size)
        self._size += len(block)
        if self._size > LARGEST_REPORT:
            raise SourceError(escaped(self._path), "is too large for a report")
        self._last = (self._last + block)[-tarfile.BLOCKSIZE :]
        return block

    def check_end(self) -> None:
        """EOFError unless it ended with a block of zeros, as archives do."""
        while self.read(tarfile.RECORDSIZE):
            pass
        if not self._last or self._last.strip(b"\0"):
            raise EOFError("it is cut short")


def _inside(name: str) -> str | None:
    """The path of a member below the folder at the top; None where it leads out."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts or name.startswith("/"):
        return None
    return "/".join(parts[1:]) or None
