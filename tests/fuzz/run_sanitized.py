#!/usr/bin/env python3
"""Run the compiled modules under AddressSanitizer and UndefinedBehaviorSanitizer.

    .venv/bin/python tests/fuzz/run_sanitized.py [--tables 200000] [--seed 0]

Compiles them with gcc's sanitizers in a temporary folder, beside a copy of the package, and there
runs the corpus of fuzz_tables.py and the comparisons of the twins. A read or write out of bounds,
or undefined behaviour, ends it with status 1 and a report.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FUZZ = ROOT / "tests" / "fuzz"
MODULES = ("_fastparse", "loops/_fastjoin")
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
TWIN_TESTS = (
    str(FUZZ / "test_parser_twins.py"),
    str(ROOT / "tests/join/test_twin_loops.py"),
    *(
        f"{FUZZ / 'test_harnesses.py'}::test_mutations[{name}]"
        for name in ("tables", "snapshots", "changed-snapshots")
    ),
)


def main() -> int:
    """Run as the arguments say; gives the exit status."""
    parser = argparse.ArgumentParser(description="Fuzz the compiled modules under sanitizers.")
    parser.add_argument("--tables", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="netviz-sanitized-") as name:
        folder = Path(name)
        compile_into(folder)
        environment = sanitized_environment(folder)
        for command in (
            ["-c", check_of_modules(folder)],
            [str(FUZZ / "fuzz_tables.py"), f"--tables={options.tables}", f"--seed={options.seed}"],
            [
                "-m",
                "pytest",
                f"-c{ROOT / 'pyproject.toml'}",
                "-q",
                "-s",
                "-pno:cacheprovider",
                *TWIN_TESTS,
            ],
        ):
            # Not in the checkout, whose own modules would be found first.
            ended = subprocess.run([sys.executable, *command], cwd=folder, env=environment)
            if ended.returncode:
                print(f"failed under the sanitizers: {' '.join(command)}", file=sys.stderr)
                return 1
    print("the sanitizers found nothing")
    return 0


def compile_into(folder: Path) -> None:
    """A copy of the package in ``folder`` with sanitized modules. Raises CalledProcessError."""
    package = folder / "netviz"
    built = shutil.ignore_patterns("*.so", "*.c", "__pycache__")
    shutil.copytree(ROOT / "netviz", package, ignore=built)
    include = sysconfig.get_paths()["include"]
    for module in MODULES:
        source = folder / f"{Path(module).name}.c"
        cython = (sys.executable, "-m", "cython", "-3", "-o", source, package / f"{module}.pyx")
        subprocess.run(cython, check=True)
        target = package / f"{module}{sysconfig.get_config_var('EXT_SUFFIX')}"
        warnings = ("-Wall", "-Wno-unused-function")
        gcc = ("gcc", "-O1", "-g", "-fno-omit-frame-pointer", *SANITIZERS, *warnings)
        subprocess.run((*gcc, "-shared", "-fPIC", f"-I{include}", source, "-o", target), check=True)


def sanitized_environment(folder: Path) -> dict[str, str]:
    """Python itself is not compiled so: the sanitizer's library has to be loaded before it."""
    found = [
        subprocess.run(
            ("gcc", f"-print-file-name={library}"), check=True, capture_output=True, text=True
        ).stdout.strip()
        for library in ("libasan.so", "libubsan.so")
    ]
    return {
        **os.environ,
        "LD_PRELOAD": " ".join(found),
        "ASAN_OPTIONS": "detect_leaks=0",
        "UBSAN_OPTIONS": "print_stacktrace=1",
        "PYTHONMALLOC": "malloc",  # each text in an allocation of its own
        "PYTHONPATH": str(folder),
        "NETVIZ_REQUIRE_EXTENSIONS": "1",
    }


def check_of_modules(folder: Path) -> str:
    """Python code that fails unless the sanitized modules are those that run."""
    return (
        "from netviz import _fastparse\nfrom netviz.loops import _fastjoin\n"
        "for module in (_fastjoin, _fastparse):\n"
        f"    if not module.__file__.startswith({str(folder)!r}):\n"
        "        raise SystemExit(f'another module is loaded: {module.__file__}')\n"
    )


if __name__ == "__main__":
    sys.exit(main())
