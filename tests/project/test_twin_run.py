"""The test command runs everything that could differ once more without the compiled modules."""

from __future__ import annotations

import subprocess
import sys

from packer import ROOT

SHOW = "import run_tests; print(*run_tests.twin_tests()); print(*run_tests.WITHOUT_TWINS)"


def test_a_folder_of_tests_is_in_it_or_left_out_by_name() -> None:
    shown = subprocess.run(
        [sys.executable, "-c", SHOW],
        check=True,
        cwd=ROOT / "build",
        capture_output=True,
        text=True,
    ).stdout
    chosen, left_out = (line.split() for line in shown.splitlines())
    folders = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}
    assert sorted(chosen) == sorted(f"tests/{name}" for name in folders.difference(left_out))
    assert set(left_out) <= folders
    assert {"tests/parse", "tests/join", "tests/oracle", "tests/cli"} <= set(chosen)
