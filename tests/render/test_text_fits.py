"""No text runs over the edge of the box that it is in, in whatever font it is shown."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from browser import chromium
from sample_graphs import HOSTILE, hostile, two_machines

from netviz.graph import Coverage, Flow, Graph, Listener, Machine, Node
from netviz.group import group
from netviz.render import render

Box = tuple[float, float, float, float]

LONG = "a-machine-with-a-long-name.in-some-region.example.internal"
SLACK = 0.6
"""Points; positions and widths are rounded each."""


def narrow(name: str, **fields: Any) -> Graph:
    """One small node in boxes with long titles."""
    node = Node("m/1", "m", "sh", "sh", pids=(1,), **fields)
    calls = Node("m/2", "m", "cc", "cc", pids=(2,), **fields)
    flow = Flow("m/1", "m/2", "tcp", 1, 1, "reciprocal", {"reciprocal": 1})
    alone = replace(node, id="m/3", listeners=(Listener("tcp", "::", 1),))
    addresses = ("2001:db8:1234:5678:9abc:def0:1234:5678", "10.0.0.1", "10.0.0.2", "10.0.0.3")
    machine = Machine("m", name, addresses, None, ("fd: EACCES x1",))
    return Graph((machine,), (node, calls, alone), (flow,), Coverage(), "service")


GRAPHS = {
    **{level: group(two_machines(), level) for level in ("process", "service", "container")},
    "host": group(two_machines(), "host"),
    "hostile": hostile(list(HOSTILE)),
    "long name": narrow(LONG),
    "capitals": narrow("WWW-DATABASE-MMMMMMMM"),
    "east Asian": narrow("データベースサーバー東京第一"),
    "container": narrow("m", container="docker:0123456789ab", netns="netns 4026532100"),
    "long container": narrow("m", container="W" * 60, netns="M" * 60),
}


@pytest.mark.usefixtures("dot_program")
@pytest.mark.parametrize("name", GRAPHS)
def test_every_text_is_inside_of_its_box(name: str) -> None:
    source = render(GRAPHS[name], "dot")
    done = subprocess.run(["dot", "-Tjson"], input=source, capture_output=True, check=True)
    measured = 0
    for drawn in json.loads(done.stdout)["objects"]:
        edges = box_of(drawn)
        for left, right, low, text in texts(drawn):
            measured += 1
            where = f"{drawn['name']}: {text!r} at {left:g} to {right:g} in {edges}"
            assert edges[0] - SLACK <= left and right <= edges[2] + SLACK, where
            assert edges[1] - SLACK <= low <= edges[3] + SLACK, where
    assert measured > len(GRAPHS[name].nodes)


def box_of(drawn: dict[str, Any]) -> Box:
    if "bb" in drawn:
        left, bottom, right, top = map(float, drawn["bb"].split(","))
    else:
        x, y = map(float, drawn["pos"].split(","))
        wide, high = float(drawn["width"]) * 36, float(drawn["height"]) * 36
        left, bottom, right, top = x - wide, y - high, x + wide, y + high
    return left, bottom, right, top


def texts(drawn: dict[str, Any]) -> Iterator[tuple[float, float, float, str]]:
    """The left and right ends and the base line of each text."""
    for operation in drawn.get("_ldraw_", ()):
        if operation["op"] == "T":
            x, y = operation["pt"]
            wide = operation["width"]
            left = {"l": x, "c": x - wide / 2, "r": x - wide}[operation["align"]]
            yield left, left + wide, y, operation["text"]


@pytest.mark.usefixtures("dot_program")
@pytest.mark.parametrize("name", GRAPHS)
def test_every_text_of_an_svg_has_the_width_that_it_was_laid_out_with(name: str) -> None:
    svg = render(GRAPHS[name], "svg").decode()
    written = re.findall(r"<text ([^<>]*)>[^<>]*[^<>\s\xa0][^<>]*</text>", svg)
    assert len(written) > len(GRAPHS[name].nodes)
    assert [text for text in written if ' textLength="' not in text] == []


_OVER = """
const over = [];
for (const group of document.querySelectorAll('g.node, g.cluster')) {
  const box = group.querySelector('polygon, path');
  if (!box) continue;
  const edge = box.getBBox();
  for (const text of group.querySelectorAll('text')) {
    const found = text.getBBox();
    const right = edge.x + edge.width + 1;
    if (found.x < edge.x - 1 || found.x + found.width > right) over.push(text.textContent);
  }
}
return [over, document.querySelectorAll('g.node text').length];
"""

_PAGE = """<!DOCTYPE html><html data-ready="yes"><meta charset="utf-8">
<style>svg text {{ font-family: "{font}" !important; }}</style>{svg}</html>
"""


@pytest.mark.usefixtures("dot_program")
@pytest.mark.parametrize("font", ["DejaVu Sans", "DejaVu Sans Mono"])
def test_a_broader_font_in_the_browser_changes_nothing(font: str, tmp_path: Path) -> None:
    svg = render(two_machines(), "svg").decode()
    page = tmp_path / "drawing.html"
    page.write_text(_PAGE.format(font=font, svg=svg[svg.index("<svg") :]), encoding="utf-8")
    with chromium() as browser:
        browser.open(page)
        over, measured = browser.run(_OVER)
    assert measured > len(two_machines().nodes)
    assert over == []
