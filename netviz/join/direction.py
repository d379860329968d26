"""Which end opened a connection, where no listener tells (rule 11)."""

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


def clients(
    fleet: Fleet,
    candidates: Candidates,
    addresses: Sequence[int],
    numbers: Sequence[int],
    target: Sequence[int],
) -> dict[int, bool]:
    """Whether candidates ``numbers`` are the clients, by conntrack or the port ranges of both ends.

    Of each the other end is in the namespace ``target``, and listeners do not tell. Left out are
    those of which nothing does.
    """
    found = {}
    sent = {
        i: ((candidates.namespace[i], tuple_), (target[i], (tuple_[0], *tuple_[3:], *tuple_[1:3])))
        for i in numbers
        for tuple_ in [tuple_of(candidates, i, addresses)]
    }
    first = opened(fleet, {one for both in sent.values() for one in both})
    for i, both in sent.items():
        told: list[bool | None] = [one in first for one in both]
        if told[0] == told[1]:
            told = [_is_ephemeral(fleet, namespace, of[2]) for namespace, of in both]
        if told[0] != told[1] and None not in told:
            found[i] = bool(told[0])
    return found


def _is_ephemeral(fleet: Fleet, namespace: int, port: int) -> bool | None:
    """Whether the kernel gives the port to clients there; None where its range is unknown."""
    ports = fleet.namespaces[namespace].local_port_range
    return None if ports is None else ports[0] <= port <= ports[1]


def opened(fleet: Fleet, wanted: set[tuple[int, Tuple]]) -> set[tuple[int, Tuple]]:
    """Those of ``wanted`` (namespace, tuple) that conntrack has as the original direction.

    Any namespace's conntrack may have seen the connection, but loopback is of one namespace only.
    """
    found: set[tuple[int, Tuple]] = set()
    if not wanted:
        return found  # a router may have a million entries
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
