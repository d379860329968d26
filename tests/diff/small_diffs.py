"""Small graphs in few words, and their differences in a form that reads well."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from netviz.diff.compare import DEFAULT_FACTOR, compare
from netviz.diff.differences import Differences
from netviz.diff.keys import ServiceKey
from netviz.graph import Coverage, Flow, Graph, Listener, Machine, Node


def node(name: str, *listeners: Listener, **fields: Any) -> Node:
    """``machine/process`` with listeners; ``machine/?`` is held by nobody that was seen."""
    machine, _, process = name.partition("/")
    given: dict[str, Any] = {"machine": machine, "name": process, "label": process, "uid": 1000}
    if process.startswith("?"):
        given |= {"name": None, "label": "?", "uid": None, "owner": process[1:] or "unseen"}
    identity = f"{name} {listeners} {sorted(fields.items(), key=str)}"
    return Node(id=identity, listeners=listeners, **(given | fields))


def tcp(port: int, address: str = "0.0.0.0") -> Listener:
    return Listener("tcp", address, port)


def flow(client: Node, server: Node, port: int | None = 80, count: int = 1, **fields: Any) -> Flow:
    given: dict[str, Any] = {"match": "reciprocal", "proto": "tcp", **fields}
    matches = {given["match"]: count}
    return Flow(client.id, server.id, port=port, connections=count, matches=matches, **given)


def graph(*nodes: Node, flows: tuple[Flow, ...] = (), machines: tuple[Machine, ...] = ()) -> Graph:
    """Machines that are not given are those of the nodes, all of which could be read."""
    named = {machine.id for machine in machines}
    others = sorted({node.machine for node in nodes if node.machine} - named)
    return Graph(
        (*machines, *(Machine(name, name) for name in others)), nodes, flows, Coverage(), "service"
    )


def differences(old: Graph, new: Graph, factor: Fraction = DEFAULT_FACTOR) -> Differences:
    """As ``compare`` finds them; the other way round it has to find the mirror image."""
    found = compare(old, new, factor)
    assert mirrored(found) == without_notes(compare(new, old, factor))
    return found


def told(found: Differences) -> list[tuple[object, ...]]:
    """(change, what, old, new) of each difference."""
    return [
        *(
            (s.change, _name(s.key), s.old and s.old.users, s.new and s.new.users)
            for s in found.services
        ),
        *(
            (s.change, f"{_name(s.key.service)} {s.key.proto}/{s.key.port}", s.old, s.new)
            for s in found.listeners
        ),
        *(
            (
                s.change,
                f"{_name(s.key.client)} {'>' if s.key.directed else '-'} {_name(s.key.server)}"
                f" {s.key.proto}/{s.key.port}",
                s.old,
                s.new,
            )
            for s in found.flows
        ),
    ]


def gaps(found: Differences) -> list[tuple[str, str, str, int, int, int]]:
    return [(g.machine, g.side, g.reason, g.services, g.listeners, g.flows) for g in found.gaps]


Mirrored = tuple[object, ...]


def mirrored(found: Differences) -> Mirrored:
    """What the comparison the other way round has to be."""
    other = {"old": "new", "new": "old"}
    return (
        found.new,
        found.old,
        [(s.key, s.new, s.old) for s in found.services],
        [(s.key, s.new, s.old) for s in found.listeners],
        [(s.key, s.new, s.old) for s in found.flows],
        sorted((g.machine, other[g.side], *_counts(g)) for g in found.gaps),
    )


def without_notes(found: Differences) -> Mirrored:
    return (
        found.old,
        found.new,
        [(s.key, s.old, s.new) for s in found.services],
        [(s.key, s.old, s.new) for s in found.listeners],
        [(s.key, s.old, s.new) for s in found.flows],
        sorted((g.machine, g.side, *_counts(g)) for g in found.gaps),
    )


def _counts(gap: object) -> tuple[object, ...]:
    return tuple(getattr(gap, name) for name in ("reason", "services", "listeners", "flows"))


def _name(key: ServiceKey) -> str:
    return f"{key.machine}/{key.process}{' ' + key.program if key.program else ''}"
