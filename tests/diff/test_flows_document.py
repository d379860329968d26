"""The JSON of flows, read back: what it says, and what is wrong with a bad one."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pytest
from diff_strategies import graphs
from hypothesis import given, settings
from hypothesis import strategies as st
from small_diffs import flow, graph, node, tcp

from netviz.diff.flows_document import is_flows, to_graph
from netviz.graph import OUTSIDE, Coverage, Graph, Machine, Unjoined
from netviz.group import group
from netviz.render.json_flows import document
from netviz.snapshot.faults import Fault

WEB = node("w/web", tcp(80))
OUT = node("/", machine="", owner=OUTSIDE, label="to 203.0.113.0/24")
JOB = node("w/job")
GRAPH = replace(
    graph(
        *(WEB, OUT),
        flows=(flow(WEB, OUT, 443, 3, match="external"),),
        machines=(Machine("w", "w", captured=(1.0, 2.0), problems=("fd: EACCES x1",)),),
    ),
    coverage=Coverage(
        unjoined=(
            Unjoined(JOB, "udp", 53, True, None, "several", 2),
            Unjoined(JOB, "tcp", 80, False, "w", "younger", 1),
        )
    ),
)


def good() -> dict[str, Any]:
    written: dict[str, Any] = json.loads(json.dumps(document(GRAPH)))
    return written


@settings(max_examples=40, deadline=None)
@given(graphs(), st.sampled_from(["process", "service"]))
def test_what_is_written_is_read(process_graph: Graph, level: str) -> None:
    written = document(group(process_graph, level))
    read = document(to_graph(json.loads(json.dumps(written))))
    for key in ("level", "machines"):
        assert read[key] == written[key]
    for node_read, node_written in zip(read["nodes"], written["nodes"], strict=True):
        assert {**node_read, "pids": []} == {**node_written, "pids": []}
    unread = {"matches": None, "dialled": None, "samples": None}
    assert [{**f, **unread} for f in read["flows"]] == [{**f, **unread} for f in written["flows"]]


def test_whose_sockets_were_joined_with_none_is_read() -> None:
    assert to_graph(good()).coverage == GRAPH.coverage
    older = good()
    del older["coverage"]["unjoined"]
    assert to_graph(older).coverage == Coverage()


def test_unknown_keys_and_a_missing_level_are_passed_over() -> None:
    newer = good()
    expected = to_graph(good())
    newer["flows"][0]["first_seen"] = 7
    newer["nodes"][0]["listeners"][0]["since"] = None
    del newer["level"]
    assert to_graph(newer) == expected


LEFT = ["coverage", "unjoined", 0]
BAD: list[tuple[str, list[Any], Any, str]] = [
    ("another version", ["netviz_flows"], 2, "netviz_flows: expected version 1"),
    ("another level", ["level"], "host", "level: holds flows of level host"),
    ("no text", ["level"], 7, "level: expected a text"),
    ("no list", ["nodes"], {}, "nodes: expected a list"),
    ("no object", ["nodes", 0], "x", "nodes[0]: expected an object"),
    ("no id", ["nodes", 0, "id"], None, "nodes[0].id: is missing"),
    ("no machine", ["nodes", 0, "machine"], "x", "nodes[0].machine: expected the id of a machine"),
    ("an owner", ["nodes", 0, "owner"], ["x"], "nodes[0].owner: expected one of"),
    ("a user", ["nodes", 0, "uid"], -1, "nodes[0].uid: expected an integer"),
    ("a port", ["nodes", 0, "listeners", 0, "port"], "80", "nodes[0].listeners[0].port: expected"),
    ("a source", ["flows", 0, "source"], "x", "flows[0].source: expected the id of a node"),
    ("a match", ["flows", 0, "match"], "guess", "flows[0].match: expected a kind of match"),
    ("no count", ["flows", 0, "connections"], None, "flows[0].connections: is missing"),
    ("a count", ["flows", 0, "connections"], 0, "flows[0].connections: expected an integer"),
    ("a direction", ["flows", 0, "directed"], "no", "flows[0].directed: expected true or false"),
    ("a problem", ["machines", 0, "problems", 0], 7, "machines[0].problems[0]: expected a text"),
    ("no holder", [*LEFT, "node"], None, "coverage.unjoined[0].node.machine: is missing"),
    ("a holder", [*LEFT, "node", "owner"], 1, "coverage.unjoined[0].node.owner: expected one of"),
    ("no port", [*LEFT, "port"], None, "coverage.unjoined[0].port: is missing"),
    ("no sockets", [*LEFT, "sockets"], 0, "coverage.unjoined[0].sockets: expected an integer"),
    ("a role", [*LEFT, "client"], "no", "coverage.unjoined[0].client: expected true or false"),
    ("a place", [*LEFT, "machine"], 7, "coverage.unjoined[0].machine: expected a text"),
    ("times", ["machines", 0, "captured"], [1], "machines[0].captured: expected two times"),
    ("late", ["machines", 0, "captured"], [1, 10**400], "machines[0].captured: expected two times"),
]


@pytest.mark.parametrize(
    ("place", "value", "said"), [one[1:] for one in BAD], ids=[one[0] for one in BAD]
)
def test_what_is_wrong_is_said(place: list[Any], value: Any, said: str) -> None:
    bad: Any = good()
    inner = bad
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    with pytest.raises(Fault) as caught:
        to_graph(bad)
    fault = caught.value
    assert f"{fault.where}: {fault.what}".startswith(said)
    assert "netviz-stitch -f json" in fault.advice


VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, -1, 2**70, 1.5, "", "x", [], [[]], {}, {"id": 1}]
)


@settings(deadline=None)
@given(st.data())
def test_nothing_but_a_fault_is_raised(data: st.DataObject) -> None:
    """Whatever stands at any place of the document."""
    bad: Any = copy.deepcopy(good())
    inner: Any = {"": bad}
    key: Any = ""
    while isinstance(inner[key], (dict, list)) and inner[key]:
        if data.draw(st.integers(0, 4)) == 0:
            break
        inner = inner[key]
        keys = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
        key = data.draw(st.sampled_from(keys))
    inner[key] = data.draw(VALUES)
    if is_flows(bad):
        try:
            to_graph(bad)
        except Fault as fault:
            assert fault.what
