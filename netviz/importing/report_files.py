"""The files of a report, a folder or a tar archive, read in place: nothing is ever unpacked.

Only regular files are read. Links, devices and the like are passed over, wherever they lead, and so
are names that lead out of the report. Sizes are bounded.
"""

from __future__ import annotations

import os
import stat
import tarfile
import zlib
from collections.abc import Iterator
from lzma import LZMAError
from pathlib import Path
from typing import Protocol

from netviz.capture.text import clean
from netviz.errors import SourceError
from netviz.snapshot.faults import escaped

LARGEST_FILE = 2**28
"""How many bytes of one file are read."""

LARGEST_REPORT = 2**34
"""How many bytes a report may hold once decompressed."""

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
        return file.read(LARGEST_FILE)


def _from_archive(path: str, wanted: Wanted) -> Iterator[tuple[str, str]]:
    """A report's archive has one folder at its top, which is left out of the paths."""
    size = count = 0
    try:
        with tarfile.open(path, "r|*") as archive:  # a stream: no seeking, no second reading
            for member in archive:
                count += 1
                size += max(member.size, 0)
                if count > MOST_FILES or size > LARGEST_REPORT:
                    raise SourceError(escaped(path), "is too large for a report")
                inside = _inside(member.name)
                if not member.isreg() or inside is None or not wanted(inside):
                    continue
                file = archive.extractfile(member)
                if file is not None:
                    yield inside, clean(file.read(LARGEST_FILE))
    except (tarfile.TarError, EOFError, zlib.error, LZMAError) as error:
        advice = "give a folder, or an archive such as .tar, .tar.gz or .tar.xz"
        reason = f"is no whole tar archive ({escaped(str(error))})"
        raise SourceError(escaped(path), reason, advice) from None


def _inside(name: str) -> str | None:
    """The path of a member below the folder at the top; None where it leads out."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts or name.startswith("/"):
        return None
    return "/".join(parts[1:]) or None
