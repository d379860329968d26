"""Runs netviz-stitch on snapshots of the laboratory and reads what it found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
IMPLEMENTATIONS = ("compiled", "pure")


def run_verb(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of this checkout, which has to end with 0."""
    done = subprocess.run(
        [sys.executable, "-m", "netviz.cli.main", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    if done.returncode:
        raise RuntimeError(f"netviz {arguments[0]} ended with {done.returncode}: {done.stderr}")
    return done


def run_stitch(implementation: str, *arguments: str) -> str:
    """What the command prints, with the parser and join loops of ``implementation``."""
    pure = "1" if implementation == "pure" else "0"
    return run_verb("stitch", *arguments, NETVIZ_PURE=pure).stdout


def has(implementation: str) -> bool:
    """Whether this checkout has it built."""
    return f"parser: {implementation}" in run_stitch(implementation, "--version")


class Stitched:
    """The JSON result, with the machine of each node at hand."""

    def __init__(self, implementation: str, snapshots: Iterable[Path], *options: str) -> None:
        files = [str(path) for path in snapshots]
        result: dict[str, Any] = json.loads(
            run_stitch(implementation, "-f", "json", *options, *files)
        )
        self.flows: list[dict[str, Any]] = result["flows"]
        self.coverage: dict[str, Any] = result["coverage"]
        self.nodes: dict[str, dict[str, Any]] = {node["id"]: node for node in result["nodes"]}
        names = {machine["id"]: str(machine["name"]) for machine in result["machines"]}
        self.machine_names = sorted(names.values())
        self.machine_of = {key: names[node["machine"]] for key, node in self.nodes.items()}
