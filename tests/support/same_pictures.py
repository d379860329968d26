"""Snapshots and what was made anonymous of them: stitched, they have to give the same picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mapped_graphs import assert_same_picture

from netviz.graph import FLOW_KINDS, Graph
from netviz.snapshot import load
from netviz.snapshot.model import Snapshot
from netviz.stitch import StitchOptions, stitch

EVERYTHING = StitchOptions(
    recent=True, attempts=True, doubtful=True, self_flows=True, kinds=frozenset(FLOW_KINDS)
)


def loaded(paths: Iterable[Path]) -> list[Snapshot]:
    """The samples in all of the files."""
    return [snapshot for path in paths for snapshot in load(path)]


def assert_same_pictures(
    snapshots: Sequence[Snapshot],
    made: Sequence[Snapshot],
    document: Mapping[str, Any],
    forged: int = 0,
) -> tuple[Graph, Graph]:
    """Compare connection by connection, and process by process; gives the graphs of processes.

    ``document`` is the map of names; ``forged`` lines of unix sockets are parts of names.
    """
    for level in ("connection", "process"):
        original, anonymous = (stitch(group, EVERYTHING, level) for group in (snapshots, made))
        assert_same_picture(original, anonymous, document, forged)
    return original, anonymous
