"""Flows as CSV (RFC 4180): a line for each, for spreadsheets and scripts."""

from __future__ import annotations

from netviz.graph import Flow, Graph, Machine, Node, Sample, Seen
from netviz.render.columns import as_csv, cell
from netviz.render.moments import utc
from netviz.render.options import RenderOptions

COLUMNS = (
    *("source_machine", "source", "source_unit", "source_container", "source_uid"),
    *("target_machine", "target", "target_unit", "target_container", "target_uid"),
    *("proto", "port", "path", "connections", "match", "directed", "via", "dialled"),
    *("source_id", "target_id"),
    *("seen_in", "seen_of", "first_seen", "last_seen"),
    *("source_netns", "target_netns"),
    *("source_address", "source_port", "target_address", "target_port"),
)
"""New ones come last, so that those that were there stay where they are."""


def render(graph: Graph, format: str, options: RenderOptions) -> bytes:
    """The flows in the order of the graph, in UTF-8 with CRLF, under a line of column names."""
    nodes = {node.id: node for node in graph.nodes}
    machines = {machine.id: machine for machine in graph.machines}
    connections = graph.level == "connection"
    lines = (
        _line(flow, nodes[flow.source], nodes[flow.target], machines)
        + _endpoints(flow.samples if connections else ())
        for flow in graph.flows
    )
    return as_csv(COLUMNS, lines)


def _line(flow: Flow, source: Node, target: Node, machines: dict[str, Machine]) -> list[str | int]:
    return [
        *_end(source, machines),
        *_end(target, machines),
        cell(flow.proto),
        "" if flow.port is None else flow.port,
        cell(flow.path),
        flow.connections,
        flow.match,
        "yes" if flow.directed else "no",
        cell(" ".join(machines[via].name if via in machines else via for via in flow.via)),
        cell(None if flow.dialled is None else f"{flow.dialled[0]} {flow.dialled[1]}"),
        cell(flow.source),
        cell(flow.target),
        *_seen(flow.seen),
        cell(source.netns),
        cell(target.netns),
    ]


def _endpoints(samples: tuple[Sample, ...]) -> list[str | int]:
    """Addresses and ports of both ends: empty where a line is no single connection of a network."""
    if not samples:
        return [""] * 4
    address, port, other, other_port = samples[0]
    return [cell(address), port, cell(other), other_port]


def _seen(seen: Seen | None) -> list[str | int]:
    """In how many snapshots of how many, when first and last: where there are several."""
    if seen is None:
        return [""] * 4
    return [seen.snapshots, seen.of, utc(seen.first) or "", utc(seen.last) or ""]


def _end(node: Node, machines: dict[str, Machine]) -> list[str | int]:
    machine = machines.get(node.machine)
    return [
        cell(node.machine if machine is None else machine.name),
        cell(node.label),
        cell(node.unit),
        cell(node.container),
        "" if node.uid is None else node.uid,
    ]
