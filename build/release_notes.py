#!/usr/bin/env python3
"""Write the notes of a release: what CHANGELOG.md says of it, and the SHA-256 of each file.

    python3 build/release_notes.py dist/netviz-capture.pyz dist/*.whl dist/*.tar.gz > notes.md

Who finds netviz-capture.pyz on a machine compares it with them: ``sha256sum netviz-capture.pyz``.
"""

import argparse
import hashlib
import re
import sys
from pathlib import Path
from typing import List, Optional

ROOT = Path(__file__).resolve().parent.parent


class NotesError(Exception):
    """The notes cannot be written; the text says why."""


def main(arguments: Optional[List[str]] = None) -> int:
    """Print the notes; gives the exit status."""
    parser = argparse.ArgumentParser(description="Write the notes of a release.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    files = parser.parse_args(arguments).files
    try:
        sys.stdout.write(notes(version(), (ROOT / "CHANGELOG.md").read_text("utf-8"), files))
    except (NotesError, OSError) as error:
        sys.stderr.write(f"release_notes.py: {error}\n")
        return 1
    return 0


def notes(release: str, changelog: str, files: List[Path]) -> str:
    """The notes of ``release``, with the SHA-256 of each file, by name. Raises NotesError."""
    lines = [f"{sha256(path)}  {path.name}\n" for path in sorted(files, key=lambda one: one.name)]
    return (
        f"{changes(release, changelog)}\n"
        f"## SHA-256\n\n```\n{''.join(lines)}```\n\n"
        "`netviz-capture.pyz` is the same bytes for whoever packs it from the same sources: "
        "`python3 build/make_capture_pyz.py && sha256sum dist/netviz-capture.pyz`.\n"
    )


def changes(release: str, changelog: str) -> str:
    """What the changelog says of ``release``. Raises NotesError where it says nothing."""
    found = re.search(
        rf"^## {re.escape(release)}(?= |$)[^\n]*\n(.*?)(?=^## |\Z)", changelog, re.M | re.S
    )
    if found is None or not found.group(1).strip():
        raise NotesError(f"CHANGELOG.md says nothing of {release}")
    return found.group(1).strip() + "\n"


def sha256(path: Path) -> str:
    """The digest of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def version() -> str:
    """The version of the checkout."""
    text = (ROOT / "netviz" / "_version.py").read_text("utf-8")
    found = re.search(r'"([^"]+)"', text.split("__version__", 1)[-1])
    if found is None:
        raise NotesError("netviz/_version.py has no version")
    return found.group(1)


if __name__ == "__main__":
    sys.exit(main())
