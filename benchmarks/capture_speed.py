"""Whole captures beside a C program that only reads, and beside other tools."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import busy_namespace
from whole_processes import Runner

ROOT = Path(__file__).resolve().parent.parent

PEERS: Mapping[str, Sequence[str]] = {
    "psutil": (sys.executable, "-c", "import psutil; psutil.net_connections()"),
    "ss": ("ss", "-tanp"),
    "lsof": ("lsof", "-nPiTCP"),
}
"""Tools that find the holders of sockets too; how each is started."""


def missing() -> str | None:
    """Why no busy namespace can be made here, None if it can."""
    if os.geteuid() != 0:
        return "a busy namespace is made by root only"
    if shutil.which("unshare") is None:
        return "there is no unshare, which makes the busy namespace (util-linux)"
    return None


def busy(sockets: int, processes: int) -> Runner:
    """Runs commands in a namespace of ``processes`` with ``sockets`` ends of connections."""
    return Runner(busy_namespace.command(sockets, processes))


def pack_capture(folder: Path) -> Path:
    """netviz-capture.pyz, packed from this tree into ``folder``."""
    target = folder / "netviz-capture.pyz"
    packer = ROOT / "build" / "make_capture_pyz.py"
    subprocess.run(
        [sys.executable, str(packer), "-o", str(target)], check=True, stdout=subprocess.DEVNULL
    )
    return target


def build_floor(folder: Path) -> Path | None:
    """The C program, compiled into ``folder``; None without a compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    target = folder / "capture_floor"
    source = ROOT / "benchmarks" / "capture_floor.c"
    subprocess.run([compiler, "-O2", "-o", str(target), str(source)], check=True)
    return target


def capture_command(pyz: Path, *options: str, python: str = sys.executable) -> list[str]:
    """A capture that is written nowhere."""
    return [python, str(pyz), "-o", os.devnull, *options]


def capture_from(root: Path) -> list[str]:
    """A capture by the modules of the tree ``root``, which is written nowhere."""
    start = f"import sys; sys.path.insert(0, {str(root)!r}); from netviz.capture.cli import main"
    return [sys.executable, "-c", f"{start}; sys.exit(main())", "-o", os.devnull]


def peers() -> dict[str, list[str]]:
    """The commands of those of PEERS that are installed."""
    found = {name: list(command) for name, command in PEERS.items() if shutil.which(command[0])}
    if importlib.util.find_spec("psutil") is None:
        del found["psutil"]
    return found
