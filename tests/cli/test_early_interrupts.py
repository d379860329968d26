"""Ctrl-C is quiet from the first moment on, also while modules are still being imported."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import shop
from packer import ROOT
from sources import pyproject

SCRIPTS: dict[str, str] = pyproject()["project"]["scripts"]

INTERRUPTED_AT = """\
import os, signal, sys
class AtImport:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, AtImport())
"""


def run(script: str, module: str, *arguments: str, **options: object) -> tuple[int, bytes]:
    """Run a program of the package, with Ctrl-C as ``module`` is imported; status and messages."""
    place, function = SCRIPTS[script].split(":")
    code = INTERRUPTED_AT.format(module=module)
    # As pip's script does.
    code += f"from {place} import {function}\nsys.exit({function}())\n"
    command = [sys.executable, "-c", code, *arguments]
    ended = subprocess.run(command, check=False, capture_output=True, cwd=ROOT, **options)  # type: ignore[call-overload]
    return ended.returncode, ended.stderr


@pytest.mark.parametrize(
    ("script", "module"),
    [
        ("netviz", "netviz.cli.main"),
        ("netviz", "netviz.errors"),
        ("netviz", "netviz.cli.stitch"),
        ("netviz", "netviz.graph"),
        ("netviz-stitch", "argparse"),
        ("netviz-stitch", "netviz.join.join"),
        ("netviz-capture", "netviz.cli.capture"),
        ("netviz-capture", "netviz.capture.document"),
    ],
)
def test_an_import_that_is_interrupted_ends_as_any_program_does(script: str, module: str) -> None:
    """A shell reports 130 for a program that the signal ended."""
    arguments = ["stitch"] if script == "netviz" else []
    assert run(script, module, *arguments) == (-signal.SIGINT, b"")


@pytest.mark.parametrize("module", ["importlib", "signal"])
def test_what_is_imported_before_that_is_quiet_too(module: str) -> None:
    """Something of the Python may have imported them already: then nothing is interrupted."""
    code, said = run("netviz", module, "--version")
    assert code in (0, 130)
    assert said == b""


def test_work_that_is_interrupted_is_cleaned_up_as_ever(tmp_path: Path) -> None:
    shop.write_group(tmp_path)
    arguments = [str(tmp_path / "web.json"), "-o", str(tmp_path / "flows.dot")]
    assert run("netviz-stitch", "netviz.render.dot", *arguments) == (130, b"")
    assert not (tmp_path / "flows.dot").exists()


def ignoring() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def test_a_signal_that_is_ignored_stays_ignored(tmp_path: Path) -> None:
    shop.write_group(tmp_path)
    arguments = ["-q", str(tmp_path / "web.json"), "-o", str(tmp_path / "flows.dot")]
    for module in ("netviz.join.join", "netviz.render.dot"):
        assert run("netviz-stitch", module, *arguments, preexec_fn=ignoring) == (0, b"")
    assert (tmp_path / "flows.dot").exists()
