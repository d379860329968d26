"""Runs netviz anonymize on snapshots of the laboratory, always with the same key."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mapped_graphs import assert_same_picture
from stitching import ROOT

from netviz.graph import Graph
from netviz.snapshot import load
from netviz.stitch import StitchOptions, stitch

EVERYTHING = StitchOptions(
    recent=True,
    attempts=True,
    doubtful=True,
    self_flows=True,
    kinds=frozenset({"net", "unix", "pipe"}),
)

KEY = "5ca1ab1e" * 8
"""That of the map which is extended here, so that every run replaces alike."""


def anonymized(files: Iterable[Path], folder: Path) -> tuple[list[Path], dict[str, Any]]:
    """What the command makes of the files, and its map."""
    given = folder / "group.map"
    given.write_text(json.dumps({"netviz_map": 1, "key": KEY}))
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "netviz.cli.main", "anonymize", *map(str, files)),
            *("-o", str(folder / "out"), "--map", str(given)),
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "left out" not in ended.stderr
    return sorted((folder / "out").iterdir()), json.loads(given.read_text())


def assert_same_pictures(
    files: Iterable[Path], made: Iterable[Path], document: dict[str, Any], forged: int = 0
) -> tuple[Graph, Graph]:
    """Compare connection by connection, and process by process; gives the graphs of processes.

    ``forged`` lines of unix sockets are parts of names.
    """
    for level in ("connection", "process"):
        original, anonymous = (
            stitch((one for path in paths for one in load(path)), EVERYTHING, level)
            for paths in (files, made)
        )
        assert_same_picture(original, anonymous, document, forged)
    return original, anonymous
