"""What the join gives: flows between ends, before anyone asks which process is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from netviz.graph import Coverage, Sample
from netviz.listeners import Listeners
from netviz.loops import End


@dataclass(frozen=True, slots=True)
class JoinOptions:
    """``recent``: join TIME_WAIT sockets too. ``attempts``: draw half-open connections.

    ``doubtful``: draw one-sided flows of which a condition is unknown. ``connections``: one flow
    per connection.
    """

    recent: bool = False
    attempts: bool = False
    doubtful: bool = False
    connections: bool = False


@dataclass(frozen=True, slots=True)
class JoinedFlow:
    """Connections between two ends; ``port`` is the server's own, ``kind`` one of ``kinds``.

    ``via`` numbers the namespaces that translated, ``dialled`` is what the client asked for.
    """

    client: End
    server: End
    proto: str
    client_port: int
    port: int
    kind: int
    directed: bool
    connections: int
    samples: tuple[Sample, ...]
    via: tuple[int, ...] = ()
    dialled: tuple[str, int] | None = None


@dataclass(slots=True)
class Joined:
    """What the join found. ``owned[n]`` are the addresses of namespace n.

    ``coverage`` lacks only what depends on which process is shown (``self``).
    """

    listeners: Listeners
    owned: Sequence[Mapping[int, int]]
    flows: list[JoinedFlow] = field(default_factory=list)
    coverage: Coverage = field(default_factory=Coverage)
