"""What the join gives: connections between ends, before anyone asks which process is shown."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import NamedTuple

from netviz.graph import Sample
from netviz.loops.results import End


class JoinOptions(NamedTuple):
    """``recent``: join TIME_WAIT sockets too. ``attempts``: draw half-open connections.

    ``doubtful``: draw one-sided flows of which a condition is unknown. ``trace``: keep what was
    decided of each socket.
    """

    recent: bool = False
    attempts: bool = False
    doubtful: bool = False
    trace: bool = False


@dataclass(frozen=True, slots=True)
class JoinedFlow:
    """Connections between two ends; ``port`` is the server's own, ``kind`` one of ``kinds``.

    Of unix sockets and pipes the ports are None, and there are no samples; ``path`` is escaped.

    ``via`` numbers the namespaces that translated, ``dialled`` is what the client asked for.
    ``seen`` numbers the sets of samples that list its sockets (``Fleet.sightings``), where machines
    have several.
    """

    client: End
    server: End
    proto: str
    client_port: int | None
    port: int | None
    kind: int
    directed: bool
    connections: int
    samples: tuple[Sample, ...]
    via: tuple[int, ...] = ()
    dialled: tuple[str, int] | None = None
    path: str | None = None
    seen: tuple[int, ...] = ()


@dataclass(slots=True)
class Pairs:
    """Connections of which both sockets were seen, as columns: numbers of candidates.

    ``directed`` is 0 where either end may be the client, ``kind`` one of ``kinds``.
    """

    client: array[int] = field(default_factory=lambda: array("I"))
    server: array[int] = field(default_factory=lambda: array("I"))
    directed: array[int] = field(default_factory=lambda: array("B"))
    kind: array[int] = field(default_factory=lambda: array("B"))
