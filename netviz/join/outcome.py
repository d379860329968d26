"""What the join gives, for those who make a graph of it or explain it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netviz.graph import Coverage
from netviz.join.flows import FlowMaker
from netviz.join.joined import JoinedFlow, Pairs
from netviz.join.listeners import Listeners

if TYPE_CHECKING:
    from netviz.join.trace import Trace


@dataclass(slots=True)
class Joined:
    """What the join found. ``owned[n]`` are the addresses of namespace n.

    ``maker`` makes flows of ``pairs``; ``flows`` are those that are none. ``coverage`` lacks only
    what depends on which process is shown (``self``). ``trace`` is there where it was asked for.
    """

    listeners: Listeners
    owned: Sequence[Mapping[int, int]]
    maker: FlowMaker
    pairs: Pairs = field(default_factory=Pairs)
    flows: list[JoinedFlow] = field(default_factory=list)
    coverage: Coverage = field(default_factory=Coverage)
    trace: Trace | None = None
