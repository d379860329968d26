"""The graph as a Mermaid flowchart (https://mermaid.js.org), for wikis and issue trackers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import count

from netviz.bundles import Bundle, bundles
from netviz.graph import Graph, Node
from netviz.render.options import RenderOptions
from netviz.render.places import Place, machine_places, open_place
from netviz.render.summary import summary
from netviz.render.text import counted, shortened
from netviz.render.wording import (
    LONGEST,
    bundle_names,
    is_root,
    is_unconfined,
    label,
    listeners,
    machine_beside,
)

_ARROWS = {
    "one-sided": "-.->",
    "external": "-.->",
    "attempt": "-.->",
    "recent": "-.->",
    "nat": "==>",
}
"""Lines that differ from ``-->``; Mermaid has three."""

LISTENERS_SHOWN = 4

FLOWS_NAMED = 8

_PLAIN = " .,/-()[]@+"
"""Marks that are no entities. A colon is one: in a line with ``style`` it has a meaning."""

_ACTED_UPON = (
    (re.compile(r"\\(?=n)"), "\N{SET MINUS}"),  # \n: a new line
    (re.compile(r"(?<=\$)\$"), "\N{FULLWIDTH DOLLAR SIGN}"),  # $$...$$: a formula
    (re.compile(r":(?=fa-)"), "\N{RATIO}"),  # fa:fa-ban: an icon
    (re.compile("[\ufb02\xb6]"), lambda found: f"\\u{{{ord(found[0]):x}}}"),  # Mermaid's own marks
)
"""What would not be shown as it is, and what is shown instead."""


def render(graph: Graph, format: str, options: RenderOptions) -> bytes:
    """The flowchart in UTF-8: a subgraph for each machine with nodes, the summary as its title."""
    return "".join(f"{line}\n" for line in _document(graph, options)).encode()


def _document(graph: Graph, options: RenderOptions) -> Iterator[str]:
    yield from ("---", f'title: "{summary(graph)}"', "---")
    yield "flowchart LR"
    ids = {node.id: f"n{number}" for number, node in enumerate(graph.nodes, 1)}
    names = {machine.id: machine.name for machine in graph.machines}
    numbers = count(1)

    def box(title: Iterable[str], place: Place) -> Iterator[str]:
        shown = [shortened(line, LONGEST) or "(no name)" for line in title]
        yield f"subgraph b{next(numbers)}[{quoted(*shown)}]"
        for line in content(place):
            yield f"  {line}"
        yield "end"

    def content(place: Place) -> Iterator[str]:
        for node in place.nodes:
            yield _node(ids[node.id], node, machine_beside(graph, node), options.numeric)
        for inner in place.places:
            yield from box(inner.title, inner)

    for machine, place in machine_places(graph).items():
        for line in box([names.get(machine, machine)], place):
            yield f"  {line}"
    for line in content(open_place(graph)):
        yield f"  {line}"
    endpoints = graph.level == "connection"
    for flows in _drawn_as_one(graph):
        line = _line(flows, options.numeric, endpoints)
        yield f"  {ids[flows[0].source]} {line} {ids[flows[0].target]}"
    marked = [ids[node.id] for node in graph.nodes if is_root(node)]
    if marked:
        yield "  classDef root stroke-width:4px"
        yield f"  class {','.join(marked)} root"


def _node(name: str, node: Node, on: str, numeric: bool) -> str:
    count = f" x{len(node.pids):,}" if len(node.pids) > 1 else ""
    lines = [f"{label(node)}{count}"]
    if on:
        lines.append(f"on {shortened(on, LONGEST)}")
    elif node.spans > 1:
        lines.append(counted(node.spans, "machine"))
    told = [word for word, is_so in (("root", is_root(node)),) if is_so]
    told += ["unconfined"] if is_unconfined(node) else []
    if told:
        lines.append(", ".join(told))
    if node.container or node.unit:
        lines.append(shortened(node.container or node.unit or "", LONGEST))
    ports = listeners(node, numeric=numeric)
    if ports:
        more = len(ports) - LISTENERS_SHOWN
        shown = ", ".join(ports[:LISTENERS_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
        lines.append(f"listens {shown}")
    return f"{name}[{quoted(*lines)}]"


def _drawn_as_one(graph: Graph) -> Iterator[Bundle]:
    """Flows by the line that they have; Mermaid draws one line alone from a node to itself."""
    loops: dict[str, Bundle] = {}
    for flows in bundles(graph):
        node = flows[0].source
        if node == flows[0].target:
            loops[node] = (*loops.get(node, ()), *flows)
        else:
            yield flows
    yield from loops.values()


def _line(flows: Bundle, numeric: bool, endpoints: bool) -> str:
    arrow = _ARROWS.get(flows[0].match, "-->")
    if not any(flow.directed for flow in flows):
        arrow = arrow.replace(">", "-" if arrow.startswith("-") else "=")
    names = bundle_names(flows, numeric=numeric, most=FLOWS_NAMED, with_endpoints=endpoints)
    return f"{arrow}|{quoted(*names)}|"


def quoted(*lines: str) -> str:
    """Lines as one quoted text in which nothing has a meaning to Mermaid, Markdown or HTML.

    Whatever is no letter, digit, blank or plain mark becomes a numbered entity, which Mermaid
    writes with a ``#``.
    """
    return '"' + "<br/>".join(_entities(_harmless(line)) for line in lines) + '"'


def _entities(text: str) -> str:
    # A word that turns a whole line into a statement, wherever in it it stands.
    written = "".join(one if one.isalnum() or one in _PLAIN else f"#{ord(one)};" for one in text)
    return written.replace("direction ", "direction#32;")


def _harmless(text: str) -> str:
    """The text with look-alikes for what Mermaid acts upon after it has read the entities."""
    for pattern, instead in _ACTED_UPON:
        text = pattern.sub(instead, text)
    return text
