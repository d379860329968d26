"""The result of a comparison: what came, went or changed, and what could not be compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from netviz.diff.keys import FlowKey, ListenerKey, ServiceKey

CAME, WENT, CHANGED = "came", "went", "changed"

OLD, NEW = "old", "new"
"""The two sides."""

NOT_CAPTURED = "not captured"
HOLDERS_UNSEEN = "holders not visible"
PARTLY_READ = "not everything readable"
ENDS_NOT_FOUND = "other ends not found"
REASONS = (NOT_CAPTURED, HOLDERS_UNSEEN, PARTLY_READ, ENDS_NOT_FOUND)
"""Why something of one side could not be compared, by what was wrong with the other."""

K = TypeVar("K")
V = TypeVar("V")


class ServiceState(NamedTuple):
    """The users and security contexts of a service, sorted; where it changed, of the processes that
    did."""

    users: tuple[int, ...]
    contexts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference(Generic[K, V]):
    """What ``key`` names was ``old`` and is ``new``; None where it was not there."""

    key: K
    old: V | None
    new: V | None

    @property
    def change(self) -> str:
        """CAME, WENT or CHANGED."""
        return CAME if self.old is None else WENT if self.new is None else CHANGED


ServiceDifference = Difference[ServiceKey, ServiceState]
ListenerDifference = Difference[ListenerKey, tuple[str, ...]]
"""From and to are addresses, sorted."""
FlowDifference = Difference[FlowKey, int]
"""From and to are counts of connections."""


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """A machine of which ``side`` could not see all, and how much of the other side was therefore
    not compared. ``reason`` is one of REASONS."""

    machine: str
    side: str
    reason: str
    services: int = 0
    listeners: int = 0
    flows: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """A side as it was compared: names of machines, and when they were captured, unix seconds."""

    machines: tuple[str, ...]
    captured: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Differences:
    """All of them, sorted by key. ``notes`` are sentences about how it was compared."""

    old: Compared
    new: Compared
    services: tuple[ServiceDifference, ...]
    listeners: tuple[ListenerDifference, ...]
    flows: tuple[FlowDifference, ...]
    gaps: tuple[Gap, ...]
    notes: tuple[str, ...] = ()

    @property
    def alike(self) -> bool:
        """Whether everything could be compared, and nothing differs."""
        return not (self.services or self.listeners or self.flows or self.gaps)

    @property
    def changes(self) -> set[str]:
        """Which of CAME, WENT and CHANGED there are."""
        return {
            *(one.change for one in self.services),
            *(one.change for one in self.listeners),
            *(one.change for one in self.flows),
        }
