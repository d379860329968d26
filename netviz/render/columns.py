"""Lines under headings: as a table for a terminal, or as CSV (RFC 4180)."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Sequence
from typing import Literal

from netviz.errors import RenderError
from netviz.render.options import DEFAULTS
from netviz.render.text import visible

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # noqa: RUF001
"""What spreadsheets take for the start of a formula, some of them in full width, too."""

_WORD = 12
"""Words of so many characters are not folded while there is any other way."""

_BETWEEN = 3
"""The blanks between two columns."""

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
        from rich import box
        from rich.cells import cell_len
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text
    except ImportError as error:
        raise RenderError(
            "table needs the Python package rich: pip install rich\n  or write csv or json with -f"
        ) from error
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    rows = list(lines)
    columns = [
        [[cell_len(word) for word in cell.split()] or [0] for cell in column]
        for column in zip(headings, *rows, strict=True)
    ]
    widths = _widths(columns, width - (len(headings) - 1) * _BETWEEN)
    for heading, wide in zip(headings, widths, strict=True):
        justify: Literal["right", "left"] = "right" if heading in numbers else "left"
        table.add_column(heading, overflow="fold", justify=justify, width=wide)
    width = sum(widths) + (len(widths) - 1) * _BETWEEN
    for row in rows:
        table.add_row(*map(Text, row))
    written = io.StringIO()
    console = Console(file=written, width=width, no_color=True, force_terminal=False, emoji=False)
    console.print(table, highlight=False)
    return "".join(f"{line.rstrip()}\n" for line in written.getvalue().splitlines())


def _widths(columns: Sequence[Sequence[Sequence[int]]], room: int) -> list[int]:
    """How wide each column is: of each of its cells there are the widths of its words.

    All cells are on one line if there is room. If not, the widest columns get narrower first, and
    their longest words stay whole as long as that can be.
    """
    whole = [max(sum(words) + len(words) - 1 for words in cells) for cells in columns]
    word = [max(max(words) for words in cells) for cells in columns]
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
