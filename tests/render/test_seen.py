"""When a flow was seen, in each format, where a machine was captured several times."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

from sample_graphs import two_machines

from netviz.filters import often
from netviz.graph import Graph, Listed, Seen
from netviz.group import group
from netviz.render import render

FIRST, LAST = 1_700_000_000.75, 1_700_000_060.25


def sampled(*seen: Seen | None) -> Graph:
    """The graph with these for its flows to the database, and no others."""
    graph = two_machines()
    flows = [flow for flow in graph.flows if flow.port == 5432][: len(seen)]
    made = (replace(flow, seen=one) for flow, one in zip(flows, seen, strict=True))
    return replace(graph, flows=tuple(made))


def in_some(bits: int, of: int, machine: str = "app") -> Seen:
    return Seen(FIRST, LAST, (Listed(machine, bits, of),))


SOME = in_some(0b1011, 8)


def test_json() -> None:
    document = json.loads(render(sampled(SOME, None), "json"))
    assert document["flows"][0]["seen"] == {"first": FIRST, "last": LAST, "snapshots": 3, "of": 8}
    assert document["flows"][1]["seen"] is None
    assert {machine["snapshots"] for machine in document["machines"]} == {1}


def test_json_of_times_that_are_none() -> None:
    odd = Seen(float("inf"), None, (Listed("app", 1, 2),))
    (flow,) = json.loads(render(sampled(odd), "json"))["flows"]
    assert flow["seen"] == {"first": None, "last": None, "snapshots": 1, "of": 2}
    for format in ("csv", "graphml", "dot", "table"):
        assert b"1" in render(sampled(odd), format)


def test_csv() -> None:
    first, second = csv.DictReader(io.StringIO(render(sampled(SOME, None), "csv").decode()))
    names = ("seen_in", "seen_of", "first_seen", "last_seen")
    assert [first[name] for name in names] == [
        *("3", "8", "2023-11-14T22:13:20Z", "2023-11-14T22:14:20Z")
    ]
    assert [second[name] for name in names] == [""] * 4


def test_table_has_a_column_more_only_where_there_are_several() -> None:
    assert "3 of 8" in render(sampled(SOME, None), "table").decode()
    assert "seen in" in render(sampled(SOME, None), "table").decode()
    assert "seen in" not in render(sampled(None, None), "table").decode()


def test_a_pointer_over_a_line_tells() -> None:
    told = "seen in 3 of 8 snapshots, from 2023-11-14T22:13:20Z to 2023-11-14T22:14:20Z"
    assert told in render(sampled(SOME), "dot").decode()
    assert "seen in" not in render(sampled(None), "dot").decode()


def test_the_page_has_it_for_its_panel() -> None:
    assert '"seen":{"first":1700000000.75' in render(sampled(SOME), "html").decode()


def test_what_is_drawn_as_one_was_seen_whenever_any_of_it_was() -> None:
    later = Seen(FIRST + 30, LAST + 30, (Listed("app", 0b110000, 8), Listed("store", 0b1, 2)))
    (flow,) = group(sampled(SOME, later), "host").flows
    assert flow.seen is not None
    assert (flow.seen.first, flow.seen.last) == (FIRST, LAST + 30)
    assert flow.seen.listed == (Listed("app", 0b111011, 8), Listed("store", 0b1, 2))
    assert (flow.seen.snapshots, flow.seen.of) == (6, 10)


def test_flows_that_are_seldom_seen_can_be_left_out() -> None:
    graph = sampled(in_some(0b1, 200), in_some(0b11, 4), in_some(0b1111, 4), None)
    kept = {percent: len(often(graph, percent).flows) for percent in (1, 50, 51, 100)}
    assert kept == {1: 3, 50: 3, 51: 2, 100: 2}
    assert often(graph, 100).nodes == graph.nodes
