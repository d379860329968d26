#!/usr/bin/env python3
"""Run one harness for as long as is asked for, guided by coverage where atheris is installed.

    .venv/bin/python tests/fuzz/fuzz.py tables --seconds 600 [--corpus FOLDER]

Prints how many inputs were tried, and ends with status 1 at the first finding, which it leaves in
the folder: move it to tests/fuzz/found/HARNESS/, where test_harnesses.py tries it from then on.
Without atheris the inputs are mutations of the seeds; ``--seed`` chooses which.
"""

from __future__ import annotations

import argparse
import importlib.util
import random
import sys
import time
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), *(str(HERE.parent / name) for name in ("support", "oracle", "render"))]
sys.path.append(str(ROOT))

GUIDED = importlib.util.find_spec("atheris") is not None


def main() -> int:
    """Run as the arguments say; gives the exit status."""
    parser = argparse.ArgumentParser(description="Fuzz one harness.")
    parser.add_argument("harness")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--corpus", type=Path, help="keep what reached new code, and go on from it")
    options = parser.parse_args()
    return guided(options) if GUIDED else unguided(options)


def guided(options: argparse.Namespace) -> int:
    """With libFuzzer, which ends the process itself: its own last lines tell the inputs tried."""
    import atheris  # type: ignore

    with atheris.instrument_imports(include=["netviz"]):
        from harnesses import HARNESSES, found
    harness = HARNESSES[options.harness]
    folder = options.corpus or Path(f"corpus-{options.harness}")
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate([*harness.seeds, *found(options.harness)]):
        (folder / f"seed{number}").write_bytes(data)
    arguments = [sys.argv[0], str(folder), f"-max_total_time={int(options.seconds)}"]
    arguments += ["-max_len=4096", "-timeout=20", "-rss_limit_mb=1500", "-print_final_stats=1"]
    atheris.Setup([*arguments, "-verbosity=0"], harness.run)
    atheris.Fuzz()
    return 0


def unguided(options: argparse.Namespace) -> int:
    """Mutations of the seeds."""
    from harnesses import HARNESSES, found
    from mutations import mutated

    harness = HARNESSES[options.harness]
    until = time.monotonic() + options.seconds
    tried = 0
    seeds = [*harness.seeds, *found(options.harness)]
    for data in mutated(seeds, random.Random(options.seed)):
        try:
            harness.run(data)
        except Exception:
            traceback.print_exc()
            Path(f"finding-{options.harness}").write_bytes(data)
            print(f"{options.harness}: a finding after {tried:,} inputs: {data!r}")
            return 1
        tried += 1
        if time.monotonic() > until:
            break
    print(f"{options.harness}: {tried:,} inputs, no finding")
    return 0


if __name__ == "__main__":
    sys.exit(main())
