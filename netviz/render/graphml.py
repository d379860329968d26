"""The graph as GraphML (http://graphml.graphdrawing.org), for yEd, Gephi, networkx and others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape, quoteattr

from netviz.graph import Flow, Graph, Node
from netviz.render.moments import utc
from netviz.render.options import RenderOptions
from netviz.render.text import visible

Value = str | int | bool | None

NODE_KEYS = {
    "key": "string",
    "machine": "string",
    "label": "string",
    "name": "string",
    "netns": "string",
    "pids": "string",
    "uid": "long",
    "security": "string",
    "unit": "string",
    "container": "string",
    "owner": "string",
    "listeners": "string",
}
FLOW_KEYS = {
    "proto": "string",
    "port": "int",
    "path": "string",
    "connections": "long",
    "match": "string",
    "matches": "string",
    "directed": "boolean",
    "via": "string",
    "dialled": "string",
    "samples": "string",
    "label": "string",
    "seen_in": "long",
    "seen_of": "long",
    "first_seen": "string",
    "last_seen": "string",
}
"""The attributes, each with its type."""


def render(graph: Graph, format: str, options: RenderOptions) -> bytes:
    """The document in UTF-8. What XML cannot hold is written out, as everywhere it is shown."""
    return "".join(f"{line}\n" for line in _document(graph)).encode()


def _document(graph: Graph) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    for domain, keys in (("node", NODE_KEYS), ("edge", FLOW_KEYS)):
        for name, type_ in keys.items():
            yield (
                f'  <key id="{domain}_{name}" for="{domain}" attr.name="{name}" '
                f'attr.type="{type_}"/>'
            )
    yield '  <graph id="netviz" edgedefault="directed">'
    names = {machine.id: machine.name for machine in graph.machines}
    ids = {node.id: f"n{number}" for number, node in enumerate(graph.nodes, 1)}
    for node in graph.nodes:
        yield f"    <node id={quoteattr(ids[node.id])}>"
        yield from _values("node", _node(node, names))
        yield "    </node>"
    for number, flow in enumerate(graph.flows, 1):
        # Which end is the client is an attribute: readers do not take edges of both kinds.
        ends = f'source="{ids[flow.source]}" target="{ids[flow.target]}"'
        yield f'    <edge id="e{number}" {ends}>'
        yield from _values("edge", _flow(flow, names))
        yield "    </edge>"
    yield "  </graph>"
    yield "</graphml>"


def _values(domain: str, values: Mapping[str, Value]) -> Iterator[str]:
    for name, value in values.items():
        if value is not None:
            text = str(value).lower() if isinstance(value, bool) else visible(str(value))
            yield f'      <data key="{domain}_{name}">{escape(text)}</data>'


def _node(node: Node, names: Mapping[str, str]) -> dict[str, Value]:
    listeners = ", ".join(
        f"{one.proto} {one.address}" + ("" if one.port is None else f" {one.port}")
        for one in node.listeners
    )
    return {
        "key": node.id,
        "machine": names.get(node.machine, node.machine),
        "label": node.label,
        "name": node.name,
        "netns": node.netns,
        "pids": " ".join(map(str, node.pids)),
        "uid": node.uid,
        "security": node.security,
        "unit": node.unit,
        "container": node.container,
        "owner": node.owner,
        "listeners": listeners,
    }


def _flow(flow: Flow, names: Mapping[str, str]) -> dict[str, Value]:
    service = flow.proto if flow.port is None else f"{flow.proto}/{flow.port}"
    seen = flow.seen
    return {
        "proto": flow.proto,
        "port": flow.port,
        "path": flow.path,
        "connections": flow.connections,
        "match": flow.match,
        "matches": ", ".join(f"{kind} {count}" for kind, count in flow.matches.items()),
        "directed": flow.directed,
        "via": " ".join(names.get(machine, machine) for machine in flow.via) or None,
        "dialled": None if flow.dialled is None else f"{flow.dialled[0]} {flow.dialled[1]}",
        "samples": ", ".join(f"{a} {p} {b} {q}" for a, p, b, q in flow.samples) or None,
        "label": f"{service} x{flow.connections}",
        "seen_in": seen.snapshots if seen else None,
        "seen_of": seen.of if seen else None,
        "first_seen": utc(seen.first) if seen else None,
        "last_seen": utc(seen.last) if seen else None,
    }
