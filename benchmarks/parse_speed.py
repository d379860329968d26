"""How quick the compiled parser is, beside its twin and beside counting the line ends."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from by_turns import best_seconds
from made_tables import made_table

from netviz import _pyparse as twin

LINES = 100_000
TWIN_LINES = 10_000
"""The twin gets fewer: a rate is what is compared."""


@dataclass(frozen=True)
class ParseSpeed:
    """Bytes a second of the compiled parser, of its twin, and of ``bytes.count(b"\\n")``."""

    kind: str
    compiled: float
    twin: float
    count: float

    def __str__(self) -> str:
        return (
            f"{self.kind}: compiled {self.compiled / 1e9:.2f} GB/s, "
            f"{self.compiled / self.twin:.0f} times its twin; "
            f"counting the line ends {self.count / 1e9:.2f} GB/s"
        )


def compiled_parser() -> ModuleType:
    """The compiled parser. ImportError where it was not built."""
    return importlib.import_module("netviz._fastparse")


def parser_of(module: ModuleType, kind: str) -> Callable[[str], Any]:
    """The function of one of the twins that takes the text of a table of ``kind``."""
    if kind == "nf_conntrack":
        name = "parse_conntrack"
    elif kind in ("unix", "packet"):
        name = f"parse_{kind}"
    else:
        return lambda text: module.parse_inet(text, False, kind.endswith("6"))
    parse: Callable[[str], Any] = getattr(module, name)
    return parse


def measure_parsers(kind: str, rounds: int, lines: int = LINES) -> ParseSpeed:
    """Time both parsers on the same made-up table of ``kind``, by turns."""
    text, short = made_table(kind, lines), made_table(kind, min(lines, TWIN_LINES))
    raw = text.encode()
    compiled, pure = parser_of(compiled_parser(), kind), parser_of(twin, kind)
    for parse in (compiled, pure):
        if len(parse(short)) != min(lines, TWIN_LINES):
            raise RuntimeError(f"{kind}: a parser missed lines, so its time says nothing")
    best = best_seconds(
        {
            "compiled": lambda: compiled(text),
            "twin": lambda: pure(short),
            "count": lambda: raw.count(b"\n"),
        },
        rounds,
    )
    return ParseSpeed(
        kind, len(raw) / best["compiled"], len(short) / best["twin"], len(raw) / best["count"]
    )
