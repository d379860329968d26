"""Graphs written as a few words, for the tests of the questions."""

from __future__ import annotations

from netviz.graph import Coverage, Flow, Graph, Listener, Machine, Node, Sample


def node(
    name: str, *listeners: Listener, uid: int | None = 1000, security: str | None = None
) -> Node:
    """``machine/process`` with listeners."""
    machine, _, process = name.partition("/")
    return Node(
        id=name,
        machine=machine,
        name=process or None,
        label=process or machine,
        uid=uid,
        security=security,
        listeners=listeners,
    )


def flow(
    source: str,
    target: str,
    port: int = 80,
    *samples: Sample,
    count: int = 0,
    directed: bool = True,
) -> Flow:
    """Connections to a TCP port: as many as ``count`` says, else as there are samples."""
    connections = count or len(samples) or 1
    return Flow(
        source,
        target,
        "tcp",
        port,
        connections,
        "reciprocal",
        {"reciprocal": connections},
        directed=directed,
        samples=samples,
    )


def graph(*nodes: Node, flows: tuple[Flow, ...] = (), level: str = "service") -> Graph:
    machines = tuple(Machine(name, name) for name in sorted({node.machine for node in nodes}))
    return Graph(machines, nodes, flows, Coverage(), level)
