#!/usr/bin/env python3
"""Measure which lines and branches of netviz/ the tests run, processes that they start included.

    .venv/bin/python build/measure_coverage.py [--least 95] [FOLDER OF TESTS ...]
    .venv/bin/python build/measure_coverage.py --compiled

With --compiled instead the lines of the compiled modules, which are compiled for it with what tells
of each line, in a copy of the checkout. Ends with status 1 where a test fails, or where less than
--least percent are run.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import List, Optional

ROOT = Path(__file__).resolve().parent.parent
MODULES = ("_fastparse", "_fastjoin")

COMPILED_TESTS = ("tests/parse", "tests/join", "tests/oracle", "tests/fuzz/test_parser_twins.py")

COMPILED_CONFIGURATION = """\
[run]
plugins = Cython.Coverage
include = netviz/_fast*.pyx
"""


def main(arguments: Optional[List[str]] = None) -> int:
    """Run as the arguments say; gives the exit status."""
    parser = argparse.ArgumentParser(description="Measure what the tests run.")
    parser.add_argument("folders", nargs="*", default=["tests"], metavar="FOLDER")
    parser.add_argument("--least", type=float, default=95.0, metavar="PERCENT")
    parser.add_argument("--compiled", action="store_true")
    options = parser.parse_args(arguments)
    if options.compiled:
        return of_compiled(options.least)
    return measured(ROOT, options.folders, options.least, "pyproject.toml")


def of_compiled(least: float) -> int:
    """Lines of the compiled modules."""
    with tempfile.TemporaryDirectory(prefix="netviz-coverage-") as name:
        tree = Path(name, "netviz")
        shutil.copytree(str(ROOT), str(tree), ignore=shutil.ignore_patterns(".*", "*.so", "dist"))
        for module in MODULES:
            compile_traced(tree, module)
        (tree / "compiled.ini").write_text(COMPILED_CONFIGURATION, encoding="utf-8")
        return measured(tree, list(COMPILED_TESTS), least, "compiled.ini")


def compile_traced(tree: Path, module: str) -> None:
    """Compile a module in its place so that each line of it, without the GIL too, is told of."""
    command = [sys.executable, "-m", "Cython.Build.Cythonize", "--inplace", "--force", "-3"]
    command += ["-X", "linetrace=True", "-X", "profile=True", f"netviz/{module}.pyx"]
    flags = "-O1 -DCYTHON_TRACE=1 -DCYTHON_TRACE_NOGIL=1"
    subprocess.run(command, cwd=str(tree), check=True, env={**os.environ, "CFLAGS": flags})


def measured(tree: Path, folders: List[str], least: float, configuration: str) -> int:
    """Run the tests under coverage and print what was not run."""
    coverage = [sys.executable, "-m", "coverage"]
    variables = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}

    def run(*command: str) -> int:
        return subprocess.call([*coverage, *command], cwd=str(tree), env=variables)

    rcfile = f"--rcfile={configuration}"
    run("erase", rcfile)
    tests = run("run", rcfile, "-m", "pytest", "-q", "-p", "no:cacheprovider", *folders)
    if configuration == "pyproject.toml":
        run("combine", "--quiet", rcfile)
    shown = run("report", rcfile, "--skip-covered", "--show-missing", f"--fail-under={least}")
    return 1 if tests or shown else 0


if __name__ == "__main__":
    sys.exit(main())
