"""Folding flows: those between the same two nodes, to the same port, become one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from heapq import nsmallest

from netviz.graph import MATCHES, SAMPLES, Flow, Listed, Seen

Place = tuple[str, str, str, int | None, str | None]
"""Source, target, protocol, port and path: what flows that become one have in common."""


def fold_flows(flows: Iterable[Flow], node_of: Mapping[str, str]) -> tuple[Flow, ...]:
    """The flows between coarser nodes, sorted.

    ``node_of`` maps the node ids of ``flows`` to the coarser ones. A flow within one of those
    goes from it to itself. Ends are never turned: the port of a flow is its target's.
    """
    places: dict[Place, list[Flow]] = {}
    for flow in flows:
        source, target = node_of[flow.source], node_of[flow.target]
        place = (source, target, flow.proto, flow.port, flow.path)
        places.setdefault(place, []).append(flow)
    folded = [_folded(place, members) for place, members in places.items()]
    return tuple(sorted(folded, key=flow_order))


def flow_order(flow: Flow) -> tuple[object, ...]:
    """A key that sorts flows the same way in every run."""
    return (
        flow.source,
        flow.target,
        flow.proto,
        -1 if flow.port is None else flow.port,
        flow.path or "",
        flow.samples,
    )


def _folded(place: Place, flows: list[Flow]) -> Flow:
    source, target, proto, port, path = place
    counts = dict.fromkeys(MATCHES, 0)
    for flow in flows:
        for kind, count in flow.matches.items():
            counts[kind] += count
    dialled = {flow.dialled for flow in flows}
    return Flow(
        source=source,
        target=target,
        proto=proto,
        port=port,
        connections=sum(flow.connections for flow in flows),
        match=min({flow.match for flow in flows}, key=MATCHES.index),
        matches={kind: count for kind, count in counts.items() if count},
        directed=any(flow.directed for flow in flows),
        path=path,
        via=tuple(sorted({machine for flow in flows for machine in flow.via})),
        dialled=dialled.pop() if len(dialled) == 1 else None,
        samples=tuple(nsmallest(SAMPLES, (sample for flow in flows for sample in flow.samples))),
        seen=_seen_together([flow.seen for flow in flows if flow.seen is not None]),
    )


def _seen_together(seen: Sequence[Seen]) -> Seen | None:
    """What several were, seen as one: whenever one of them was."""
    if len(seen) < 2:
        return seen[0] if seen else None
    listed: dict[str, Listed] = {}
    for machine, snapshots, of in (one for each in seen for one in each.listed):
        known = listed.get(machine)
        listed[machine] = Listed(machine, snapshots | (known.snapshots if known else 0), of)
    return Seen(
        min((one.first for one in seen if one.first is not None), default=None),
        max((one.last for one in seen if one.last is not None), default=None),
        tuple(listed[machine] for machine in sorted(listed)),
    )
