"""Flows as a table for a terminal: who calls whom, on what, how often, how sure."""

from __future__ import annotations

import io

from netviz.errors import RenderError
from netviz.graph import Flow, Graph, Node
from netviz.render.options import RenderOptions
from netviz.render.summary import summary
from netviz.render.text import shortened
from netviz.render.wording import LONGEST, label

_WIDE = 160
"""The width in characters: the same wherever it is written, so that the same input looks alike."""

_SURE = {
    "reciprocal": "both ends seen",
    "nat": "both ends seen, translated",
    "queued": "not accepted yet",
    "one-sided": "one end seen",
    "attempt": "not answered",
    "recent": "closed",
    "peer": "both ends seen",
}


def render(graph: Graph, format: str, options: RenderOptions) -> bytes:
    """The table in UTF-8, without colours or escape codes. RenderError where rich is missing."""
    try:
        from rich import box
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text
    except ImportError as error:
        raise RenderError(
            "table needs the Python package rich: pip install rich\n  or write csv or json with -f"
        ) from error
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading in ("from", "on", "to", "on", "what"):
        table.add_column(heading, overflow="fold")
    table.add_column("connections", justify="right")
    table.add_column("how sure", overflow="fold")
    nodes = {node.id: node for node in graph.nodes}
    names = {machine.id: machine.name for machine in graph.machines}
    for flow in sorted(graph.flows, key=lambda flow: -flow.connections):
        cells = _cells(flow, nodes[flow.source], nodes[flow.target], names)
        table.add_row(*map(Text, cells))
    written = io.StringIO()
    console = Console(file=written, width=_WIDE, no_color=True, force_terminal=False, emoji=False)
    console.print(table, highlight=False)
    lines = [line.rstrip() for line in written.getvalue().splitlines()]
    return ("\n".join([*lines, "", summary(graph)]) + "\n").encode()


def _cells(flow: Flow, source: Node, target: Node, names: dict[str, str]) -> list[str]:
    return [
        label(source),
        shortened(names.get(source.machine, source.machine), LONGEST),
        label(target) if flow.directed else f"{label(target)} (either may be the client)",
        shortened(names.get(target.machine, target.machine), LONGEST),
        _what(flow),
        f"{flow.connections:,}",
        _SURE.get(flow.match, flow.match),
    ]


def _what(flow: Flow) -> str:
    if flow.port is not None:
        return f"{flow.proto}/{flow.port}"
    return f"{flow.proto} {shortened(flow.path or '', LONGEST)}".rstrip()
