"""``--around``: what can reach a node, and what it reaches, so many steps away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from netviz.graph import Graph
from netviz.patterns import fits


def around(graph: Graph, name: str, hops: int) -> Graph:
    """The nodes that ``name`` stands for, who calls them, and whom they call.

    ``name`` is a pattern for a node's label, name, unit or machine; ``hops`` how many steps to go,
    in each direction on its own: a caller's other servers are not around.
    """
    machines = {machine.id: machine.name for machine in graph.machines}
    start = {
        node.id
        for node in graph.nodes
        if fits(name, node.label, node.name, node.unit, machines.get(node.machine))
    }
    called: dict[str, list[str]] = {}
    callers: dict[str, list[str]] = {}
    for flow in graph.flows:
        called.setdefault(flow.source, []).append(flow.target)
        callers.setdefault(flow.target, []).append(flow.source)
        if not flow.directed:
            called.setdefault(flow.target, []).append(flow.source)
            callers.setdefault(flow.source, []).append(flow.target)
    down, up = _steps(start, called, hops), _steps(start, callers, hops)
    flows = tuple(
        flow
        for flow in graph.flows
        if down.get(flow.source, hops) < hops
        or up.get(flow.target, hops) < hops
        or (
            not flow.directed
            and (down.get(flow.target, hops) < hops or up.get(flow.source, hops) < hops)
        )
    )
    ends = start.union(*((flow.source, flow.target) for flow in flows))
    return replace(graph, nodes=tuple(node for node in graph.nodes if node.id in ends), flows=flows)


def _steps(start: Iterable[str], onward: Mapping[str, list[str]], hops: int) -> dict[str, int]:
    """How many steps away each node is, of those that are not farther than ``hops``."""
    away = dict.fromkeys(start, 0)
    edge = list(away)
    for step in range(1, hops + 1):
        edge = [end for node in edge for end in onward.get(node, ()) if end not in away]
        away.update(dict.fromkeys(edge, step))
    return away
