"""Runs netviz anonymize on snapshots of the laboratory, always with the same key."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from stitching import run_verb

KEY = "5ca1ab1e" * 8
"""That of the map which is extended here, so that every run replaces alike."""


def anonymized(files: Iterable[Path], folder: Path) -> tuple[list[Path], dict[str, Any]]:
    """What the command makes of the files, and its map."""
    given = folder / "group.map"
    given.write_text(json.dumps({"netviz_map": 1, "key": KEY}))
    ended = run_verb(
        *("anonymize", *map(str, files)), *("-o", str(folder / "out"), "--map", str(given))
    )
    assert "left out" not in ended.stderr
    return sorted((folder / "out").iterdir()), json.loads(given.read_text())
