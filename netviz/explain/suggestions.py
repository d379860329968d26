"""What else there is, for somebody who asked about an endpoint that no socket has."""

from __future__ import annotations

from collections import Counter

from netviz.addresses import format_address
from netviz.explain.endpoint import Endpoint
from netviz.join.trace import Trace

SHOWN = 5
"""How many endpoints of each kind are named."""


def near_endpoints(trace: Trace, asked: Endpoint) -> str:
    """The endpoints with the same address or the same port that most sockets have; may be empty."""
    same_address: Counter[str] = Counter()
    same_port: Counter[str] = Counter()

    def look(address: int, port: int) -> None:
        if address == asked.address and port:
            same_address[f"{port}"] += 1
        elif port == asked.port:
            same_port[format_address(address)] += 1

    for socket in trace.connected(lambda *_: True):
        look(socket.local, socket.local_port)
        look(socket.remote, socket.remote_port)
    for sockets in trace.listeners.bound:
        for bound in sockets:
            look(bound.address, bound.port)
    for outcome in trace.sctp:
        association = outcome.socket.association
        for address in association.local:
            look(address, association.local_port)
        for address in association.remote:
            look(address, association.remote_port)
    parts = []
    if same_address and asked.address is not None:
        parts.append(f"sockets of {format_address(asked.address)} have port {_most(same_address)}")
    if same_port:
        parts.append(f"port {asked.port} is on {_most(same_port)}")
    return "; ".join(parts)


def _most(counts: Counter[str]) -> str:
    ordered = sorted(counts, key=lambda text: (-counts[text], text))
    more = len(ordered) - SHOWN
    return ", ".join(ordered[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")
