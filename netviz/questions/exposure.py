"""Who can reach what listens, and who was seen using it.

Connections are counted by the address that they reached, because several listeners of one process
may share a port: the graph has to be of services, stitched as NEEDED says, or of anything finer.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from netviz.graph import Flow, Graph, Listener, Machine, Node
from netviz.node_levels import coarser_nodes
from netviz.questions.capabilities import capabilities
from netviz.render.wording import is_root, is_unconfined
from netviz.stitch import StitchOptions

NEEDED = StitchOptions(recent=True, self_flows=True, strangers=True, by_address=True)
LEVEL = "service"

SCOPES = ("all", "address", "loopback")
"""Where a listener can be reached: on every interface, one address, loopback."""

SEEN = ("nobody", "loopback", "machine", "unknown", "group", "outside")
"""The farthest that anyone was seen using a listener from. ``unknown``: it was used, or may have
been, and no more can be told."""

_JOINED = frozenset({"tcp", "udp", "udplite"})
"""Of these alone every user is counted, also those from outside."""

_WILDCARDS = ("0.0.0.0", "::")

Place = tuple[str, str | None, str, int | None]
"""Machine, network namespace, protocol and port."""

Listening = dict[Place, dict[str, list["Exposed"]]]
"""The listeners at each place, by address: several services may share one."""


@dataclass(slots=True)
class Exposed:
    """A listener of a service. ``callers`` are ids: of services on other machines (with the
    machine), on this one, and on this one over loopback; ``outside`` and ``unknown`` count sockets.
    """

    node: Node
    machine: str
    listener: Listener
    remote: set[tuple[str, str]] = field(default_factory=set)
    near: set[str] = field(default_factory=set)
    loopback: set[str] = field(default_factory=set)
    outside: int = 0
    unknown: int = 0

    @property
    def scope(self) -> str:
        """One of SCOPES; a packet socket on no certain interface (0) takes from all."""
        if self.listener.address in _WILDCARDS or self.listener[:2] == ("packet", "0"):
            return "all"
        return "loopback" if _is_loopback(self.listener.address) else "address"

    @property
    def seen(self) -> str:
        """One of SEEN."""
        if self.outside:
            return "outside"
        if self.remote:
            return "group"
        if self.unknown or self.listener.proto not in _JOINED:
            return "unknown"
        return "machine" if self.near else "loopback" if self.loopback else "nobody"

    @property
    def capabilities(self) -> tuple[str, ...] | None:
        """Those that all its processes have, None where they differ or are not known."""
        return capabilities(self.node.caps)

    @property
    def machines(self) -> int:
        """How many other machines callers are on."""
        return len({machine for machine, _ in self.remote})


class Exposure(NamedTuple):
    """Every listener of the machines that were captured, as ``exposed`` orders them."""

    listeners: list[Exposed]
    machines: tuple[Machine, ...]


def exposure(graph: Graph) -> Exposure:
    """The listeners of a graph, and whose they are."""
    return Exposure(exposed(graph), graph.machines)


def exposed(graph: Graph) -> list[Exposed]:
    """Every listener of the group, by service: first what an auditor should look at first.

    All interfaces before one address before loopback; there what runs as root, unconfined or with
    all capabilities, then what nobody is known to hold, then the rest; there what was never used,
    then by how far away users are, the nearest first; then by machine, protocol, port, address and
    process.
    """
    names = {machine.id: machine.name for machine in graph.machines}
    nodes, node_of = coarser_nodes(graph.nodes, graph.machines, "service")
    found = [
        Exposed(node, names.get(node.machine, node.machine), listener)
        for node in nodes
        for listener in node.listeners
    ]
    at: Listening = {}
    for one in found:
        by_address = at.setdefault(_place(one.node, one.listener.proto, one.listener.port), {})
        by_address.setdefault(one.listener.address, []).append(one)
    _count_flows(graph, at, node_of)
    for stranger in graph.coverage.strangers or ():
        place = (stranger.machine, stranger.netns, stranger.proto, stranger.port)
        for one in at.get(place, {}).get(stranger.address, ()):
            one.outside += stranger.outside
            one.unknown += stranger.unknown
    return sorted(found, key=_order)


def _count_flows(graph: Graph, at: Listening, node_of: Mapping[str, str]) -> None:
    nodes = {node.id: node for node in graph.nodes}
    owners: dict[str, list[str]] = {}
    for machine in graph.machines:
        for address in machine.addresses:
            owners.setdefault(address, []).append(machine.id)
    for flow in graph.flows:
        for client, server, port, address in _ways(flow):
            place = _place(nodes[server], flow.proto, port)
            _count(nodes[client].machine, node_of[client], place, address, at)
        if flow.dialled is not None:
            address, port = flow.dialled
            for owner in owners.get(address, ()):
                place = (owner, None, flow.proto, port)
                _count(nodes[flow.source].machine, node_of[flow.source], place, address, at)


def _count(machine: str, caller: str, place: Place, address: str, at: Listening) -> None:
    """Count a service of ``machine`` as a caller of what listens on that address, else on the
    wildcard (``::`` takes IPv4 too)."""
    by_address = at.get(place, {})
    wildcards = ("::",) if ":" in address else _WILDCARDS
    covering = next((one for one in (address, *wildcards) if one in by_address), "")
    for one in by_address.get(covering, ()):
        if machine != place[0]:
            one.remote.add((machine, caller))
        elif _is_loopback(address):
            one.loopback.add(caller)
        else:
            one.near.add(caller)


def _ways(flow: Flow) -> Iterator[tuple[str, str, int | None, str]]:
    """Client, server, and the server's port and address: both ways where either may be it."""
    for address, port, served, served_port in flow.samples:
        yield flow.source, flow.target, served_port, served
        if not flow.directed:
            yield flow.target, flow.source, port, address


def _place(node: Node, proto: str, port: int | None) -> Place:
    return node.machine, node.netns, proto, port


@lru_cache(maxsize=4096)
def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _order(one: Exposed) -> tuple[object, ...]:
    if is_root(one.node) or is_unconfined(one.node) or one.capabilities == ("all",):
        power = 0
    else:
        power = 1 if one.node.owner is not None else 2
    proto, address, port = one.listener
    return (
        SCOPES.index(one.scope),
        power,
        SEEN.index(one.seen),
        *(one.machine, proto, -1 if port is None else port, address),
        *(one.node.label, one.node.id),
    )
