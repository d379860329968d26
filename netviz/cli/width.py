"""How wide a table may be."""

from __future__ import annotations

import sys

from netviz.render.options import DEFAULTS


def table_width(output: str | None) -> int:
    """That of the terminal which standard output is; the same everywhere else, so that it is alike.

    ``output`` is the value of ``-o``.
    """
    if output not in (None, "-") or sys.stdout is None or not sys.stdout.isatty():
        return DEFAULTS.width
    import shutil  # compressed archives of all kinds come with it

    return shutil.get_terminal_size((DEFAULTS.width, 24)).columns
