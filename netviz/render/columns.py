"""Lines under headings: as a table for a terminal, or as CSV (RFC 4180)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import zip_longest

from netviz.errors import RenderError
from netviz.render.options import DEFAULTS
from netviz.render.text import visible

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # noqa: RUF001
"""What spreadsheets take for the start of a formula, some of them in full width, too."""

_WORD = 12
"""Words of so many characters are not folded while there is any other way."""

_BETWEEN = " " * 3
"""What stands between two columns."""

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
    widths = _widths(columns, cell_len, width - (len(headings) - 1) * len(_BETWEEN))
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
            written.append(_BETWEEN.join(placed).rstrip())
        if row is headings:
            written.append("─" * (sum(widths) + (len(widths) - 1) * len(_BETWEEN)))
    return "".join(f"{line}\n" for line in written)


def _widths(columns: Sequence[Sequence[str]], wide: Callable[[str], int], room: int) -> list[int]:
    """How wide each column of cells is. ``wide`` tells how wide a text is.

    All cells are on one line if there is room. If not, the widest columns get narrower first, and
    their longest words stay whole as long as that can be.
    """
    whole = [max(map(wide, cells)) for cells in columns]
    if sum(whole) <= room:
        return whole
    word = [max(wide(word) for cell in cells for word in cell.split() or [""]) for cells in columns]
    least = [_NARROWEST for _ in columns]
    for longest in range(_WORD, _NARROWEST - 1, -1):
        least = [max(min(one, longest), _NARROWEST) for one in word]
        if sum(least) <= room:
            break
    for widest in range(max(whole), 0, -1):
        widths = [max(few, min(one, widest)) for few, one in zip(least, whole, strict=True)]
        if sum(widths) <= room:
            return widths
    return least


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
