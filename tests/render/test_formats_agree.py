"""Every format has the same nodes, flows and counts at the same level."""

from __future__ import annotations

import csv
import html
import io
import itertools
import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import networkx
import pydot
import pytest
from sample_graphs import two_machines
from svg_reading import read_svg

from netviz.graph import LEVELS, OUTSIDE, Flow, Graph, Node
from netviz.group import group
from netviz.render import FORMATS, RenderOptions, render

ENDPOINTS = re.compile(r"\S+:\d+ [→—] \S+:\d+")
"""What is below the name of a connection."""

NUMERIC = RenderOptions(numeric=True, width=400)

Flows = Counter[tuple[str, str, str, int]]
"""How often a flow is there: its ends' labels, what it asks for, its connections."""
Told = tuple[Counter[str] | None, Flows]
"""The labels of all nodes, None in a format that has flows alone; the flows."""


def asked_for(proto: str, port: int | str | None, path: str | None) -> str:
    return f"{proto} {path}" if port in (None, "") else f"{proto}/{port}"


def flow_of(source: str, target: str, text: str) -> tuple[str, str, str, int]:
    """A flow in a picture, of which a line says ``tcp/80 x1,200``."""
    name, _, number = text.partition(" x")
    return source, target, name, int(number.replace(",", "") or 1)


def in_json(graph: Graph) -> Told:
    document = json.loads(render(graph, "json", NUMERIC))
    labels = {node["id"]: node["label"] for node in document["nodes"]}
    return Counter(labels.values()), Counter(
        (
            labels[flow["source"]],
            labels[flow["target"]],
            asked_for(flow["proto"], flow["port"], flow["path"]),
            flow["connections"],
        )
        for flow in document["flows"]
    )


def in_csv(graph: Graph) -> Told:
    lines = csv.DictReader(io.StringIO(render(graph, "csv", NUMERIC).decode(), newline=""))
    return None, Counter(
        (
            line["source"],
            line["target"],
            asked_for(line["proto"], line["port"], line["path"]),
            int(line["connections"]),
        )
        for line in lines
    )


def in_graphml(graph: Graph) -> Told:
    read = networkx.parse_graphml(render(graph, "graphml").decode(), force_multigraph=True)
    labels = dict(read.nodes(data="label"))
    return Counter(labels.values()), Counter(
        (
            labels[source],
            labels[target],
            asked_for(flow["proto"], flow.get("port"), flow.get("path")),
            flow["connections"],
        )
        for source, target, flow in read.edges(data=True)
    )


def in_dot(graph: Graph) -> Told:
    read = pydot.graph_from_dot_data(render(graph, "dot", NUMERIC).decode())
    assert read is not None
    labels: dict[str, str] = {}
    flows: Flows = Counter()
    for box in boxes(read[0]):
        for node in box.get_nodes():
            found = re.search(r"<B><FONT[^>]*>([^<]*)</FONT></B>", str(node.get("label")))
            if found and re.fullmatch(r"n\d+", node.get_name()):
                labels[node.get_name()] = name = html.unescape(found[1])
                inside = re.search(r">(inside: .*?)</TD>", str(node.get("label")))
                for text in inner(re.sub(r"<[^>]*>", "\n", inside[1])) if inside else ():
                    flows[flow_of(name, name, text)] += 1
    for box in boxes(read[0]):
        for edge in box.get_edges():
            found = re.search(r"<TD>([^<]*)<", str(edge.get("label")))
            if found:
                source, target = str(edge.get_source()), str(edge.get_destination())
                flows[flow_of(labels[source], labels[target], html.unescape(found[1]))] += 1
    return Counter(labels.values()), flows


def inner(text: str) -> list[str]:
    """The flows in lines of a box such as ``inside: tcp/1 x2, tcp/2``."""
    return [one for one in re.split(r", |\n", text.removeprefix("inside: ")) if one.strip()]


def boxes(graph: pydot.Graph) -> Iterator[pydot.Graph]:
    yield graph
    for inner in graph.get_subgraphs():
        yield from boxes(inner)


def in_svg(graph: Graph) -> Told:
    read = read_svg(render(graph, "svg", NUMERIC))
    labels = {name: texts[0] for name, texts in read.node.items() if name.startswith("n")}
    flows: Flows = Counter()
    for name, label in labels.items():
        inside = "\n".join(read.node[name]).partition("inside: ")[2]
        for text in inner(inside):
            flows[flow_of(label, label, text)] += 1
    for name, texts in read.edge.items():
        source, found, target = name.partition("->")
        if found and source in labels:
            for text in texts:
                if re.match(r"[a-z]+[ /]", text) and not text.startswith(("via ", "dialled ")):
                    flows[flow_of(labels[source], labels[target], text)] += 1
    return Counter(labels.values()), flows


def in_mermaid(graph: Graph) -> Told:
    written = re.sub(
        r"#(\d+);", lambda found: chr(int(found[1])), render(graph, "mermaid", NUMERIC).decode()
    )
    labels = {
        name: re.sub(r" x[\d,]+$", "", text.split("<br/>")[0])
        for name, text in re.findall(r'^ +(n\d+)\["(.*)"\]$', written, re.MULTILINE)
    }
    flows = re.findall(r'^ +(n\d+) \S+\|"(.*)"\| (n\d+)$', written, re.MULTILINE)
    return Counter(labels.values()), Counter(
        flow_of(labels[source], labels[target], text)
        for source, texts, target in flows
        for text in texts.split("<br/>")
        if not ENDPOINTS.fullmatch(text)
    )


def in_html(graph: Graph) -> Told:
    page = render(graph, "html", NUMERIC).decode()
    embedded = re.search(r'<script[^>]*id="flows"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert embedded is not None
    level = json.loads(embedded[1])["levels"][0]
    assert level["name"] == graph.level
    labels = [node["label"] for node in level["nodes"]]
    return Counter(labels), Counter(
        (
            labels[flow["source"]],
            labels[flow["target"]],
            asked_for(flow["proto"], flow["port"], flow["path"]),
            flow["connections"],
        )
        for flow in level["flows"]
    )


def in_table(graph: Graph) -> Told:
    lines = render(graph, "table", NUMERIC).decode().split("\n\n")[0].splitlines()
    starts = [0, *(found.end() for found in re.finditer(r" {2,}", lines[0])), None]
    flows: Flows = Counter()
    for line in lines[2:]:
        cells = [line[a:b].strip() for a, b in itertools.pairwise(starts)]
        source, _, target, _, what, connections, *_ = cells
        target = target.removesuffix(" (either may be the client)")
        flows[source, target, what, int(connections.replace(",", ""))] += 1
    return None, flows


READERS: dict[str, Callable[[Graph], Told]] = {
    "csv": in_csv,
    "dot": in_dot,
    "graphml": in_graphml,
    "html": in_html,
    "json": in_json,
    "mermaid": in_mermaid,
    "svg": in_svg,
    "table": in_table,
}


def test_all_formats_with_text_are_compared() -> None:
    assert set(READERS) == set(FORMATS) - {"pdf", "png"}


def with_outside() -> Graph:
    """Flows from and to what is outside of the group, too."""
    graph = two_machines()
    browsers = Node("from/net", "", None, "from 192.0.2.0/24", owner=OUTSIDE)
    provider = Node("to/net", "", None, "to 198.51.100.0/24", owner=OUTSIDE)
    flows = (
        Flow(browsers.id, "app/10", "tcp", 80, 7, "external", {"external": 7}),
        Flow("app/11", provider.id, "tcp", 443, 1, "external", {"external": 1}),
    )
    return replace(graph, nodes=(*graph.nodes, browsers, provider), flows=(*graph.flows, *flows))


GRAPHS = {
    **{level: group(two_machines(), level) for level in LEVELS if level != "connection"},
    "with outside": with_outside(),
}


@pytest.mark.usefixtures("dot_program")
@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("format", READERS)
def test_nodes_flows_and_counts(format: str, name: str) -> None:
    graph = GRAPHS[name]
    labels = {node.id: node.label for node in graph.nodes}
    nodes, flows = READERS[format](graph)
    assert nodes is None or nodes == Counter(labels.values())
    assert flows == Counter(
        (
            labels[flow.source],
            labels[flow.target],
            asked_for(flow.proto, flow.port, flow.path),
            flow.connections,
        )
        for flow in graph.flows
    )


def test_graphml_is_xml_of_its_namespace() -> None:
    root = ET.fromstring(render(two_machines(), "graphml"))
    assert root.tag == "{http://graphml.graphdrawing.org/xmlns}graphml"
