"""The interactive page: one HTML file that needs nothing else, and asks nobody for anything.

What the machines said is in it as JSON and as Graphviz' drawings, never as markup or script of its
own: the Content-Security-Policy lets run only the script and the style that were put in here.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from netviz.graph import LEVELS, Graph
from netviz.group import group
from netviz.readable import subnets_of
from netviz.render.dot_text import html
from netviz.render.gaps import far_apart
from netviz.render.html_pictures import Pictures
from netviz.render.json_flows import document, encode
from netviz.render.options import RenderOptions
from netviz.render.port_names import NAMES
from netviz.render.styles import SURE
from netviz.render.summary import summary
from netviz.render.text import visible

SCRIPTS = (
    "text.js",
    "model.js",
    "panel.js",
    "picture.js",
    "around.js",
    "table.js",
    "controls.js",
    "main.js",
)
"""The parts of the page's script, in the order in which they need each other."""


def render(graph: Graph, format: str, options: RenderOptions) -> bytes:
    """The page with the graph's level and every coarser one."""
    levels = list(_levels(graph))
    pictures = Pictures(levels, options)
    style, script = _asset("page.css"), _script()
    parts = {
        "POLICY": _policy(style, script),
        "TITLE": html(f"netviz: {_title(graph)}"),
        "STYLE": style,
        "SUMMARY": html(summary(graph)),
        "PICTURES": pictures.templates(),
        "FLOWS": _embedded(_content(graph, levels, pictures, options)),
        "SCRIPT": script,
    }
    page = re.sub(r"@([A-Z]+)@", lambda found: parts[found[1]], _asset("page.html"))
    return page.encode()


def _levels(graph: Graph) -> Iterator[Graph]:
    """That of the graph, and all above: subnets, too, where they are several and not machines."""
    yield graph
    if graph.level not in LEVELS:
        return
    for level in LEVELS[LEVELS.index(graph.level) + 1 :]:
        if level != "process":
            yield group(graph, level)
    subnets = subnets_of(graph)
    if 1 < len(subnets.nodes) < len(graph.machines):
        yield subnets


def _title(graph: Graph) -> str:
    names = [machine.name for machine in graph.machines]
    return ", ".join(names[:3]) + (f" and {len(names) - 3:,} more" if len(names) > 3 else "")


def _content(
    graph: Graph, levels: list[Graph], pictures: Pictures, options: RenderOptions
) -> dict[str, Any]:
    whole = document(graph)
    return {
        "machines": _visible(whole["machines"]),
        "coverage": _visible(whole["coverage"]),
        "levels": [_level(level) for level in levels],
        "opens": options.opens or graph.level,
        "undrawn": _visible(pictures.undrawn),
        "sure": SURE,
        "apart": _visible(far_apart(graph)),
        "ports": {} if options.numeric else _port_names(graph),
    }


def _port_names(graph: Graph) -> dict[str, str]:
    """``tcp/5432`` to ``postgresql``, for what occurs and has a name."""
    ends = {(flow.proto, flow.port) for flow in graph.flows}
    ends |= {(one.proto, one.port) for node in graph.nodes for one in node.listeners}
    ends |= {(one.proto, one.port) for one in graph.coverage.missing}
    return {
        f"{proto}/{port}": NAMES[proto][port]
        for proto, port in sorted((proto, port) for proto, port in ends if port is not None)
        if port in NAMES.get(proto, {})
    }


def _level(graph: Graph) -> dict[str, Any]:
    """Nodes and flows; a flow has the places of its nodes, which have their ids as ``key``."""
    content = document(graph)
    place = {node["id"]: number for number, node in enumerate(content["nodes"])}
    nodes = [{"key": node.pop("id"), **_visible(node)} for node in content["nodes"]]
    flows = []
    for flow in content["flows"]:
        source, target = place[flow.pop("source")], place[flow.pop("target")]
        flows.append({"source": source, "target": target, **_visible(flow)})
    return {"name": graph.level, "nodes": nodes, "flows": flows}


def _visible(value: Any) -> Any:
    """The value with every text in it made fit to be shown."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {visible(key): _visible(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_visible(item) for item in value]
    return value


def _embedded(value: Any) -> str:
    """JSON that no HTML parser takes for markup."""
    return encode(value).decode().replace("<", "\\u003c")


def _policy(style: str, script: str) -> str:
    return (
        "default-src 'none'; "
        f"script-src '{_digest(script)}'; style-src '{_digest(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _script() -> str:
    return "(() => {\n'use strict';\n" + "".join(map(_asset, SCRIPTS)) + "})();\n"


def _asset(name: str) -> str:
    return (files("netviz.render") / "page" / name).read_text("utf-8")
