"""Mermaid's own parser takes the text, and shows every name as it is, in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from browser import Page, chromium
from mermaid import drawn, fetched_script, open_mermaid
from sample_graphs import HOSTILE, hostile, two_machines

from netviz.graph import Graph
from netviz.group import group
from netviz.render import render
from netviz.render.mermaid import quoted
from netviz.render.text import visible

MEANINGFUL = (
    *("1. first", "- item", "* star", "# head", "`code`", "**b** *i* _u_ ~~s~~", "> quote", "end"),
    *("style n1 fill:#f00", "classDef x fill:#f00", "click n1 call alert(1)", "class n1 root"),
    *("%%{init: {}}%%", "direction TB", "a direction   LR b", "subgraph x", "graph", "linkStyle 0"),
    *("http://example.org/x", "www.example.org", "a@b.example", "&lt;b&gt;", "#35;", "#quot;"),
    *(
        "<img src=x onerror=alert(1)>",
        "x --> y",
        "| a | b |",
        "[[x]]",
        "((x))",
        ":::x",
        "@{ a: b }",
    ),
)
"""Names that mean something to Mermaid, to Markdown or to a browser, and have to stay names."""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    fetched_script()  # before a browser is started
    with chromium() as browser:
        open_mermaid(browser, tmp_path_factory.mktemp("mermaid"))
        yield browser


@pytest.mark.parametrize("level", ("process", "service", "container", "host"))
def test_every_node_flow_and_box_is_drawn(page: Page, level: str) -> None:
    graph = group(two_machines(), level)
    found = drawn(page, render(graph, "mermaid").decode())
    assert len(found["nodes"]) == len(graph.nodes)
    flows = [line for text in found["flows"] if text for line in text.split("\n")]
    assert len(flows) == len(graph.flows)
    loops = [flow.source for flow in graph.flows if flow.source == flow.target]
    assert found["lines"] == len(graph.flows) - len(loops) + len(set(loops))
    assert len(found["boxes"]) == {"process": 6, "service": 6, "container": 3, "host": 0}[level]
    assert "not everything readable" in found["title"]


def words(text: str) -> str:
    """Blanks in a row are one in a browser."""
    return re.sub(r"\s+", " ", text).strip()


def check_names(page: Page, graph: Graph) -> None:
    found = drawn(page, render(graph, "mermaid").decode())
    for number, node in enumerate(graph.nodes, 1):
        shown = words(found["nodes"][f"n{number}"])
        label = words(visible(node.label).replace("\\n", "\N{SET MINUS}n"))
        assert shown.startswith(label), (shown, label)
    told = sorted(map(words, found["flows"]))
    paths = [visible(flow.path or "").replace("\\n", "\N{SET MINUS}n") for flow in graph.flows]
    assert told == sorted(words(f"unix {path}") for path in paths)
    assert found["foreign"] == 0
    assert page.complaints() == []


def test_hostile_names_are_names(page: Page) -> None:
    check_names(page, hostile(list(HOSTILE)))


def test_names_with_a_meaning_are_names(page: Page) -> None:
    check_names(page, hostile(list(MEANINGFUL)))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (r"a\nb", '"a#8726;nb"'),
        ("$$x$$", '"#36;#65284;x#36;#65284;"'),
        ("fa:fa-ban", '"fa#8758;fa-ban"'),
        ("ﬂ°°35¶ß", r'"#92;u#123;fb02#125;#176;#176;35#92;u#123;b6#125;ß"'),
    ],
)
def test_what_mermaid_would_act_upon_is_a_look_alike(name: str, shown: str) -> None:
    assert quoted(name) == shown
