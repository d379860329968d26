"""The outside in a graph: a node for each network or service, in and out apart."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from netviz.graph import OUTSIDE, Flow, Node, Seen
from netviz.ids import outside_id
from netviz.join.outside import OutsideCount, OutsideKey
from netviz.loops.results import End

NOWHERE = ""
"""The machine of a node outside of the group."""


def outside_graph(
    counts: Mapping[OutsideKey, OutsideCount],
    by: str,
    node_of_end: Callable[[End], str],
    seen: Callable[[Collection[int]], Seen | None],
) -> tuple[list[Node], list[Flow]]:
    """The nodes outside, and the flows between them and those of the group.

    ``by`` is what they were counted by; ``node_of_end`` gives the node of an end in the group,
    ``seen`` tells when what sets of samples list was seen.
    Flows of one place are not folded yet.
    """
    nodes: dict[str, Node] = {}
    flows = []
    for key, count in counts.items():
        inner, outer = node_of_end(key.end), _node(key, by)
        nodes[outer.id] = outer
        source, target = (outer.id, inner) if key.incoming else (inner, outer.id)
        flows.append(
            Flow(
                *(source, target, key.proto, key.port, count.connections),
                match=key.kind,
                matches={key.kind: count.connections},
                directed=key.directed,
                samples=tuple(count.samples),
                seen=seen(count.seen),
            )
        )
    return list(nodes.values()), flows


def _node(key: OutsideKey, by: str) -> Node:
    way = "from" if key.incoming else "to"
    if not key.place:
        label = f"{way} elsewhere"
    elif by == "network":
        label = f"{way} {key.place}"
    else:
        label = f"from outside to {key.place}" if key.incoming else f"to {key.place} outside"
    return Node(
        id=outside_id(way, key.place), machine=NOWHERE, name=None, label=label, owner=OUTSIDE
    )
