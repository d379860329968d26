"""Connections with ends outside of the group, for those who ask to see them.

They are many, and otherwise only counted. So they are gone through twice: to find the networks and
services that most of them name, and to count them by these. What is kept is bounded by what can be
drawn, not by how many sockets there are. Associations of SCTP are not among them.
"""

from __future__ import annotations

import socket
from bisect import insort
from dataclasses import dataclass, field
from typing import NamedTuple

from netviz.addresses import format_address, is_ipv4
from netviz.fleet.fleet import Fleet
from netviz.fleet.sockets import CONNECTION_PROTOCOLS
from netviz.graph import SAMPLES, Sample
from netviz.join.joined import JoinOptions
from netviz.join.outside_sockets import OutsideSocket, outside_sockets
from netviz.join.trace import Trace
from netviz.loops import Dialled
from netviz.loops.results import End
from netviz.subnets import NETWORK_BITS

PLACES_NAMED = 20
"""How many networks, or services, have a name of their own, in and out each; the rest has none."""

PORTS_NAMED = 50
"""How many dialled services have flows of their own; the other ports are one of no port."""


class OutsideKey(NamedTuple):
    """What connections that are counted together have in common.

    ``place`` is a network or a service, empty for the rest; ``port`` the server's, None for the
    rest of them.
    """

    end: End
    incoming: bool
    place: str
    proto: str
    port: int | None
    kind: str
    directed: bool


@dataclass(slots=True)
class OutsideCount:
    """How many connections, the smallest of them, sorted, and the sets of samples that list any."""

    connections: int = 0
    samples: list[Sample] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)


def outside(
    trace: Trace, fleet: Fleet, by: str, options: JoinOptions
) -> dict[OutsideKey, OutsideCount]:
    """Every connection to or from the outside, counted; ``by`` is one of ``graph.EXTERNAL``.

    Closed and half-open ones are there as ``options`` says.
    """
    ranges = [record.local_port_range for record in fleet.namespaces]
    places, services = _most_used(trace, by, options)
    found: dict[tuple[End, _Place | None, int, int | None, str, bool], OutsideCount] = {}
    for one in outside_sockets(trace, options):
        place = _place(one, by)
        service = one.service
        port = service[1] if one.incoming or service in services else None
        directed = _is_directed(one, ranges[one.end.namespace])
        shown = place if place in places else None
        key = one.end, shown, one.proto, port, one.kind, directed
        count = found.get(key)
        if count is None:
            count = found[key] = OutsideCount()
        count.connections += 1
        if one.seen:
            count.seen.add(one.seen)
        _keep(count.samples, one)
    return {
        OutsideKey(
            end,
            end.listener >= 0,
            "" if shown is None else _named(shown, by),
            CONNECTION_PROTOCOLS[proto],
            port,
            kind,
            directed,
        ): count
        for (end, shown, proto, port, kind, directed), count in found.items()
    }


_Place = tuple[bool, int, int, int]
"""Incoming or not, then a protocol, an address and a port; those that do not matter are 0."""


def _place(one: OutsideSocket, by: str) -> _Place:
    if by == "service":
        proto, port = one.service
        return one.incoming, proto, 0, port
    bits = 128 - _bits(one.remote)
    return one.incoming, 0, one.remote >> bits << bits, 0


def _bits(address: int) -> int:
    """How much of 128 bits names the network."""
    return 96 + NETWORK_BITS[4] if is_ipv4(address) else NETWORK_BITS[6]


def _named(place: _Place, by: str) -> str:
    _, proto, address, port = place
    if by == "service":
        return f"{CONNECTION_PROTOCOLS[proto]}/{port}"
    return f"{format_address(address)}/{NETWORK_BITS[4 if is_ipv4(address) else 6]}"


def _most_used(
    trace: Trace, by: str, options: JoinOptions
) -> tuple[frozenset[_Place], frozenset[tuple[int, int]]]:
    """The places that most sockets name, and the services that most clients of the group dial."""
    counted = Dialled(), Dialled()
    dialled = Dialled()
    for one in outside_sockets(trace, options):
        incoming, *place = _place(one, by)
        counted[incoming].add(*place)
        if not incoming:
            proto, port = one.service
            dialled.add(proto, 0, port)
    places = frozenset(
        (bool(incoming), proto, address, port)
        for incoming, found in enumerate(counted)
        for proto, address, port, _ in found.most()[:PLACES_NAMED]
    )
    services = frozenset((proto, port) for proto, _, port, _ in dialled.most()[:PORTS_NAMED])
    return places, services


def _is_directed(one: OutsideSocket, local_range: tuple[int, int] | None) -> bool:
    """Whether it is known who the client is: not where the local port is none that the kernel
    chooses and the other one is, as of a server whose listener is gone (rule 11)."""
    if one.incoming or local_range is None:
        return True
    first, last = local_range
    return first <= one.local_port <= last or not first <= one.remote_port <= last


def _keep(samples: list[Sample], one: OutsideSocket) -> None:
    """Put a connection among the smallest, if it is one of them."""
    first = (one.remote, one.remote_port), (one.local, one.local_port)
    (address, port), (other, other_port) = first if one.incoming else first[::-1]
    start = _text(address), port
    if len(samples) == SAMPLES:
        if start > samples[-1][:2]:
            return  # as most do, so it is decided before the rest of it is put into words
        if (*start, _text(other), other_port) >= samples[-1]:
            return
        del samples[-1]
    insort(samples, (*start, _text(other), other_port))


def _text(address: int) -> str:
    """What ``format_address`` gives, sooner."""
    if is_ipv4(address):
        return socket.inet_ntoa((address & 0xFFFFFFFF).to_bytes(4, "big"))
    return format_address(address)
