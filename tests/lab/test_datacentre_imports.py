"""The datacentre as copies of /proc and outputs of ss tell of it: containers, translations, and no
line that is not there."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from captured import Captured
from datacentre import HOSTS
from imported import PROGRAMS, run_import
from needs import unavailable
from stitching import Stitched
from test_datacentre import expected, rows

KINDS = ("--flows", "net,unix", "--group-by", "process")


@pytest.fixture
def taken(captured: Captured) -> Captured:
    if not captured.copies:
        unavailable(f"not all of {', '.join(PROGRAMS)} are installed")
    return captured


def test_copies_lose_what_is_one_sided_and_unix_sockets(taken: Captured, tmp_path: Path) -> None:
    snapshots = []
    for name, copy in taken.copies.items():
        snapshots.append(tmp_path / f"{name}.json")
        run_import("proc", copy, "-o", snapshots[-1])
    result = Stitched("pure", snapshots, *KINDS)
    assert result.machine_names == sorted(HOSTS)
    left = {row: n for row, n in expected().items() if row.match in ("reciprocal", "nat")}
    assert rows(result, taken.containers) == Counter(left)
    assert result.coverage["other"]["unix_unjoined"] > 0


def test_ss_loses_what_is_translated_and_one_sided(taken: Captured, tmp_path: Path) -> None:
    snapshots = []
    for name, folder in taken.listings.items():
        snapshots.append(tmp_path / f"{name}.json")
        namespaces = [f"{path.name}={path}" for path in folder.glob("netns *")]
        run_import(
            *("ss", folder / "all.txt", "--addresses", folder / "addresses.txt"),
            *(word for one in namespaces for word in ("--netns", one)),
            *("--name", name, "-o", snapshots[-1]),
        )
    result = Stitched("pure", snapshots, *KINDS)
    assert result.machine_names == sorted(HOSTS)
    left = {row: n for row, n in expected().items() if row.match in ("reciprocal", "peer")}
    assert rows(result, taken.containers) == Counter(left)
