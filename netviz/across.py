"""Coarser pictures in which a node may span machines: subnets, and a person's own labels."""

from __future__ import annotations

from collections.abc import Callable

from netviz.graph import Graph, Node
from netviz.group import Ungrouped, ungrouped
from netviz.ids import grouped_id
from netviz.node_levels import merged

SEVERAL = ""
"""The machine of a node whose processes are on several machines."""


def merge_across(
    graph: Graph | Ungrouped, level: str, name_of: Callable[[Node], str | None]
) -> Graph:
    """The graph with one node for all nodes of one name; those without a name stay as they are.

    Flows are folded as ``netviz.group.group`` folds them.
    """
    whole = ungrouped(graph)
    members: dict[str, list[Node]] = {}
    names: dict[str, str] = {}
    node_of: dict[str, str] = {}
    kept = []
    for node in whole.nodes:
        name = name_of(node)
        identity = node.id if name is None else grouped_id(level, name)
        node_of[node.id] = identity
        if name is None:
            kept.append(node)
        else:
            members.setdefault(identity, []).append(node)
            names[identity] = name
    for identity, nodes in members.items():
        kept.append(_across({node.machine for node in nodes}, names[identity], identity, nodes))
    kept.sort(key=lambda node: node.id)
    return whole.grouped(tuple(kept), node_of, level)


def _across(machines: set[str], name: str, identity: str, nodes: list[Node]) -> Node:
    whole = merged(identity, nodes)
    whole.label = name
    if len(machines) > 1:
        whole.machine, whole.pids, whole.spans = SEVERAL, (), len(machines)
    return whole
