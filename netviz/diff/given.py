"""The two sides as they were given, and whether they hold the same parts of what there was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from netviz.errors import SnapshotError
from netviz.graph import Graph
from netviz.snapshot.faults import quoted

OPTIONS_NAMED = 3
"""How many options a message names."""

_WITHOUT = "write it again with netviz-stitch -f json, without such options"
_THE_SAME = "write both again with netviz-stitch -f json and the same options, or without any"


class GivenSide(NamedTuple):
    """A graph; where it was in a file of flows its ``path``, and the ``options`` that changed what
    is in it."""

    graph: Graph
    path: str = ""
    options: tuple[str, ...] = ()


def check_alike(old: GivenSide, new: GivenSide) -> None:
    """SnapshotError where options left out, or added, on one side what they did not on the other:
    none of that came or went."""
    if old.options == new.options:
        return
    one, other = (old, new) if old.options else (new, old)
    what = f"was made with {_listed(one.options)}"
    if other.options:
        what += f", and {other.path} with {_listed(other.options)}"
    elif other.path:
        what += f", and {other.path} without any such option"
    else:
        what += ", which snapshots are compared without"
    raise SnapshotError(one.path, what, "options", _THE_SAME if other.path else _WITHOUT)


def _listed(options: Sequence[str]) -> str:
    more = len(options) - OPTIONS_NAMED
    shown = ", ".join(quoted(option) for option in options[:OPTIONS_NAMED])
    return f"{shown} and {more:,} more" if more > 0 else shown
