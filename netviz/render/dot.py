"""The picture as DOT, Graphviz' own language (https://graphviz.org/doc/info/lang.html).

Ids in it are opaque and numbered in the order of the graph; names are in labels only, where
``dot_text`` keeps them from being anything but text.
"""

from __future__ import annotations

from collections.abc import Iterator

from netviz.bundles import MOST_LINES, bundles, inner_flows
from netviz.graph import Graph, Node
from netviz.render.dot_clusters import Clusters, machine_titles
from netviz.render.dot_edges import dot_edge
from netviz.render.dot_legend import dot_legend
from netviz.render.dot_nodes import dot_node
from netviz.render.dot_note import dot_note
from netviz.render.dot_preamble import dot_preamble
from netviz.render.dot_text import attributes
from netviz.render.dot_widths import node_widths
from netviz.render.options import RenderOptions
from netviz.render.places import machine_places, open_place
from netviz.render.wording import machine_beside

PATIENCE = "10"
"""How long Graphviz looks for better places where there are too many lines to follow any, in tries
for each node. It would take minutes, and then they are as hard to follow."""


def render(graph: Graph, format: str, options: RenderOptions) -> bytes:
    """The graph as DOT, in UTF-8."""
    return "".join(f"{line}\n" for line in _document(graph, options)).encode()


def _document(graph: Graph, options: RenderOptions) -> Iterator[str]:
    yield "digraph netviz {"
    for line in dot_preamble():
        yield f"  {line}"
    if len(bundles(graph)) > MOST_LINES:
        yield f"  graph {attributes(nslimit=PATIENCE, nslimit1=PATIENCE)};"
    for line in (*_nodes(graph, options), *_edges(graph, options), *_margin(graph, options)):
        yield f"  {line}"
    yield "}"


def _ids(graph: Graph) -> dict[str, str]:
    return {node.id: f"n{number}" for number, node in enumerate(graph.nodes, 1)}


def _nodes(graph: Graph, options: RenderOptions) -> Iterator[str]:
    ids = _ids(graph)
    machines = {machine.id: machine for machine in graph.machines}
    boxes = [(machines[machine], place) for machine, place in machine_places(graph).items()]
    others = open_place(graph)
    widths = node_widths([([], others), *((machine_titles(one), place) for one, place in boxes)])
    inner = inner_flows(graph)

    def statement(node: Node) -> str:
        return dot_node(
            ids[node.id],
            node,
            on=machine_beside(graph, node),
            inner=inner.get(node.id, ()),
            width=widths.get(node.id, 0),
            numeric=options.numeric,
            with_id=options.with_ids,
        )

    clusters = Clusters(statement)
    for machine, place in boxes:
        yield from clusters.machine(machine, place)
    yield from clusters.content(others)


def _edges(graph: Graph, options: RenderOptions) -> Iterator[str]:
    ids = _ids(graph)
    machines = {machine.id: machine.name for machine in graph.machines}
    endpoints = graph.level == "connection"
    numbers = {id(flow): number for number, flow in enumerate(graph.flows, 1)}
    inner = inner_flows(graph)
    for flows in bundles(graph):
        first = flows[0]
        yield dot_edge(
            ids[first.source],
            ids[first.target],
            flows,
            machines,
            endpoints=endpoints,
            labelled=first.source != first.target or first.source not in inner,
            numeric=options.numeric,
            name=f"f{numbers[id(first)]}" if options.with_ids else "",
        )


def _margin(graph: Graph, options: RenderOptions) -> Iterator[str]:
    """What stands beside the nodes. The note comes last: clusters would inherit its text."""
    if not graph.nodes:
        text = "<Nothing to show: no flow and no listener was found.>"
        yield f"empty {attributes(label=text, shape='plaintext')};"
    yield from dot_legend(graph)
    yield f"graph {attributes(label=dot_note(graph, numeric=options.numeric))};"
