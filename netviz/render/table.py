"""Flows as a table for a terminal: who calls whom, on what, how often, how sure."""

from __future__ import annotations

from netviz.graph import Flow, Graph, Node
from netviz.render.columns import as_table
from netviz.render.options import RenderOptions
from netviz.render.places import place_title
from netviz.render.styles import SURE
from netviz.render.summary import summary
from netviz.render.text import shortened
from netviz.render.wording import LONGEST, endpoints, label, service


def render(graph: Graph, format: str, options: RenderOptions) -> bytes:
    """The table in UTF-8, without colours or escape codes. RenderError where rich is missing."""
    nodes = {node.id: node for node in graph.nodes}
    names = {machine.id: machine.name for machine in graph.machines}
    several = any(flow.seen for flow in graph.flows)
    connections = graph.level == "connection"
    lines = [
        _cells(flow, nodes[flow.source], nodes[flow.target], names, options.numeric)
        + ([_endpoints(flow)] if connections else [])
        + ([_seen(flow)] if several else [])
        for flow in sorted(graph.flows, key=lambda flow: -flow.connections)
    ]
    headings = ["from", "on", "to", "on", "what", "connections", "how sure"]
    headings += ["endpoints"] if connections else []
    headings += ["seen in"] if several else []
    written = as_table(headings, lines, {"connections"}, options.width)
    return f"{written}\n{summary(graph)}\n".encode()


def _seen(flow: Flow) -> str:
    return f"{flow.seen.snapshots:,} of {flow.seen.of:,}" if flow.seen else ""


def _endpoints(flow: Flow) -> str:
    return endpoints(flow, flow.samples[0]) if flow.samples else ""


def _on(node: Node, names: dict[str, str]) -> str:
    netns = None if node.netns is None else shortened(node.netns, LONGEST)
    return place_title(shortened(names.get(node.machine, node.machine), LONGEST), netns)


def _cells(
    flow: Flow, source: Node, target: Node, names: dict[str, str], numeric: bool
) -> list[str]:
    return [
        label(source),
        _on(source, names),
        label(target) if flow.directed else f"{label(target)} (either may be the client)",
        _on(target, names),
        service(flow, numeric=numeric),
        f"{flow.connections:,}",
        SURE.get(flow.match, flow.match),
    ]
