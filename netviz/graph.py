"""The result of a stitch: machines, nodes, flows, coverage. Plain values, ready to be drawn.

None of them is changed once it is made. Those that there are many of are not frozen all the same: a
frozen dataclass takes several times as long to make.

The names are those of the JSON output (docs/json-output.md); ``group.py`` maps one graph to a
coarser one, ``render/`` turns one into text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

MATCHES = (
    *("reciprocal", "nat", "queued", "one-sided"),
    *("external", "attempt", "recent", "peer"),
)
"""The kinds of match, strongest first. ``external``: the other end is outside of the group."""

FLOW_KINDS = ("net", "unix", "pipe")
"""What can be drawn: flows of the network, of unix sockets, of pipes."""

LEVELS = ("connection", "process", "service", "container", "host")
"""What a node stands for, finest first (``connection`` has the nodes of ``process``)."""

OUTSIDE = "outside"
"""The ``owner`` of a node that stands for ends outside of the group."""

EXTERNAL = ("network", "service")
"""What such a node can stand for."""

SAMPLES = 5
"""How many connections a flow names as examples."""

Sample = tuple[str, int, str, int]
"""One connection: the client's own address and port, the server's own address and port."""


class Listener(NamedTuple):
    """A port a process takes traffic on. ``proto`` never ends in 6.

    ``address`` is the bound address (``0.0.0.0``, ``::``), for ``packet`` the interface, by name or
    index.
    ``port`` is the IP protocol for ``raw``, the ethertype for ``packet``, the id for ``icmp``;
    of ``unix`` it is None and ``address`` is the path, escaped.
    """

    proto: str
    address: str
    port: int | None


class Listed(NamedTuple):
    """Which of the ``of`` snapshots of a machine list something.

    Bit n of ``snapshots`` is for the nth of them, in the order in which they were taken.
    """

    machine: str
    snapshots: int
    of: int


class Seen(NamedTuple):
    """When a flow was seen, and in which snapshots: those in which a socket of it is listed.

    ``first`` and ``last`` are when the first and the last of them ended, in unix seconds.
    ``listed`` has the machines of which any is, by id.
    """

    first: float | None
    last: float | None
    listed: tuple[Listed, ...]

    @property
    def snapshots(self) -> int:
        """How many list a socket of the flow."""
        return sum(one.snapshots.bit_count() for one in self.listed)

    @property
    def of(self) -> int:
        """How many there are of the machines of which any does."""
        return sum(one.of for one in self.listed)


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine. ``captured`` is (first, last) in unix seconds, ``problems`` are sentences.

    ``snapshots`` is how many there are of it.
    """

    id: str
    name: str
    addresses: tuple[str, ...] = ()
    captured: tuple[float, float] | None = None
    problems: tuple[str, ...] = ()
    snapshots: int = 1


@dataclass(slots=True)
class Node:
    """One process, or processes drawn as one. A field whose processes differ is None.

    ``name`` is always comm, ``label`` what is shown. ``owner`` is None for a node with processes,
    ``"none"`` where nobody holds the sockets, ``"unseen"`` where the capture could not see who,
    OUTSIDE for a network or service outside, whose ``machine`` is empty.
    ``caps`` is the mask of effective capabilities as the kernel prints it.
    ``netns`` is the display name of an extra network namespace, None for the machine's own.
    ``spans`` is on how many machines its processes are. Where they are several the ``machine`` is
    empty and there are no ``pids``, which would say nothing.
    """

    id: str
    machine: str
    name: str | None
    label: str
    netns: str | None = None
    pids: tuple[int, ...] = ()
    uid: int | None = None
    security: str | None = None
    unit: str | None = None
    container: str | None = None
    exe: str | None = None
    caps: str | None = None
    owner: str | None = None
    listeners: tuple[Listener, ...] = ()
    spans: int = 1


@dataclass(slots=True)
class Flow:
    """Connections between two nodes. ``source`` is the client where ``directed``.

    ``port`` is the server socket's own port, None for unix and pipe. ``path`` is the name of the
    server's unix socket, escaped.
    ``matches`` counts connections by kind, ``match`` is the strongest of them. ``via`` names the
    machines that translated, ``dialled`` what the client asked for when that differs.
    ``samples`` are the smallest five. ``seen`` is None where no machine was captured several times.
    """

    source: str
    target: str
    proto: str
    port: int | None
    connections: int
    match: str
    matches: dict[str, int]
    directed: bool = True
    path: str | None = None
    via: tuple[str, ...] = ()
    dialled: tuple[str, int] | None = None
    samples: tuple[Sample, ...] = ()
    seen: Seen | None = None


class Missing(NamedTuple):
    """An address and port that sockets of the group talk to and whose machine is not captured."""

    proto: str
    address: str
    port: int
    sockets: int


class Strangers(NamedTuple):
    """A listener, and how many sockets below it, or that dial it, were joined with no other.

    The remote address of ``outside`` belongs to nobody in the group; of ``unknown`` it does, or
    may, but no socket there was found, or it is that of the listener, or may be. ``machine`` and
    ``netns`` are those of a node.
    """

    machine: str
    netns: str | None
    proto: str
    address: str
    port: int
    outside: int
    unknown: int


class Unjoined(NamedTuple):
    """Sockets of a service whose other end is in the group, or may be, and was not found.

    ``node`` is the service, at whatever level the graph is. ``port`` is the server's: where
    ``is_client`` what the sockets dial, else their own, below a listener. ``machine`` is the id of
    the one that has their remote address, None where several do. ``reason`` is a sentence.
    """

    node: Node
    proto: str
    port: int
    is_client: bool
    machine: str | None
    reason: str
    sockets: int


@dataclass(slots=True)
class Coverage:
    """What became of every socket. The eight counts after ``sockets`` add up to it.

    ``reasons`` says of the unmatched why, by sentence. ``strangers`` is None where it was not
    asked for, ``unjoined`` empty.
    """

    sockets: int = 0
    joined: int = 0
    listening: int = 0
    unconnected: int = 0
    recent: int = 0
    attempt: int = 0
    external: int = 0
    ambiguous: int = 0
    unmatched: int = 0
    pairs: int = 0
    reciprocal: int = 0
    nat: int = 0
    queued: int = 0
    one_sided: int = 0
    self: int = 0
    unowned: int = 0
    other: dict[str, int] = field(default_factory=dict)
    missing: tuple[Missing, ...] = ()
    reasons: dict[str, int] = field(default_factory=dict)
    strangers: tuple[Strangers, ...] | None = None
    unjoined: tuple[Unjoined, ...] = ()


@dataclass(frozen=True, slots=True)
class Graph:
    """A stitched group, each tuple sorted: the same input gives the same graph."""

    machines: tuple[Machine, ...]
    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...]
    coverage: Coverage
    level: str = "process"
