"""Harnesses for names on their way into each format: what reads it gives the names back."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ElementTree

from sample_graphs import HOSTILE, hostile
from svg_reading import painted

from netviz.render import render
from netviz.render.columns import cell
from netviz.render.dot_text import html, tooltip
from netviz.render.mermaid import quoted
from netviz.render.text import shortened, visible, whole
from netviz.render.wording import LONGEST, label

MOST = 12
GRAPHML = "{http://graphml.graphdrawing.org/xmlns}"
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def names_of(data: bytes) -> list[str]:
    """A few names: any text, lone surrogates among it."""
    return [part.decode("utf-8", "surrogateescape") for part in data.split(b"\n\n")[:MOST]] or [""]


def texts(data: bytes) -> None:
    """Each name by itself, as the formats write it."""
    for name in names_of(data):
        shown = visible(name)
        assert shown.isprintable()
        assert len(shortened(name, LONGEST)) <= LONGEST
        whole(name).encode()
        read = ElementTree.fromstring(f"<T>{html(name)}</T>").text or ""
        assert read.replace("\\\\", "\\") == shown
        ElementTree.fromstring(f"<T a={tooltip([name, name])}/>")
        assert re.fullmatch(r'"[^"<>\n]*"', quoted(name))
        one = cell(name)
        assert not one.startswith(FORMULA)
        assert one in (shown, f"'{shown}")


def formats(data: bytes) -> None:
    """A graph of these names in every format that is text."""
    graph = hostile(names_of(data))
    rows = list(csv.reader(io.StringIO(render(graph, "csv").decode(), newline="")))
    assert len(rows) == 1 + len(graph.flows)
    assert {len(row) for row in rows} == {len(rows[0])}
    root = ElementTree.fromstring(render(graph, "graphml"))
    keys = [one.text or "" for one in root.iter(f"{GRAPHML}data") if one.get("key") == "node_key"]
    assert keys == [visible(node.id) for node in graph.nodes]
    document = json.loads(render(graph, "json"))
    assert [node["id"] for node in document["nodes"]] == [whole(node.id) for node in graph.nodes]
    for format in ("dot", "table", "mermaid"):
        lines = render(graph, format).decode().splitlines()
        assert all(line.isprintable() for line in lines)


def dot_labels(data: bytes) -> None:
    """A graph of these names, read back from what the dot program painted."""
    graph = hostile(names_of(data))
    read = painted(render(graph, "dot"))
    ours = {name for name in read.node if re.fullmatch(r"n\d+", name)}
    assert len(ours) == len(graph.nodes)
    for number, node in enumerate(graph.nodes, 1):
        assert read.node[f"n{number}"][0] == label(node)


LABEL_SEEDS = [
    *(name.encode("utf-8", "surrogatepass") for name in HOSTILE),
    "\n\n".join(HOSTILE[:MOST]).encode("utf-8", "surrogatepass"),
]
