"""Graphs as they would be with other names: an original, read through the map of its names.

Nothing here is shared with what does the replacing: the map is read as the document that it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Mapping, Set
from dataclasses import replace
from typing import Any

from netviz.graph import Flow, Graph, Listener, Machine, Node

UNTOLD = "made of format 1, which does not tell what could not be read"
"""What format 2 has to say of what was of format 1."""

NodeKey = tuple[Hashable, ...]
FlowKey = tuple[Hashable, ...]
Ends = tuple[frozenset[NodeKey], str]
"""Two nodes, or one, and a protocol."""


class Reader:
    """Tells what stands for what; without a map everything stands for itself."""

    def __init__(self, document: Mapping[str, Any] | None = None) -> None:
        document = document or {}
        self._same = not document
        self._names: Mapping[str, Mapping[str, str]] = document.get("names", {})
        self._users: Mapping[str, int] = document.get("users", {})
        self._addresses: Mapping[str, str] = document.get("addresses", {})

    def name(self, kind: str, name: str) -> str:
        return self._names.get(kind, {}).get(name, name)

    def user(self, uid: int | None) -> int | None:
        return uid if uid is None else self._users.get(str(uid), uid)

    def address(self, address: str) -> str:
        return self._addresses.get(address, address)

    def path(self, path: str, last: str = "path") -> str:
        if self._same:
            return path
        if path.startswith("@"):
            return "@" + self.name("abstract", path[1:])
        folders, slash, file = path.rpartition("/")
        file = re.sub(r"^.*?(?=( \(deleted\))?$)", lambda m: self.name(last, m[0]), file)
        return "/".join(self.name("path", part) for part in folders.split("/")) + slash + file

    def unit(self, unit: str | None) -> str | None:
        if unit is None or self._same:
            return unit
        if found := re.fullmatch(r"(user@|user-)(\d+)(\..*)", unit):
            return f"{found[1]}{self.user(int(found[2]))}{found[3]}"
        if unit == "init.scope" or re.fullmatch(r"session-\d+\.scope", unit):
            return unit
        name, dot, kind = unit.rpartition(".")
        if kind == "slice":
            return self.name("slice", name) + dot + kind
        template, at, instance = name.partition("@")
        return self.name("unit", template) + at + self.name("instance", instance) + dot + kind

    def container(self, container: str | None) -> str | None:
        if container is None or self._same:
            return container
        engine, _, name = container.replace("/", ":").rpartition(":")
        if engine.startswith("pod "):
            pod = self.name("pod", engine[4:].replace("-", ""))
            engine = "pod " + re.sub("(.{8})(.{4})(.{4})(.{4})(.{12}).*", r"\1-\2-\3-\4-\5", pod)
        ids = self._names["container-id"].items()
        inside = next((new[:12] for old, new in ids if old[:12] == name), None)
        separator = "/" if engine.startswith("pod ") else ":"
        return f"{engine}{separator}{inside or self.name('container', name)}"

    def label(self, node: Node) -> str:
        """What is shown: the name, what an interpreter runs, a unit, an application of a snap."""
        if self._same or node.name is None or node.label == node.name or node.label == "?":
            return self.name("process", node.label)
        program = node.label.removeprefix(f"{node.name} ")
        if program in self._names["program"]:
            shown = self.name("program", program)
        elif (node.security or "").startswith("snap."):
            shown = self.name("process", program)
        else:
            shown = (self.unit(f"{program}.service") or "").removesuffix(".service")
        return f"{self.name('process', node.name)} {shown}"

    def security(self, label: str | None) -> str | None:
        if label is None or self._same:
            return label
        if found := re.fullmatch(r"snap\.([^.]+)\.([^ ]+)(.*)", label):
            snap, application = self.name("label", found[1]), self.name("process", found[2])
            return f"snap.{snap}.{application}{found[3]}"
        if label.count(":") > 1:
            return ":".join(self.name("label", field) for field in label.split(":", 4))
        bare, mode = re.fullmatch(r"(.*?)( \([a-z]+\))?", label, re.DOTALL).groups()  # type: ignore[union-attr]
        return self.name("label", bare) + (mode or "")

    def netns(self, netns: str | None) -> str | None:
        return None if netns is None else self.name("netns", netns)


def nodes(graph: Graph, reader: Reader) -> dict[str, NodeKey]:
    """Each node by its id as what it is; two nodes are never the same."""
    names = {machine.id: reader.name("host", machine.name) for machine in graph.machines}
    found = {node.id: _node(node, names, reader) for node in graph.nodes}
    assert len(set(found.values())) == len(found)
    return found


def machines(graph: Graph, reader: Reader) -> Counter[tuple[Hashable, ...]]:
    """The machines; of what their capture could not see no examples, and no lines left out."""
    return Counter(_machine(machine, reader) for machine in graph.machines)


def flows(graph: Graph, reader: Reader, either_way: Set[Ends] = frozenset()) -> Counter[FlowKey]:
    """The flows. Which end of an undirected one comes first depends on the names, so it is let be.

    So does which of its two ports it has, and so with which others between the same nodes it is
    one flow: of ``either_way``, what has such a flow in either graph, the connections are counted.
    So do the samples of a flow of many connections, the smallest of them.
    """
    known = nodes(graph, reader)
    names = {machine.id: reader.name("host", machine.name) for machine in graph.machines}
    found: Counter[FlowKey] = Counter()
    for flow in graph.flows:
        if graph.level != "connection" and flow.port is not None:
            ends = _ends(flow, known)
            if ends in either_way:
                for match, connections in flow.matches.items():
                    found[(ends, match)] += connections
                continue
        if flow.directed or flow.port is None:
            found[_flow(flow, known, names, reader)] += 1
            continue
        for match, connections in flow.matches.items():
            one = replace(flow, connections=1, match=match, matches={match: 1})
            found[_flow(one, known, names, reader)] += connections
    return found


def undirected(graph: Graph, reader: Reader) -> set[Ends]:
    """Between which nodes, in which protocol, there are flows without a direction."""
    known = nodes(graph, reader)
    return {
        _ends(flow, known) for flow in graph.flows if not flow.directed and flow.port is not None
    }


def _ends(flow: Flow, known: Mapping[str, NodeKey]) -> Ends:
    return frozenset((known[flow.source], known[flow.target])), flow.proto


def coverage(graph: Graph, reader: Reader) -> dict[str, Any]:
    """Every number of the coverage."""
    numbers = {name: getattr(graph.coverage, name) for name in graph.coverage.__slots__}
    numbers["missing"] = Counter(
        (one.proto, reader.address(one.address), one.port, one.sockets)
        for one in graph.coverage.missing
    )
    return numbers


def assert_same_picture(
    original: Graph, anonymous: Graph, document: Mapping[str, Any], forged: int = 0
) -> None:
    """One is the other, node for node and flow for flow, under the names of the map.

    ``forged`` lines of unix sockets, known to be parts of names, count in the original alone.
    """
    there, here = Reader(document), Reader()
    assert machines(anonymous, here) == machines(original, there)
    assert Counter(nodes(anonymous, here).values()) == Counter(nodes(original, there).values())
    either_way = undirected(anonymous, here) | undirected(original, there)
    assert flows(anonymous, here, either_way) == flows(original, there, either_way)
    counted = coverage(anonymous, here)
    counted["other"] = counted["other"] | {"unix": counted["other"]["unix"] + forged}
    assert counted == coverage(original, there)


def _machine(machine: Machine, reader: Reader) -> tuple[Hashable, ...]:
    problems = [problem.partition(", such as")[0] for problem in machine.problems]
    return (
        reader.name("host", machine.name),
        frozenset(map(reader.address, machine.addresses)),
        machine.captured,
        frozenset(one for one in problems if one != UNTOLD and "could not be read" not in one),
    )


def _node(node: Node, names: Mapping[str, str], reader: Reader) -> NodeKey:
    return (
        names[node.machine],
        reader.netns(node.netns),
        None if node.name is None else reader.name("process", node.name),
        reader.label(node),
        node.pids,
        reader.user(node.uid),
        reader.security(node.security),
        reader.unit(node.unit),
        reader.container(node.container),
        None if node.exe is None else reader.path(node.exe, "process"),
        node.caps,
        node.owner,
        frozenset(_listener(listener, reader) for listener in node.listeners),
    )


def _listener(listener: Listener, reader: Reader) -> tuple[Hashable, ...]:
    kinds = {
        "unix": reader.path,
        "packet": lambda name: reader.name("interface", name),
    }
    address = kinds.get(listener.proto, reader.address)(listener.address)
    return listener.proto, address, listener.port


def _flow(
    flow: Flow, known: Mapping[str, NodeKey], names: Mapping[str, str], reader: Reader
) -> FlowKey:
    ends: Hashable = (known[flow.source], known[flow.target], flow.port)
    samples = [
        ((reader.address(one), port), (reader.address(other), other_port))
        for one, port, other, other_port in flow.samples
    ]
    if not flow.directed:
        ends = frozenset({known[flow.source], known[flow.target]})
        samples = [min((one, other), (other, one)) for one, other in samples]
    return (
        ends,
        flow.directed,
        flow.proto,
        None if flow.path is None else reader.path(flow.path),
        flow.connections,
        flow.match,
        tuple(sorted(flow.matches.items())),
        frozenset(names[machine] for machine in flow.via),
        None if flow.dialled is None else (reader.address(flow.dialled[0]), flow.dialled[1]),
        tuple(sorted(samples)) if flow.connections == len(samples) else len(samples),
    )
