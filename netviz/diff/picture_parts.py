"""What the picture of differences is made of: its boxes and lines, and what is marked on them."""

from __future__ import annotations

from dataclasses import dataclass, field

from netviz.diff.differences import Differences
from netviz.diff.keys import ServiceKey
from netviz.diff.lasting import ANOTHER
from netviz.diff.wording import flow_what, listener_what, service_changes, service_name
from netviz.graph import OUTSIDE, Coverage, Flow, Graph, Machine, Node
from netviz.render.text import shortened
from netviz.render.wording import LONGEST

Marked = tuple[str, str]
"""A change, and what it is of in words."""


@dataclass(slots=True)
class Marks:
    """Of one service: its own change (empty for none), lines about that, about its listeners, and
    about flows from it to itself, which stand in its box: their lines would cross its own."""

    change: str = ""
    about: list[str] = field(default_factory=list)
    listeners: list[Marked] = field(default_factory=list)
    within: list[Marked] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Line:
    """Flows between two services of which one thing is told: one line, with a text for each."""

    client: ServiceKey
    server: ServiceKey
    change: str
    directed: bool
    texts: list[str] = field(default_factory=list)


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
        client = marks.setdefault(flow.key.client, Marks())
        marks.setdefault(flow.key.server, Marks())
        if flow.key.client == flow.key.server:
            client.within.append((flow.change, flow_what(flow)))
    return {key: marks[key] for key in sorted(marks)}


def drawn_lines(found: Differences) -> list[Line]:
    """The lines between different services, in the order of the flows."""
    lines: dict[object, Line] = {}
    for flow in found.flows:
        key = flow.key
        if key.client == key.server:
            continue
        place = key.client, key.server, flow.change, key.directed
        lines.setdefault(place, Line(*place)).texts.append(flow_what(flow))
    return list(lines.values())


def node_ids(marks: dict[ServiceKey, Marks]) -> dict[ServiceKey, str]:
    """The id in the picture of every service."""
    return {key: f"n{number}" for number, key in enumerate(marks, 1)}


def as_graph(ids: dict[ServiceKey, str], lines: list[Line]) -> Graph:
    """The services and lines as a graph, which tells what stands where."""
    machines = sorted({key.machine for key in ids if key.owner != OUTSIDE})
    return Graph(
        machines=tuple(Machine(f"machine {name}", name) for name in machines),
        nodes=tuple(_node(identity, key) for key, identity in ids.items()),
        flows=tuple(
            Flow(ids[line.client], ids[line.server], "", None, 1, "reciprocal", {})
            for line in lines
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
        netns="without a name" if key.namespace == ANOTHER else key.namespace or None,
        unit=shortened(key.unit, LONGEST) or None,
        container=key.container or None,
        owner=key.owner or None,
    )
