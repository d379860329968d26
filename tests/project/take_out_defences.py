#!/usr/bin/env python3
"""Show that each test that docs/security.md names fails where its defence is taken out.

    .venv/bin/python tests/project/take_out_defences.py [WORD ...]

In a copy of the checkout: first all of the tests, which have to pass, then for each defence of
``defences.py`` the tree without it and its test, which has to fail, to crash, or not to end within
``--seconds``. With words only the defences whose test or module has one of them in its name. Ends
with status 1 where a test passes all the same.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from defences import DEFENCES, Defence

ROOT = Path(__file__).resolve().parents[2]

MADE_HERE = (
    *(".git", ".venv*", ".build", ".*_cache", ".hypothesis", ".benchmarks"),
    *("__pycache__", "dist"),
)
"""What is not copied; compiled modules are."""

PASSED, FAILED = 0, 1
"""What pytest ends with: another number means that it ran no test."""


def main() -> int:
    """Run as the arguments say; gives the exit status."""
    parser = argparse.ArgumentParser(description="Take out each defence and run its test.")
    parser.add_argument("words", nargs="*", metavar="WORD")
    parser.add_argument("--seconds", type=float, default=30.0)
    options = parser.parse_args()
    chosen = [
        one
        for one in DEFENCES
        if not options.words or any(word in one.test + one.path for word in options.words)
    ]
    with tempfile.TemporaryDirectory(prefix="netviz-without-") as name:
        tree = Path(name, "netviz")
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(*MADE_HERE))
        if run(tree, sorted({one.test for one in chosen}), None) != PASSED:
            print("some test fails with all defences in place", file=sys.stderr)
            return 1
        held = [is_held(tree, one, options.seconds) for one in chosen]
    print(f"{sum(held)} of {len(held)} tests fail without their defence")
    return 0 if all(held) else 1


def is_held(tree: Path, defence: Defence, seconds: float) -> bool:
    """Whether the test fails without the defence; says so in a line."""
    module = tree / defence.path
    whole = module.read_text()
    if whole.count(defence.code) != 1:
        print(f"{defence.path} has not once: {defence.code}", file=sys.stderr)
        return False
    module.write_text(whole.replace(defence.code, defence.instead))
    try:
        compile_again(tree, module)
        ended = run(tree, [defence.test], seconds)
    finally:
        module.write_text(whole)
        compile_again(tree, module)
    held = ended is None or ended == FAILED or ended < 0
    told = {PASSED: "PASSES ALL THE SAME", FAILED: "fails", None: "does not end"}
    other = f"{'crashes' if held else 'pytest ended'} with {ended}"
    print(f"{told.get(ended, other)}: {defence.test}", flush=True)
    return held


def run(tree: Path, tests: list[str], seconds: float | None) -> int | None:
    """What pytest ends with (a signal as a negative number), None where it does not end in time."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    variables = {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    running = subprocess.Popen(
        command,
        cwd=tree,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        said, _ = running.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, 9)
        running.communicate()
        return None
    if running.returncode > FAILED or (seconds is None and running.returncode):
        print(said, file=sys.stderr)
    return running.returncode


def compile_again(tree: Path, module: Path) -> None:
    """Where a module is compiled, compile it from its source as it is now."""
    if module.suffix in {".pyx", ".pxi"}:
        command = [sys.executable, "setup.py", "-q", "build_ext", "--inplace", "--force"]
        required = {**os.environ, "NETVIZ_REQUIRE_EXTENSIONS": "1"}  # not as it was before
        subprocess.run(command, cwd=tree, check=True, capture_output=True, env=required)


if __name__ == "__main__":
    sys.exit(main())
