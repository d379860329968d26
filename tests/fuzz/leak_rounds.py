#!/usr/bin/env python3
"""Do the same over and over with the compiled modules, and print how much memory that has left.

    PYTHONMALLOC=malloc .venv/bin/python tests/fuzz/leak_rounds.py [--rounds 200]

Bytes in use as glibc counts them (mallinfo2(3)), of Python's objects too with PYTHONMALLOC=malloc:
a line for the growth in the first half of the rounds, one for the second.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support"), str(HERE.parents[1])]

from fuzz_group import documents  # noqa: E402
from fuzzed_tables import PARSERS, TABLES, outcome  # noqa: E402

from netviz import _fastparse, loops  # type: ignore[attr-defined,unused-ignore]  # noqa: E402
from netviz.graph import FLOW_KINDS  # noqa: E402
from netviz.snapshot import load  # noqa: E402
from netviz.snapshot.model import Snapshot  # noqa: E402
from netviz.stitch import StitchOptions, stitch  # noqa: E402

BAD = ("\ud800", "0: 1 2 3\n" * 50, "\n".join("x" * n for n in range(300)))
OPTIONS = StitchOptions(
    recent=True, attempts=True, doubtful=True, kinds=frozenset(FLOW_KINDS), external="service"
)


class Mallinfo(ctypes.Structure):
    """struct mallinfo2 of <malloc.h>."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    )


def in_use() -> int:
    """The bytes that malloc(3) has handed out and not got back."""
    libc = ctypes.CDLL(None)
    libc.mallinfo2.restype = Mallinfo
    gc.collect()
    found = libc.mallinfo2()
    return int(found.uordblks + found.hblkhd)


def one_round(snapshots: list[Snapshot]) -> None:
    """Everything that is compiled, with good input and bad."""
    for text in (*("\n".join(table) for table in TABLES), *BAD):
        for parser in PARSERS.values():
            outcome(parser, _fastparse, text)
    _fastparse.naturals([1, 2, "x"])
    _fastparse.naturals(list(range(100)))
    for level in ("process", "host"):
        stitch(snapshots, OPTIONS, level)


def main() -> int:
    """Run as the arguments say; gives the exit status."""
    parser = argparse.ArgumentParser(description="Look for leaks of the compiled modules.")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    assert loops.IMPLEMENTATION == "compiled"
    snapshots: list[Snapshot] = []
    for number, document in enumerate(documents()):
        path = options.folder / f"{number}.json"
        path.write_text(json.dumps(document))
        snapshots += load(path)
    for _ in range(20):
        one_round(snapshots)  # what is kept for good is there then
    for _ in range(2):
        before = in_use()
        for _ in range(options.rounds // 2):
            one_round(snapshots)
        print(in_use() - before)
    return 0


if __name__ == "__main__":
    sys.exit(main())
