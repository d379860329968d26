"""Sockets below a listener of the group that were joined with none: who is at their other end?"""

from __future__ import annotations

from collections.abc import Iterator

from netviz.addresses import NOBODY, format_address, is_ipv4
from netviz.fleet.sockets import CONNECTION_PROTOCOLS
from netviz.graph import Strangers
from netviz.join.nodes import Nodes
from netviz.join.trace import NO_CANDIDATE, Trace
from netviz.tables import SYN_RECV, SYN_SENT

_NOT_SERVED = frozenset({SYN_SENT, SYN_RECV})
"""States in which nobody has been let in."""


def strangers(trace: Trace, nodes: Nodes) -> tuple[Strangers, ...]:
    """How many sockets each listener has whose other end is outside, or not known; sorted.

    Listeners of tcp, udp and udplite; only those that have any.
    """
    counts: dict[int, list[int]] = {}
    for listener, is_outside in _unjoined(trace):
        counts.setdefault(listener, [0, 0])[not is_outside] += 1
    found = []
    for listener, (outside, unknown) in counts.items():
        end = trace.listeners.ends[listener]
        machine, netns = nodes.place_of(end.namespace)
        address = format_address(end.address)
        found.append(Strangers(machine, netns, end.proto, address, end.port, outside, unknown))
    return tuple(sorted(found, key=lambda one: (one.machine, one.netns or "", *one[2:])))


def _unjoined(trace: Trace) -> Iterator[tuple[int, bool]]:
    """Of each such socket the number of its listener, and whether nobody owns its remote end."""
    listening = bytearray(65536)
    for end in trace.listeners.ends:
        listening[end.port] = 1
    for socket in trace.connected(lambda local, remote: bool(listening[local])):
        candidate = socket.candidate
        if socket.state in _NOT_SERVED or (candidate != NO_CANDIDATE and trace.paired[candidate]):
            continue
        listener = trace.listeners.table.find(
            socket.namespace,
            CONNECTION_PROTOCOLS.index(socket.proto),
            socket.local_port,
            trace.known.add(socket.local),
            is_ipv4(socket.local),
        )
        if listener >= 0:
            yield listener, candidate == NO_CANDIDATE or trace.target[candidate] == NOBODY
