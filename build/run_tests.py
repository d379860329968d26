#!/usr/bin/env python3
"""Set up what the tests need and run all of them: ruff, mypy, pytest.

    python3 build/run_tests.py [PYTEST OPTIONS]

Makes .venv in the checkout, as quickstart.py does, with the tools for testing too. Every argument
is handed to pytest. With NETVIZ_CI=1 a short run of the benchmarks follows, whose guards compare
times. Exit status 0 only if everything passed.
"""

import os
import sys
from typing import List, Optional, Tuple

from environment import BIN, PYTHON, ROOT, SetupError, run, say, set_up

LINTERS = (
    ("ruff", "check"),
    ("ruff", "format", "--check", "--quiet"),
    ("mypy",),
)

WITHOUT_TWINS = {
    "capture": "runs on the target, and nothing that parses is packed with it",
    "fuzz": "compares both implementations",
    "gather": "takes snapshots, and parses none",
    "lab": "stitches with both",
    "page": "draws graphs that are made up",
    "project": "builds and installs both",
    "zipapp": "packs the capture alone",
}
"""Folders of tests that are not run a second time without the compiled modules, and why."""


def main(arguments: Optional[List[str]] = None) -> int:
    """Run everything, also what comes after a failure; gives the exit status."""
    try:
        set_up("test,wheels" if os.environ.get("NETVIZ_CI") == "1" else "test")
    except (SetupError, OSError) as error:
        sys.stderr.write(f"netviz: {error}\n")
        return 1
    failed = []
    for program, *options in [*LINTERS, *script_folders()]:
        name = " ".join([program, *options])
        say(name)
        if run(BIN / program, *options):
            failed.append(name)
    # -X dev: files that are never closed and the like are warnings, and those are errors.
    pytest = ("-X", "dev", "-m", "pytest")
    given = sys.argv[1:] if arguments is None else arguments
    if run(PYTHON, *pytest, *given):
        failed.append("pytest")
    if not given:
        say("the pure-Python twins")
        if run(PYTHON, *pytest, "-q", *twin_tests(), NETVIZ_PURE="1"):
            failed.append("pytest with NETVIZ_PURE=1")
    if os.environ.get("NETVIZ_CI") == "1" and run(PYTHON, "-m", "pytest", "benchmarks", "--short"):
        failed.append("pytest benchmarks --short")
    if failed:
        sys.stderr.write(f"netviz: failed: {', '.join(failed)}\n")
    return 1 if failed else 0


def twin_tests() -> List[str]:
    """The folders of tests that are run a second time without the compiled modules."""
    folders = sorted({path.parent for path in (ROOT / "tests").glob("*/test_*.py")})
    return [str(folder.relative_to(ROOT)) for folder in folders if folder.name not in WITHOUT_TWINS]


def script_folders() -> List[Tuple[str, str]]:
    """mypy for each folder of modules that are no package: two may hold a conftest.py."""
    folders = [ROOT / "examples", ROOT / "benchmarks", *sorted((ROOT / "tests").iterdir())]
    return [
        ("mypy", str(folder.relative_to(ROOT))) for folder in folders if any(folder.glob("*.py"))
    ]


if __name__ == "__main__":
    sys.exit(main())
