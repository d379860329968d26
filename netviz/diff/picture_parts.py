"""What the picture of differences is made of: its boxes, and what is marked on them."""

from __future__ import annotations

from dataclasses import dataclass, field

from netviz.diff.differences import Differences
from netviz.diff.keys import ServiceKey
from netviz.diff.wording import listener_what, service_changes, service_name
from netviz.graph import OUTSIDE, Coverage, Flow, Graph, Machine, Node
from netviz.render.text import shortened
from netviz.render.wording import LONGEST


@dataclass(slots=True)
class Marks:
    """Of one service: its own change (empty for none), lines about that, and about listeners, each
    with its change."""

    change: str = ""
    about: list[str] = field(default_factory=list)
    listeners: list[tuple[str, str]] = field(default_factory=list)


def marked_services(found: Differences) -> dict[ServiceKey, Marks]:
    """All services that differ, or are an end of what does, sorted."""
    marks: dict[ServiceKey, Marks] = {}
    for service in found.services:
        mark = marks.setdefault(service.key, Marks())
        mark.change = service.change
        if service.old is not None and service.new is not None:
            mark.about = service_changes(service.old, service.new)
    for listener in found.listeners:
        mark = marks.setdefault(listener.key.service, Marks())
        mark.listeners.append((listener.change, listener_what(listener)))
    for flow in found.flows:
        marks.setdefault(flow.key.client, Marks())
        marks.setdefault(flow.key.server, Marks())
    return {key: marks[key] for key in sorted(marks)}


def as_graph(found: Differences, marks: dict[ServiceKey, Marks]) -> Graph:
    """A graph whose nodes are the services and whose flows are those that differ, in their order;
    the id of a node is its number."""
    ids = {key: f"n{number}" for number, key in enumerate(marks, 1)}
    machines = sorted({key.machine for key in marks if key.owner != OUTSIDE})
    return Graph(
        machines=tuple(Machine(f"machine {name}", name) for name in machines),
        nodes=tuple(_node(ids[key], key) for key in marks),
        flows=tuple(
            Flow(
                source=ids[flow.key.client],
                target=ids[flow.key.server],
                proto=flow.key.proto,
                port=flow.key.port,
                connections=flow.new or flow.old or 1,
                match="reciprocal",
                matches={},
                directed=flow.key.directed,
                path=flow.key.path or None,
            )
            for flow in found.flows
        ),
        coverage=Coverage(),
        level="service",
    )


def _node(identity: str, key: ServiceKey) -> Node:
    return Node(
        id=identity,
        machine="" if key.owner == OUTSIDE else f"machine {key.machine}",
        name=key.process,
        label=service_name(key),
        netns=key.namespace or None,
        unit=shortened(key.unit, LONGEST) or None,
        container=key.container or None,
        owner=key.owner or None,
    )
