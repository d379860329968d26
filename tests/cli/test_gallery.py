"""docs/gallery.md shows what its commands write today; where it does not, run examples/draw.py."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from draw import GALLERY, output_of, pictures, with_blocks
from needs import unavailable
from packer import ROOT

from netviz.errors import RenderError
from netviz.render.picture import paint

TEXT = GALLERY.read_text(encoding="utf-8")
PICTURES = list(pictures(TEXT))
LARGEST = 150_000
"""Bytes of a picture: they are read over slow lines, too."""


def texts_of(svg: bytes) -> list[str]:
    """What stands in a picture; where it stands depends on the fonts of whoever drew it."""
    return sorted(re.findall(r"<text [^>]*>([^<]*)</text>", svg.decode()))


@pytest.mark.parametrize(("path", "command"), PICTURES, ids=[path.name for path, _ in PICTURES])
def test_picture(path: Path, command: str) -> None:
    try:
        paint(b"digraph {}", "svg", 60)
    except RenderError as error:
        unavailable(str(error))
    kept = path.read_bytes()
    assert len(kept) < LARGEST
    assert texts_of(kept) == texts_of(output_of(command))


def test_every_picture_that_is_kept_is_shown() -> None:
    kept = {path.resolve() for path in (ROOT / "docs" / "gallery").iterdir()}
    assert kept <= {path for path, _ in PICTURES}


def test_text() -> None:
    assert with_blocks(TEXT) == TEXT


def test_every_level_is_shown() -> None:
    shown = set(re.findall(r"--group-by (\w+)", TEXT)) | {"service"}
    assert shown >= {"connection", "process", "service", "container", "host", "label"}
