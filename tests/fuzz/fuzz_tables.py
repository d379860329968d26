#!/usr/bin/env python3
"""Compare the compiled parser with its twin on damaged tables, for as long as is asked for.

    .venv/bin/python tests/fuzz/fuzz_tables.py [--tables 200000] [--seed 0] [--compiled-only]

Ends with status 1 at the first table that they read differently, and prints it. The same seed gives
the same tables. With --compiled-only the twin is left out, as under a sanitizer.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

from fuzzed_tables import PARSERS, differing, fuzzed_table, outcome  # noqa: E402

from netviz import _fastparse, _pyparse  # type: ignore[attr-defined,unused-ignore]  # noqa: E402


def main() -> int:
    """Run as the arguments say; gives the exit status."""
    parser = argparse.ArgumentParser(description="Fuzz the parsers of kernel tables.")
    parser.add_argument("--tables", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--compiled-only", action="store_true")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    sockets = bad = 0
    for number in range(options.tables):
        text = fuzzed_table(chance)
        if not options.compiled_only:
            wrong = differing(text, _fastparse, _pyparse)
            if wrong:
                print(f"table {number} of seed {options.seed}: {', '.join(wrong)}: {text!r}")
                return 1
        for parse in PARSERS.values():
            columns = outcome(parse, _fastparse, text)
            if not isinstance(columns, tuple):
                sockets += len(columns)  # type: ignore[arg-type]
                bad += columns.bad.count  # type: ignore[attr-defined]
    judged = "read" if options.compiled_only else "read alike"
    print(
        f"{options.tables:,} tables {judged} by {len(PARSERS)} parsers each: "
        f"{sockets:,} sockets, {bad:,} bad lines"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
