"""The sockets of a namespace without a remote end, each once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from netviz.fleet.sockets import BoundSocket, PacketSocket, TableSockets
from netviz.join.tenures import Tenure, Tenures


def bound_sockets(
    tables: Sequence[TableSockets], tenures: Tenures | None
) -> list[tuple[BoundSocket, Tenure | None]]:
    """The bound sockets of a namespace, each once however many samples list it, and their tenures,
    where these are told."""
    # Repeats within a sample are gone already; what is alike there is distinct.
    if len({table.sample for table in tables}) < 2:
        return [(socket, None) for table in tables for socket in table.bound]
    found: dict[tuple[BoundSocket, int], BoundSocket] = {}
    listed: dict[tuple[BoundSocket, int], tuple[str, list[int]]] = {}
    met: Counter[tuple[int, BoundSocket]] = Counter()
    for table in tables:
        for socket in table.bound:
            # Whoever holds it, and whatever uid it has: another sample may see less.
            same = socket._replace(owner=0, uid=0)
            key = same, met[(table.sample, same)]
            met[(table.sample, same)] += 1
            if key not in found or not found[key].owner:
                found[key] = socket
            if tenures is not None:
                listed.setdefault(key, (table.name, []))[1].append(table.sample)
    return [
        (socket, None if tenures is None else tenures.of(*listed[key]))
        for key, socket in found.items()
    ]


def packet_sockets(tables: Sequence[TableSockets]) -> list[PacketSocket]:
    """The packet sockets of a namespace, each once."""
    found: dict[PacketSocket, PacketSocket] = {}
    for table in tables:
        for packet in table.packet:
            anyones = packet._replace(owner=0)
            if anyones not in found or not found[anyones].owner:
                found[anyones] = packet
    return list(found.values())
