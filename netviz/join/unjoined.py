"""Whose sockets they are that were joined with none, though their other end may be in the group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from netviz.addresses import AMBIGUOUS
from netviz.graph import Machine, Unjoined
from netviz.join.nodes import Nodes
from netviz.join.sctp import SctpOutcome
from netviz.join.trace import Trace
from netviz.join.verdicts import NO_LISTENER
from netviz.loops import left_over
from netviz.loops.results import End
from netviz.node_levels import coarser_nodes
from netviz.tables import SYN_SENT, TIME_WAIT

SEVERAL_ENDS = "several other ends are possible"
NOT_ANSWERED = "not answered yet"

REFUTED = frozenset({NO_LISTENER, NOT_ANSWERED})
"""Reasons that mean: there is no such connection."""


class _What(NamedTuple):
    """What unjoined sockets of one holder have in common; ``machine`` is empty for several."""

    proto: str
    port: int
    is_client: bool
    machine: str
    reason: str


class _Left(NamedTuple):
    """A socket; ``there`` is the namespace that has its remote address, negative for several."""

    end: End
    proto: str
    port: int
    there: int
    reason: str


def unjoined(trace: Trace, nodes: Nodes, machines: Iterable[Machine]) -> tuple[Unjoined, ...]:
    """By service, protocol, server's port, role, machine and reason; sorted."""
    counts: Counter[tuple[str, _What]] = Counter()
    for one in chain(_sockets(trace), _associations(trace.sctp)):
        there = "" if one.there < 0 else nodes.machine_of(one.there)
        what = _What(one.proto, one.port, one.end.listener < 0, there, one.reason)
        counts[nodes.of_end(one.end), what] += 1
    holders = {node: nodes.node(node) for node, _ in counts}
    services, service_of = coarser_nodes(holders.values(), machines, "service")
    of_services: Counter[tuple[str, _What]] = Counter()
    for (node, what), number in counts.items():
        of_services[service_of[node], what] += number
    named = {service.id: service for service in services}
    return tuple(
        Unjoined(
            named[node],
            what.proto,
            what.port,
            what.is_client,
            what.machine or None,
            what.reason,
            number,
        )
        for (node, what), number in sorted(of_services.items())
    )


def _sockets(trace: Trace) -> Iterator[_Left]:
    for number in chain(*left_over(trace.target, trace.paired)):
        one, there = trace.candidate(number), trace.target[number]
        if one.state == TIME_WAIT:
            continue
        verdict = trace.verdicts.get(number)
        reason = NOT_ANSWERED if one.state == SYN_SENT else verdict.reason if verdict else ""
        listener = trace.listener[number]
        yield _Left(
            End(one.namespace, one.owner, listener, one.inode == 0),
            one.proto,
            one.remote_port if listener < 0 else one.local_port,
            there,
            SEVERAL_ENDS if there == AMBIGUOUS else reason,
        )


def _associations(outcomes: Iterable[SctpOutcome]) -> Iterator[_Left]:
    for one in outcomes:
        if one.fate not in ("ambiguous", "unmatched", "attempt"):
            continue
        association, end = one.socket.association, one.socket.end
        there = one.peer.namespaces if one.peer else ()
        reason = one.verdict.reason if one.verdict else SEVERAL_ENDS
        yield _Left(
            end,
            "sctp",
            association.remote_port if end.listener < 0 else association.local_port,
            there[0] if len(there) == 1 else AMBIGUOUS,
            NOT_ANSWERED if one.fate == "attempt" else reason,
        )
