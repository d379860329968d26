"""What the page tells of flows that several snapshots of a machine saw."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from browser import Page
from hostile_shop import shop

from netviz.graph import Listed, Seen
from netviz.render import render

SEEN = Seen(1_700_000_000.75, 1_700_000_060.25, (Listed("app", 0b1011, 8),))


def test_the_panel_tells_how_often_and_when(browser: Page, tmp_path: Path) -> None:
    graph = shop()
    flows = tuple(replace(flow, seen=SEEN) for flow in graph.flows)
    file = tmp_path / "samples.html"
    file.write_bytes(render(replace(graph, flows=flows), "html"))
    browser.open(file)
    browser.press("t")
    browser.one("#table tbody tr td.number").click()
    told = browser.text("#panel")
    for words in ("3 of 8 snapshots", "2023-11-14 22:13:20 UTC", "2023-11-14 22:14:20 UTC"):
        assert words in told
    assert browser.complaints() == []


def test_where_there_is_one_snapshot_it_tells_nothing_of_when(page: Page) -> None:
    page.press("t")
    page.one("#table tbody tr td.number").click()
    assert "snapshots" not in page.text("#panel")
