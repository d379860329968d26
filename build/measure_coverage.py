#!/usr/bin/env python3
"""Measure which lines and branches of netviz/ the tests run, processes that they start included.

    .venv/bin/python build/measure_coverage.py [--least 95] [FOLDER OF TESTS ...]
    .venv/bin/python build/measure_coverage.py --compiled

As in build/run_tests.py, what depends on the implementation is run once more with NETVIZ_PURE=1; a
line that either run reaches is reached. With --compiled instead the lines of the compiled modules,
which are compiled for it with what tells of each line, in a copy of the checkout. Prints what was
not run, and the figures of each package. Ends with status 1 where a test fails, or where less than
--least percent of the lines, or of the branches, are run.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

from run_tests import twin_tests

ROOT = Path(__file__).resolve().parent.parent
MODULES = ("_fastparse", "loops/_fastjoin")

COMPILED_TESTS = ("tests/parse", "tests/join", "tests/oracle", "tests/fuzz/test_parser_twins.py")

COMPILED_CONFIGURATION = r"""
[run]
plugins = Cython.Coverage
include = netviz/*.pyx, netviz/*/*.pyx, netviz/*/*.pxi
[report]
exclude_lines =
    ^c?def\b
    ^    c?def [^=]*\(
    ^[A-Z]
"""
"""Left out is what runs while a module is loaded: Cython tells of it as of lines of the file that
includes the others."""

MEASURED = {
    "lines": ("covered_lines", "num_statements"),
    "branches": ("covered_branches", "num_branches"),
}
"""What is counted; how coverage's report in JSON calls what was run of it, and all there is."""

Figures = Dict[str, Tuple[int, int]]
"""Of lines and of branches: how many were run, and how many there are."""


def main(arguments: Optional[List[str]] = None) -> int:
    """Run as the arguments say; gives the exit status."""
    parser = argparse.ArgumentParser(description="Measure what the tests run.")
    parser.add_argument("folders", nargs="*", default=["tests"], metavar="FOLDER")
    parser.add_argument("--least", type=float, default=95.0, metavar="PERCENT")
    parser.add_argument("--compiled", action="store_true")
    options = parser.parse_args(arguments)
    if options.compiled:
        return of_compiled(options.least)
    folders = [folder.rstrip("/") for folder in options.folders]
    coverage = Coverage(ROOT, "pyproject.toml")
    failed = coverage.of_tests(folders)
    twins = [folder for folder in twin_tests() if folder in folders or folders == ["tests"]]
    if twins:
        failed = coverage.of_tests(twins, NETVIZ_PURE="1") or failed
    coverage.combine()
    return 1 if coverage.report(options.least) or failed else 0


def of_compiled(least: float) -> int:
    """Lines of the compiled modules."""
    with tempfile.TemporaryDirectory(prefix="netviz-coverage-") as name:
        tree = Path(name, "netviz")
        shutil.copytree(str(ROOT), str(tree), ignore=shutil.ignore_patterns(".*", "*.so", "dist"))
        for module in MODULES:
            compile_traced(tree, module)
        (tree / "compiled.ini").write_text(COMPILED_CONFIGURATION, encoding="utf-8")
        coverage = Coverage(tree, "compiled.ini")
        failed = coverage.of_tests(list(COMPILED_TESTS))
        return 1 if coverage.report(least) or failed else 0


def compile_traced(tree: Path, module: str) -> None:
    """Compile a module in its place so that each line of it, without the GIL too, is told of."""
    command = [sys.executable, "-m", "Cython.Build.Cythonize", "--inplace", "--force", "-3"]
    command += ["-X", "linetrace=True", "-X", "profile=True", f"netviz/{module}.pyx"]
    flags = "-O1 -DCYTHON_TRACE=1 -DCYTHON_TRACE_NOGIL=1"
    subprocess.run(command, cwd=str(tree), check=True, env={**os.environ, "CFLAGS": flags})


class Coverage:
    """What is run in ``tree``, a checkout, as ``configuration`` there says. Begins with nothing."""

    def __init__(self, tree: Path, configuration: str) -> None:
        self._tree = tree
        self._rcfile = f"--rcfile={configuration}"
        self._run("erase", self._rcfile)

    def of_tests(self, folders: List[str], **variables: str) -> bool:
        """Run these tests too; whether one failed."""
        pytest = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
        return self._run("run", self._rcfile, *pytest, *folders, **variables) != 0

    def combine(self) -> None:
        """Put together what the processes left."""
        self._run("combine", "--quiet", self._rcfile)

    def report(self, least: float) -> bool:
        """Print what was not run and the figures; whether they are below ``least`` percent."""
        self._run("report", self._rcfile, "--skip-covered", "--show-missing")
        with tempfile.TemporaryDirectory(prefix="netviz-coverage-") as folder:
            path = Path(folder, "report.json")
            if self._run("json", "--quiet", self._rcfile, "-o", str(path)):
                return True
            packages = by_package(json.loads(path.read_text(encoding="utf-8")))
        sys.stdout.write(table(packages))
        return too_low(packages, least)

    def _run(self, *command: str, **variables: str) -> int:
        environment = {**os.environ, "PYTHONPATH": str(self._tree), "PYTHONDONTWRITEBYTECODE": "1"}
        environment.update(variables)
        coverage = [sys.executable, "-m", "coverage", *command]
        return subprocess.call(coverage, cwd=str(self._tree), env=environment)


def by_package(report: Dict[str, Any]) -> Dict[str, Figures]:
    """The figures of each package of netviz/, by name, and last those of ``all``."""
    packages: Dict[str, List[Dict[str, int]]] = {}
    for path, told in sorted(report["files"].items()):
        packages.setdefault(str(Path(path).parent), []).append(told["summary"])
    packages["all"] = [summary for files in packages.values() for summary in files]
    return {name: figures(summaries) for name, summaries in packages.items()}


def figures(summaries: List[Dict[str, int]]) -> Figures:
    """Those of some files together."""
    return {
        what: (sum(file[run] for file in summaries), sum(file[there] for file in summaries))
        for what, (run, there) in MEASURED.items()
        if there in summaries[0]
    }


def too_low(packages: Dict[str, Figures], least: float) -> bool:
    """Whether less than ``least`` percent of all lines, or of all branches, are run."""
    return any(percent(*counted) < least for counted in packages["all"].values())


def percent(run: int, there: int) -> float:
    """How much of what is there was run."""
    return 100.0 * run / there if there else 100.0


def table(packages: Dict[str, Figures]) -> str:
    """A line for each package."""
    text = ""
    for name, counted in packages.items():
        cells = [
            f"{run:6} of {there:6} {what} {percent(run, there):6.2f} %"
            for what, (run, there) in counted.items()
        ]
        text += f"{name:20}{'  '.join(cells)}\n"
    return text


if __name__ == "__main__":
    sys.exit(main())
