"""Sockets below a listener of the group that were joined with none: who is at their other end?
And sockets of the group that were not joined, but dial a listener: are they who it is?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from netviz.addresses import AMBIGUOUS, NOBODY, format_address
from netviz.fleet.ownership import local_addresses
from netviz.graph import Strangers
from netviz.join.nodes import Nodes
from netviz.join.trace import Trace
from netviz.tables import SYN_RECV, SYN_SENT

_NOT_SERVED = frozenset({SYN_SENT, SYN_RECV})
"""States in which nobody has been let in."""

ANY_TIME = 0
"""The number of the samples that list a socket of another machine: none of them is of this one."""


def strangers(trace: Trace, nodes: Nodes) -> tuple[Strangers, ...]:
    """How many sockets each listener has whose other end is outside, or not known; sorted.

    Not known is also of whom the sockets are that dial it and were not joined. Listeners of tcp,
    udp and udplite; only those that have any.
    """
    counts: dict[tuple[int, str, int, int], list[int]] = {}
    for listener, is_outside, number in _unjoined(trace):
        # Who holds an end may change: those of all times are counted together.
        end = trace.listeners.ends[listener]
        place = (end.namespace, end.proto, end.address, end.port)
        counts.setdefault(place, [0, 0])[not is_outside] += number
    found = []
    for (namespace, proto, address, port), (outside, unknown) in counts.items():
        machine, netns = nodes.place_of(namespace)
        text = format_address(address)
        found.append(Strangers(machine, netns, proto, text, port, outside, unknown))
    return tuple(sorted(found, key=lambda one: (one.machine, one.netns or "", *one[2:])))


def _unjoined(trace: Trace) -> Iterator[tuple[int, bool, int]]:
    """Numbers of listeners, whether nobody owns the remote end, and how many sockets are so."""
    for namespace, proto, table, inner in trace.selected.selections:
        listening = trace.listeners.ports.get((namespace, proto), ())
        local = local_addresses(table)
        # Sockets of a listener differ in nothing that is asked for: they are counted together.
        sets = table.seen or bytes(len(table))
        places = Counter(zip(table.local, table.local_port, table.state, sets, strict=True))
        places.subtract(
            (table.local[i], table.local_port[i], table.state[i], sets[i]) for i in inner
        )
        for (place, port, state, seen), number in places.items():
            if number and port in listening and state not in _NOT_SERVED:
                listener = trace.covering(namespace, proto, local[place], port, seen)
                if listener >= 0:
                    yield listener, True, number
    dialled: Counter[tuple[int, int, str, int, int]] = Counter()
    for candidate, is_paired in enumerate(trace.paired):
        if not is_paired:
            one, there = trace.candidate(candidate), trace.target[candidate]
            if one.state not in _NOT_SERVED:
                listener = trace.listener[candidate]
                if listener >= 0:
                    yield listener, there == NOBODY, 1
                elif there != NOBODY:
                    dialled[one.namespace, there, one.proto, one.remote, one.remote_port] += 1
    for (namespace, there, proto, remote, port), number in dialled.items():
        # Where several have the address, each of them may have been called.
        several = trace.book.owners(namespace, remote) if there == AMBIGUOUS else (there,)
        for owner in several:
            listener = trace.covering(owner, proto, remote, port, ANY_TIME)
            if listener >= 0:
                yield listener, False, number
