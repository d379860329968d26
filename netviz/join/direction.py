"""Which end opened a connection, where no listener tells: conntrack says (rule 11)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from netviz.addresses import is_loopback
from netviz.fleet.fleet import Fleet
from netviz.fleet.sockets import CONNECTION_PROTOCOLS
from netviz.fleet.translations import PROTOCOLS
from netviz.tables import Candidates, ConntrackColumns

Tuple = tuple[str, int, int, int, int]
"""Protocol, source address and port, destination address and port."""


def tuple_of(candidates: Candidates, i: int, addresses: Sequence[int]) -> Tuple:
    """The tuple of a candidate as the packets that it sends have it."""
    return (
        CONNECTION_PROTOCOLS[candidates.proto[i]],
        addresses[candidates.local[i]],
        candidates.local_port[i],
        addresses[candidates.remote[i]],
        candidates.remote_port[i],
    )


def opened(fleet: Fleet, wanted: set[tuple[int, Tuple]]) -> set[tuple[int, Tuple]]:
    """Those of ``wanted`` (namespace, tuple) that conntrack has as the original direction.

    Any namespace's conntrack may have seen the connection, but loopback is of one namespace only.
    """
    found = set()
    by_tuple: dict[Tuple, list[tuple[int, Tuple]]] = {}
    for namespace, sent in wanted:
        by_tuple.setdefault(sent, []).append((namespace, sent))
    for namespace, record in enumerate(fleet.namespaces):
        for entries in record.conntrack:
            for sent in _originals(entries):
                for asked in by_tuple.get(sent, ()):
                    if asked[0] == namespace or not is_loopback(sent[1]):
                        found.add(asked)
    return found


def _originals(entries: ConntrackColumns) -> Iterable[Tuple]:
    for i in range(len(entries)):
        proto = PROTOCOLS.get(entries.protocol[i])
        if proto is not None and entries.has_ports[i]:
            yield (
                proto,
                entries.original_source_hi[i] << 64 | entries.original_source_lo[i],
                entries.original_source_port[i],
                entries.original_destination_hi[i] << 64 | entries.original_destination_lo[i],
                entries.original_destination_port[i],
            )
