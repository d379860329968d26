"""The JSON of flows read back: a document of docs/json-output.md becomes a graph again.

Everything in it is checked, since anybody may have written it. Keys that are not known are passed
over, as newer versions of netviz may add some.
"""

from __future__ import annotations

from typing import Any

from netviz.graph import MATCHES, Coverage, Flow, Graph, Listener, Machine, Node, Unjoined
from netviz.render.json_flows import VERSION
from netviz.snapshot import checks
from netviz.snapshot.faults import Fault, mismatch

LEVELS = ("connection", "process", "service")
"""Levels of which services can be told apart."""

OWNERS = (None, "none", "unseen", "outside")

_LAST = 1e15
"""Times are below it: see ``netviz.render.json_flows``."""

_ANOTHER_LEVEL = "write it with netviz-stitch -f json, without --group-by"
_DAMAGED = "write it again with netviz-stitch -f json"


def is_flows(document: object) -> bool:
    """Whether a JSON value says that it is a document of flows."""
    return isinstance(document, dict) and "netviz_flows" in document


def to_graph(document: dict[str, Any]) -> Graph:
    """The graph; of its coverage only ``unjoined`` is read, and no samples are. Raises Fault."""
    try:
        return _graph(document)
    except Fault as fault:
        if fault.advice != _ANOTHER_LEVEL:
            fault.advice = _DAMAGED
        raise


def options_of(document: dict[str, Any]) -> tuple[str, ...]:
    """The options that changed what is in the document, sorted. Raises Fault."""
    try:
        return tuple(sorted({*_texts(document, "options")}))
    except Fault as fault:
        fault.advice = _DAMAGED
        raise


def _graph(document: dict[str, Any]) -> Graph:
    version = document.get("netviz_flows")
    if version != VERSION:
        raise mismatch("netviz_flows", f"version {VERSION}", version)
    level = checks.text(document.get("level"), "level") or "service"
    if level not in LEVELS:
        raise Fault(f"holds flows of level {level}, not of services", "level", _ANOTHER_LEVEL)
    machines = tuple(_machine(*entry) for entry in _entries(document, "machines"))
    known = {machine.id for machine in machines}
    nodes = tuple(_node(*entry, known) for entry in _entries(document, "nodes"))
    ids = {node.id for node in nodes}
    flows = tuple(_flow(*entry, ids) for entry in _entries(document, "flows"))
    coverage = _coverage(document.get("coverage"), known)
    return Graph(machines, nodes, flows, coverage, level)


def _entries(parent: dict[str, Any], key: str, where: str = "") -> list[tuple[dict[str, Any], str]]:
    """The objects in a list, each with its place."""
    place = f"{where}.{key}" if where else key
    values = checks.sequence(parent.get(key), place)
    return [
        (checks.mapping(value, f"{place}[{number}]"), f"{place}[{number}]")
        for number, value in enumerate(values)
    ]


def _machine(entry: dict[str, Any], where: str) -> Machine:
    return Machine(
        id=_text(entry, "id", where),
        name=_text(entry, "name", where),
        captured=_times(entry.get("captured"), f"{where}.captured"),
        problems=_texts(entry, "problems", where),
    )


def _times(value: object, where: str) -> tuple[float, float] | None:
    if value is None:
        return None
    times = checks.sequence(value, where)
    if len(times) != 2 or not all(type(t) in (int, float) and abs(t) < _LAST for t in times):
        raise mismatch(where, "two times in unix seconds", value)
    return float(times[0]), float(times[1])


def _node(entry: dict[str, Any], where: str, machines: set[str]) -> Node:
    owner = entry.get("owner")
    if owner not in OWNERS:
        raise mismatch(f"{where}.owner", "one of none, unseen, outside, or null", owner)
    machine = _text(entry, "machine", where)
    if machine not in machines and owner != "outside":
        raise mismatch(f"{where}.machine", "the id of a machine", machine)
    return Node(
        id=_text(entry, "id", where),
        machine=machine,
        name=checks.text(entry.get("name"), f"{where}.name"),
        label=_text(entry, "label", where),
        netns=checks.text(entry.get("netns"), f"{where}.netns"),
        uid=checks.integer(entry.get("uid"), f"{where}.uid"),
        security=checks.text(entry.get("security"), f"{where}.security"),
        unit=checks.text(entry.get("unit"), f"{where}.unit"),
        container=checks.text(entry.get("container"), f"{where}.container"),
        owner=owner,
        listeners=tuple(_listener(*one) for one in _entries(entry, "listeners", where)),
    )


def _listener(entry: dict[str, Any], where: str) -> Listener:
    return Listener(
        _text(entry, "proto", where),
        _text(entry, "address", where),
        checks.integer(entry.get("port"), f"{where}.port"),
    )


def _flow(entry: dict[str, Any], where: str, nodes: set[str]) -> Flow:
    ends = [_text(entry, end, where) for end in ("source", "target")]
    for name, end in zip(("source", "target"), ends, strict=True):
        if end not in nodes:
            raise mismatch(f"{where}.{name}", "the id of a node", end)
    match = _text(entry, "match", where)
    if match not in MATCHES:
        raise mismatch(f"{where}.match", "a kind of match", match)
    directed = checks.boolean(entry.get("directed"), f"{where}.directed")
    matches = checks.mapping(entry.get("matches"), f"{where}.matches")
    return Flow(
        source=ends[0],
        target=ends[1],
        proto=_text(entry, "proto", where),
        port=checks.integer(entry.get("port"), f"{where}.port"),
        connections=_integer(entry, "connections", where, least=1),
        match=match,
        matches={kind: 1 for kind in MATCHES if kind in matches},
        directed=directed is not False,
        path=checks.text(entry.get("path"), f"{where}.path"),
        via=_texts(entry, "via", where),
    )


def _coverage(value: object, machines: set[str]) -> Coverage:
    entries = _entries(checks.mapping(value, "coverage"), "unjoined", "coverage")
    return Coverage(unjoined=tuple(_unjoined(*entry, machines) for entry in entries))


def _unjoined(entry: dict[str, Any], where: str, machines: set[str]) -> Unjoined:
    return Unjoined(
        node=_node(checks.mapping(entry.get("node"), f"{where}.node"), f"{where}.node", machines),
        proto=_text(entry, "proto", where),
        port=_integer(entry, "port", where),
        is_client=checks.boolean(entry.get("client"), f"{where}.client") is not False,
        machine=checks.text(entry.get("machine"), f"{where}.machine"),
        reason=_text(entry, "reason", where),
        sockets=_integer(entry, "sockets", where, least=1),
    )


def _integer(entry: dict[str, Any], key: str, where: str, least: int = 0) -> int:
    place = f"{where}.{key}"
    found = checks.integer(entry.get(key), place, least=least)
    if found is None:
        raise Fault("is missing", place)
    return found


def _text(entry: dict[str, Any], key: str, where: str) -> str:
    place = f"{where}.{key}"
    found = checks.text(entry.get(key), place)
    if found is None:
        raise Fault("is missing", place)
    return found


def _texts(entry: dict[str, Any], key: str, where: str = "") -> tuple[str, ...]:
    place = f"{where}.{key}" if where else key
    return tuple(
        checks.text(value, f"{place}[{number}]") or ""
        for number, value in enumerate(checks.sequence(entry.get(key), place))
    )
