"""Lines under headings: as a table for a terminal, or as CSV (RFC 4180)."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Sequence

from netviz.errors import RenderError
from netviz.render.options import DEFAULTS
from netviz.render.text import visible

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # noqa: RUF001
"""What spreadsheets take for the start of a formula, some of them in full width, too."""


_WORD = 12
"""Words of so many characters are not folded while there is any other way."""


def as_table(
    headings: Sequence[str],
    lines: Iterable[Sequence[str]],
    numbers: Collection[str] = (),
    width: int = DEFAULTS.width,
) -> str:
    """A table without colours or escape codes, each line ended, at most ``width`` characters wide.

    The width does not depend on what the table is written to unless somebody asks for that: the
    same input looks alike everywhere. Longer cells are folded.
    Columns of the headings in ``numbers`` stand to the right. The cells have to be fit to be read
    (``netviz.render.text``). RenderError where rich is missing.
    """
    try:
        from rich import box
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text
    except ImportError as error:
        raise RenderError(
            "table needs the Python package rich: pip install rich\n  or write csv or json with -f"
        ) from error
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    rows = list(lines)
    for heading, cells in zip(headings, zip(headings, *rows, strict=False), strict=True):
        longest = max(len(word) for cell in cells for word in (cell.split() or [""]))
        table.add_column(
            heading,
            overflow="fold",
            justify="right" if heading in numbers else "left",
            min_width=min(longest, _WORD),
        )
    for row in rows:
        table.add_row(*map(Text, row))
    written = io.StringIO()
    console = Console(file=written, width=width, no_color=True, force_terminal=False, emoji=False)
    console.print(table, highlight=False)
    return "".join(f"{line.rstrip()}\n" for line in written.getvalue().splitlines())


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
