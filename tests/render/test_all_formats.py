"""Every format tells the same nodes, flows and counts, and its own readers take what it wrote."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import Any

import networkx
import pydot
import pytest
from sample_graphs import HOSTILE, hostile, two_machines

from netviz.bundles import bundles
from netviz.graph import Graph, Listed, Seen
from netviz.group import group
from netviz.render import FORMATS, render
from netviz.render.csv_flows import COLUMNS
from netviz.render.graphml import FLOW_KEYS, NODE_KEYS
from netviz.render.text import visible

LEVELS = ("process", "service", "container", "host")
GRAPHML = "{http://graphml.graphdrawing.org/xmlns}"


def graphs() -> list[Graph]:
    return [*(group(two_machines(), level) for level in LEVELS), hostile(list(HOSTILE))]


@pytest.fixture(params=range(len(LEVELS) + 1), ids=[*LEVELS, "hostile"])
def graph(request: pytest.FixtureRequest) -> Graph:
    chosen: int = request.param
    return graphs()[chosen]


def expected(graph: Graph) -> list[tuple[str, int]]:
    """What every format has of each flow: its protocol and port or path, and its count."""
    return sorted((flow.proto, flow.connections) for flow in graph.flows)


def test_json(graph: Graph) -> None:
    document: dict[str, Any] = json.loads(render(graph, "json"))
    assert len(document["nodes"]) == len(graph.nodes)
    assert sorted((f["proto"], f["connections"]) for f in document["flows"]) == expected(graph)


def test_csv(graph: Graph) -> None:
    lines = list(csv.DictReader(io.StringIO(render(graph, "csv").decode(), newline="")))
    assert sorted((line["proto"], int(line["connections"])) for line in lines) == expected(graph)
    ids = {node.id: node for node in graph.nodes}
    for line, flow in zip(lines, graph.flows, strict=True):
        assert tuple(line) == COLUMNS
        assert line["source"].lstrip("'") == visible(ids[flow.source].label).lstrip("'")
        assert line["port"] == ("" if flow.port is None else str(flow.port))


def test_csv_has_no_formula_and_no_cell_of_several_lines(graph: Graph) -> None:
    text = render(graph, "csv").decode()
    cells = [cell for line in csv.reader(io.StringIO(text, newline="")) for cell in line]
    assert not [cell for cell in cells if re.match(r"[=+@\t\r\n-]", cell)]
    assert text.count("\r\n") == text.count("\n") == len(graph.flows) + 1


def test_graphml_in_networkx(graph: Graph) -> None:
    read = networkx.parse_graphml(render(graph, "graphml").decode(), force_multigraph=True)
    assert read.number_of_nodes() == len(graph.nodes)
    edges = [values for _, _, values in read.edges(data=True)]
    assert sorted((e["proto"], e["connections"]) for e in edges) == expected(graph)
    for node, (_, values) in zip(graph.nodes, read.nodes(data=True), strict=True):
        assert values["label"] == visible(node.label) or not node.label
        assert values.get("uid") == node.uid
    assert {type(e["directed"]) for e in edges} <= {bool}


def test_graphml_has_every_attribute_with_its_type() -> None:
    graph = two_machines()
    seen = Seen(1_700_000_000.5, 1_700_000_060.0, (Listed("app", 0b101, 3),))
    graph = replace(graph, flows=tuple(replace(flow, seen=seen) for flow in graph.flows))
    read = networkx.parse_graphml(render(graph, "graphml").decode(), force_multigraph=True)
    types = {"string": str, "int": int, "long": int, "boolean": bool}
    nodes = [values for _, values in read.nodes(data=True)]
    flows = [values for _, _, values in read.edges(data=True)]
    for keys, found in ((NODE_KEYS, nodes), (FLOW_KEYS, flows)):
        for name, type_ in keys.items():
            assert {type(values[name]) for values in found if name in values} == {types[type_]}


def test_graphml_says_which_flows_have_no_direction() -> None:
    graph = two_machines()
    root = ET.fromstring(render(graph, "graphml"))
    told = [
        data.text == "true" for data in root.iterfind(f".//{GRAPHML}data[@key='edge_directed']")
    ]
    assert told == [flow.directed for flow in graph.flows]


@pytest.mark.usefixtures("dot_program")
def test_dot_in_pydot_and_dot(graph: Graph) -> None:
    written = render(graph, "dot").decode()
    assert pydot.graph_from_dot_data(written) is not None
    drawn = subprocess.run(["dot", "-Tjson"], input=written.encode(), capture_output=True)
    document = json.loads(drawn.stdout)
    edges = [e for e in document.get("edges", []) if "tooltip" in e]
    assert len(edges) == len(bundles(graph))


def test_mermaid(graph: Graph) -> None:
    lines = render(graph, "mermaid").decode().splitlines()
    assert lines[0] == lines[2] == "---"
    assert re.fullmatch(r'title: "[\w ,;()]*"', lines[1])
    assert lines[3] == "flowchart LR"
    text = r'"[\w .,/()\[\]@+#;<>-]*"'
    nodes = [line for line in lines if re.fullmatch(rf" +n\d+\[{text}\]", line)]
    flows = [
        line
        for line in lines
        if re.fullmatch(rf"  n\d+ (-->|---|-\.->|-\.--|==>|===)\|{text}\| n\d+", line)
    ]
    assert len(nodes) == len(graph.nodes)
    ends = [line.split("|")[1].split("<br/>") for line in flows]
    assert sum(map(len, ends)) == len(graph.flows)
    rest = [line for line in lines[4:] if line not in nodes and line not in flows]
    frame = rf" +(subgraph b\d+\[{text}\]|end|classDef root .*|class n\d+(,n\d+)* root)"
    assert [line for line in rest if not re.fullmatch(frame, line)] == []


def test_table(graph: Graph) -> None:
    text = render(graph, "table").decode()
    assert "\x1b" not in text
    assert text.isprintable() or all(c.isprintable() or c == "\n" for c in text)
    counts = re.findall(r" ([\d,]+) +(?:both ends|one end|not |closed)", text)
    assert sorted(int(n.replace(",", "")) for n in counts) == sorted(n for _, n in expected(graph))


def test_every_text_format_is_the_same_every_time_and_utf8() -> None:
    for name in set(FORMATS) - {"pdf", "png", "svg", "html"}:
        first = render(hostile(list(HOSTILE)), name)
        assert render(hostile(list(HOSTILE)), name) == first
        first.decode()


def test_hostile_names_are_really_in_the_graph() -> None:
    assert {node.label for node in hostile(list(HOSTILE)).nodes} >= set(HOSTILE)
