"""Draws what docs/gallery.md and the README show: ``python examples/draw.py``.

Needs netviz with its dependencies, and Graphviz. The commands are those of the gallery: what one
writes is kept in the picture that follows it, or in the block of text.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GALLERY = ROOT / "docs" / "gallery.md"

PICTURE = re.compile(r"^    netviz-stitch (.*)\n\n!\[.*\]\((.*)\)$", re.MULTILINE)
BLOCK = re.compile(r"^(    netviz-stitch (.*)\n\n```\w+\n)(?:(?!```).*\n)*(?=```$)", re.MULTILINE)


def main() -> int:
    """Draw everything; the exit status."""
    gallery = GALLERY.read_text(encoding="utf-8")
    for path, command in pictures(gallery):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(output_of(command))
    GALLERY.write_text(with_blocks(gallery), encoding="utf-8")
    return 0


def pictures(gallery: str) -> Iterator[tuple[Path, str]]:
    """Each picture of the gallery, and the command that draws it."""
    for command, path in PICTURE.findall(gallery):
        yield (GALLERY.parent / path).resolve(), command


def with_blocks(gallery: str) -> str:
    """The gallery with what its commands write in the blocks below them."""

    def written(found: re.Match[str]) -> str:
        return found[1] + output_of(found[2]).decode().replace("\r\n", "\n")

    return BLOCK.sub(written, gallery)


def output_of(command: str) -> bytes:
    """What a command writes, to a file or not. Files are those of the checkout, by their names."""
    words: list[str] = []
    for word in shlex.split(command):
        found = sorted(ROOT.glob(word)) if word.startswith("examples/") else []
        words += map(str, found) if found else [word]
    if "-o" in words:
        place = words.index("-o")
        words[place : place + 2] = ["-f", Path(words[place + 1]).suffix[1:]]
    run = [sys.executable, "-m", "netviz.cli.main", "stitch", "--quiet", *words]
    return subprocess.run(run, check=True, cwd=ROOT, stdout=subprocess.PIPE).stdout


if __name__ == "__main__":
    sys.exit(main())
