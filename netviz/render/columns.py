"""Lines under headings: as a table for a terminal, or as CSV (RFC 4180)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import product, zip_longest

from netviz.errors import RenderError
from netviz.render.options import DEFAULTS
from netviz.render.text import visible

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # noqa: RUF001
"""What spreadsheets take for the start of a formula, some of them in full width, too."""

_PIECE = 6
"""A word that has to be broken gets pieces of so many characters, while there is any other way."""

_ADDRESS = re.compile(r"(\[?[0-9a-fA-F:.]*[:.][0-9a-fA-F:.]*\]?(:[0-9]+)?|[a-z]+/[0-9]+),?")
"""A word that is an address, with or without a port, or a port with its protocol."""

_BETWEEN = " " * 3
"""What stands between two columns."""

_TIGHT = "│"
"""The same where words would have to be broken otherwise."""

_NARROWEST = 2
"""What a character may take, and so the least that a column has to have."""


def as_table(
    headings: Sequence[str],
    lines: Iterable[Sequence[str]],
    numbers: Collection[str] = (),
    width: int = DEFAULTS.width,
) -> str:
    """A table without colours or escape codes, each line ended, at most ``width`` characters wide,
    or as wide as its columns are with two characters each: nothing is left out for want of room.

    The width does not depend on what the table is written to unless somebody asks for that: the
    same input looks alike everywhere. Longer cells are folded.
    Columns of the headings in ``numbers`` stand to the right. The cells have to be fit to be read
    (``netviz.render.text``). RenderError where rich is missing.
    """
    try:
        from rich.cells import cell_len
        from rich.console import Console
        from rich.text import Text
    except ImportError as error:
        raise RenderError(
            "table needs the Python package rich: pip install rich\n  or write csv or json with -f"
        ) from error
    rows = [headings, *lines]
    columns = list(zip(*rows, strict=True))
    words = [_longest(cells, cell_len) for cells in columns]
    gaps = len(headings) - 1
    between = _BETWEEN if sum(words) + gaps * len(_BETWEEN) <= width else _TIGHT
    widths = _widths(columns, words, cell_len, width - gaps * len(between))
    right = [heading in numbers for heading in headings]
    console = Console(file=io.StringIO(), no_color=True, force_terminal=False)

    # A rich.table.Table would do the same, in ten times the time.
    def folded(text: str, room: int) -> list[str]:
        if cell_len(text) <= room:
            return [text]
        return [line.plain.rstrip() for line in Text(text).wrap(console, room, overflow="fold")]

    def set_in(text: str, room: int, to_right: bool) -> str:
        blanks = " " * (room - cell_len(text))
        return blanks + text if to_right else text + blanks

    written = []
    for row in rows:
        cells = [folded(text, room) for text, room in zip(row, widths, strict=True)]
        for parts in zip_longest(*cells, fillvalue=""):
            placed = map(set_in, parts, widths, right)
            written.append(between.join(placed).rstrip())
        if row is headings:
            written.append("─" * (sum(widths) + gaps * len(between)))
    return "".join(f"{line}\n" for line in written)


def _widths(
    columns: Sequence[Sequence[str]], words: Sequence[int], wide: Callable[[str], int], room: int
) -> list[int]:
    """How wide each column of cells is, whose longest words are as wide as ``words`` says.

    All cells are on one line if there is room. If not, the widest columns get narrower first, and
    words stay whole as long as that can be. ``wide`` tells how wide a text is.
    """
    whole = [max(map(wide, cells)) for cells in columns]
    if sum(whole) <= room:
        return whole
    least = list(words) if sum(words) <= room else _broken(columns, words, wide, room)
    for widest in range(max(whole), 0, -1):
        widths = [max(few, min(one, widest)) for few, one in zip(least, whole, strict=True)]
        if sum(widths) <= room:
            return widths
    return least


def _broken(
    columns: Sequence[Sequence[str]], words: Sequence[int], wide: Callable[[str], int], room: int
) -> list[int]:
    """How wide the columns are at least where some of their words have to be broken.

    Addresses are broken last, and the longest words first.
    """
    addresses = [_longest(cells, wide, _ADDRESS.fullmatch) for cells in columns]
    least = [_NARROWEST for _ in columns]
    for kept, piece in product((addresses, least), range(_PIECE, 0, -1)):
        least = [max(_NARROWEST, k, min(w, piece)) for k, w in zip(kept, words, strict=True)]
        if sum(least) <= room:
            break
    for one in sorted(range(len(words)), key=words.__getitem__):
        if sum(least) + words[one] - least[one] <= room:
            least[one] = max(least[one], words[one])
    return least


def _longest(
    cells: Iterable[str], wide: Callable[[str], int], which: Callable[[str], object] = bool
) -> int:
    """How wide the longest word of cells is, of those of which ``which`` is true."""
    found = (wide(word) for cell in cells for word in cell.split() if which(word))
    return max(_NARROWEST, max(found, default=0))


def as_csv(columns: Sequence[str], lines: Iterable[Sequence[str | int]]) -> bytes:
    """The lines in UTF-8 with CRLF, under one of column names; texts are made cells by ``cell``."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(lines)
    return written.getvalue().encode()


def cell(text: str | None) -> str:
    """A text as a cell that no spreadsheet takes for a formula: such a one gets a ``'`` in front.

    Characters that do not print, tabs and line ends among them, are written out: a cell never
    spans lines. A quote after that one may have been in the text.
    """
    shown = visible(text or "")
    return f"'{shown}" if shown.lstrip(" '").startswith(_FORMULA) else shown
