"""The graph as a Mermaid flowchart (https://mermaid.js.org), for wikis and issue trackers."""

from __future__ import annotations

from collections.abc import Iterator

from netviz.graph import Flow, Graph, Node
from netviz.render.options import RenderOptions
from netviz.render.text import shortened
from netviz.render.wording import LONGEST, flow_name, is_root, is_unconfined, label

_ARROWS = {"one-sided": "-.->", "attempt": "-.->", "recent": "-.->", "nat": "==>"}
"""Lines that differ from ``-->``; Mermaid has three."""


def render(graph: Graph, format: str, options: RenderOptions) -> bytes:
    """The flowchart in UTF-8: a subgraph for each machine with nodes."""
    return "".join(f"{line}\n" for line in _document(graph)).encode()


def _document(graph: Graph) -> Iterator[str]:
    yield "flowchart LR"
    ids = {node.id: f"n{number}" for number, node in enumerate(graph.nodes, 1)}
    by_machine: dict[str, list[Node]] = {}
    for node in graph.nodes:
        by_machine.setdefault(node.machine, []).append(node)
    if graph.level in ("host", "subnet", "label"):
        for node in graph.nodes:
            yield f"  {_node(ids[node.id], node)}"
    else:
        names = {machine.id: machine.name for machine in graph.machines}
        for number, machine in enumerate(sorted(by_machine), 1):
            name = shortened(names.get(machine, machine), LONGEST)
            yield f"  subgraph m{number}[{quoted(name or '(no name)')}]"
            for node in by_machine[machine]:
                yield f"    {_node(ids[node.id], node)}"
            yield "  end"
    for flow in graph.flows:
        yield f"  {ids[flow.source]} {_line(flow)} {ids[flow.target]}"
    marked = [ids[node.id] for node in graph.nodes if is_root(node)]
    if marked:
        yield "  classDef root stroke-width:4px"
        yield f"  class {','.join(marked)} root"


def _node(name: str, node: Node) -> str:
    count = f" x{len(node.pids):,}" if len(node.pids) > 1 else ""
    lines = [f"{label(node)}{count}"]
    told = [word for word, is_so in (("root", is_root(node)),) if is_so]
    told += ["unconfined"] if is_unconfined(node) else []
    if told:
        lines.append(", ".join(told))
    if node.container or node.unit:
        lines.append(shortened(node.container or node.unit or "", LONGEST))
    return f"{name}[{quoted(*lines)}]"


def _line(flow: Flow) -> str:
    arrow = _ARROWS.get(flow.match, "-->")
    if not flow.directed:
        arrow = arrow.replace(">", "-" if arrow.startswith("-") else "=")
    return f"{arrow}|{quoted(flow_name(flow))}|"


def quoted(*lines: str) -> str:
    """Lines as one quoted text in which nothing has a meaning to Mermaid, Markdown or HTML.

    Whatever is no letter, digit, blank or plain mark becomes a numbered entity, which Mermaid
    writes with a ``#``.
    """
    return '"' + "<br/>".join("".join(map(_character, line)) for line in lines) + '"'


def _character(character: str) -> str:
    plain = character.isalnum() or character in " .,:/-()[]@+"
    return character if plain else f"#{ord(character)};"
