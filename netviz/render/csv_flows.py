"""Flows as CSV (RFC 4180): a line for each, for spreadsheets and scripts."""

from __future__ import annotations

import csv
import io

from netviz.graph import Flow, Graph, Machine, Node
from netviz.render.options import RenderOptions
from netviz.render.text import visible

COLUMNS = (
    *("source_machine", "source", "source_unit", "source_container", "source_uid"),
    *("target_machine", "target", "target_unit", "target_container", "target_uid"),
    *("proto", "port", "path", "connections", "match", "directed", "via", "dialled"),
    *("source_id", "target_id"),
)

_FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet takes for the start of a formula."""


def render(graph: Graph, format: str, options: RenderOptions) -> bytes:
    """The flows in the order of the graph, in UTF-8 with CRLF, under a line of column names."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    nodes = {node.id: node for node in graph.nodes}
    machines = {machine.id: machine for machine in graph.machines}
    for flow in graph.flows:
        writer.writerow(_line(flow, nodes[flow.source], nodes[flow.target], machines))
    return written.getvalue().encode()


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
    ]


def _end(node: Node, machines: dict[str, Machine]) -> list[str | int]:
    machine = machines.get(node.machine)
    return [
        cell(node.machine if machine is None else machine.name),
        cell(node.label),
        cell(node.unit),
        cell(node.container),
        "" if node.uid is None else node.uid,
    ]


def cell(text: str | None) -> str:
    """A text as a cell that no spreadsheet takes for a formula: such a one gets a ``'`` in front.

    Characters that do not print are written out, so a cell never spans lines.
    """
    shown = visible(text or "")
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
