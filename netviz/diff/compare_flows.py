"""Flows of two sides: which came and went, and which have far more or fewer connections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from netviz.diff.blind import Blindness, BlindSpots, Gaps
from netviz.diff.differences import NEW, OLD, Difference, FlowDifference
from netviz.diff.keys import FlowKey, ServiceKey
from netviz.diff.likeness import Flows
from netviz.diff.side import Connections, Side, is_ephemeral

Counted = dict[FlowKey, Connections]


@dataclass(frozen=True, slots=True)
class FlowsCompared:
    """``uncertain`` are services of which a flow could not be compared, and why."""

    differences: tuple[FlowDifference, ...]
    uncertain: dict[ServiceKey, Blindness]


def compare_flows(
    old: Side,
    new: Side,
    factor: Fraction,
    unseen: Mapping[str, BlindSpots],
    gaps: Mapping[str, Gaps],
) -> FlowsCompared:
    """The differences, sorted. What could not be compared is counted in ``gaps``, by side."""
    differences: list[FlowDifference] = []
    uncertain: dict[ServiceKey, Blindness] = {}
    befores, afters = _chosen_ports_merged(old.flows, new.flows)
    all_of = {OLD: Flows(befores), NEW: Flows(afters)}
    for key in sorted(befores.keys() | afters.keys(), key=_order):
        before, after = befores.get(key), afters.get(key)
        if before is not None and after is not None:
            if not far_apart(before.count, after.count, factor):
                continue
            fewer = OLD if before.count < after.count else NEW
            blindness = unseen[fewer].of_count(key, after if fewer == OLD else before)
            if blindness is not None:
                gaps[fewer].add(blindness, "flows")
            else:
                differences.append(Difference(key, before.count, after.count))
            continue
        blind = OLD if before is None else NEW
        blindness = unseen[blind].of_flow(key, before or after or Connections())
        if blindness is not None:
            gaps[blind].add(blindness, "flows")
            uncertain.setdefault(key.client, blindness)
            uncertain.setdefault(key.server, blindness)
        elif not _is_known_there(key, all_of[blind]):
            differences.append(
                Difference(key, before.count if before else None, after.count if after else None)
            )
    return FlowsCompared(tuple(differences), uncertain)


def far_apart(count: int, other: int, factor: Fraction) -> bool:
    """Whether one of two different counts is at least ``factor`` times the other."""
    return count != other and max(count, other) >= factor * min(count, other)


def _is_known_there(key: FlowKey, flows: Flows) -> bool:
    """Whether one of the other side's flows is this one, seen better or worse.

    Sockets that nobody holds are of connections that are being closed: such a flow is that of
    whatever service had it, but no reason to take that service's for seen.
    """
    if not key.directed or key.client.is_unheld or key.server.is_unheld:
        return any(flows.like(key))
    ends = {key.client, key.server}
    return any(
        not other.directed and {other.client, other.server} == ends for other in flows.like(key)
    )


def _chosen_ports_merged(old: Counted, new: Counted) -> tuple[Counted, Counted]:
    """The flows of both sides; where those between two services go to a port that the kernel may
    have chosen before, and to another one after, all such ports are one without a number."""
    movable = _movable(old, new) & _movable(new, old)

    def merged(flows: Counted) -> Counted:
        found: Counted = {}
        for key, connections in flows.items():
            if is_ephemeral(key.port) and _anywhere(key) in movable:
                key = _anywhere(key)
            sums = found.setdefault(key, Connections())
            sums.count += connections.count
            sums.via |= connections.via
        return found

    return merged(old), merged(new)


def _movable(flows: Counted, other: Counted) -> set[FlowKey]:
    return {
        _anywhere(key)
        for key in flows
        if key not in other and key.port is not None and is_ephemeral(key.port)
    }


def _anywhere(key: FlowKey) -> FlowKey:
    return key._replace(port=None)


def _order(key: FlowKey) -> tuple[object, ...]:
    port = -1 if key.port is None else key.port
    return key.client, key.server, key.proto, port, key.path, key.directed
