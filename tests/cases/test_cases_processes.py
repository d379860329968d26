"""Public reports about processes: odd names in every output, and holders that cannot be seen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from documents import document, graph_of, netns, table
from snapshot_documents import first_format, write

from netviz.explain.asking import explain_endpoint
from netviz.explain.endpoint import Endpoint
from netviz.graph import Graph
from netviz.render import render
from netviz.render.explanation import explanation_summary, explanation_text
from netviz.render.gaps import gaps
from netviz.render.summary import summary
from netviz.snapshot import load
from netviz.snapshot.model import NOT_TOLD
from netviz.stitch import stitch

REST = "00000000:00000000 00:00000000 00000000  1000        0"
TALK = table(
    f"0: 00000000:1F90 00000000:0000 0A {REST} 10 1 0",
    f"1: 0100007F:1F90 0100007F:9C40 01 {REST} 11 1 0",
    f"2: 0100007F:9C40 0100007F:1F90 01 {REST} 12 1 0",
)
HELD = {1: [10, 11], 2: [12]}

NAMES = [
    "two words",
    "a b) S 1 (x",
    "nl\nState:\tZ",
    "bad\\xff\\xfe",
    "",
    "0123456789abcde",
    "\n",
]


@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_53_a_name_is_kept_whole_whatever_is_in_it(tmp_path: Path, name: str) -> None:
    spec = document("m", [netns({"tcp": TALK})], HELD)
    spec["processes"][0]["comm"] = name
    graph = graph_of(tmp_path, spec)
    (node,) = [n for n in graph.nodes if n.pids == (1,)]
    assert node.name == name
    assert [n.pids for n in graph.nodes] == [(1,), (2,)]
    names = [n["name"] for n in json.loads(render(graph, "json"))["nodes"]]
    assert names == [name, "p2"]


HOSTILE = [
    "\x1b[31mred",
    "\x1b]0;title\x07",
    "\x9b2J",
    'q"; evil [label="',
    "back\\",
    "{a|<b>c}",
    "<b>&amp;</b>",
    "\u202ednl",
    "\r\n\tx",
    "<script>",
]


def hostile(folder: Path, name: str) -> Graph:
    """A machine where everything that a user may choose is ``name``."""
    spec = document(name, [netns({"tcp": TALK}, name=name)], HELD)
    for process in spec["processes"]:
        process.update(comm=name, security=name, exe=f"/{name}", cgroup=f"0::/{name}.service\n")
    return graph_of(folder, spec)


@pytest.mark.parametrize("name", HOSTILE, ids=repr)
def test_54_no_name_leaves_its_place_in_a_text_format(tmp_path: Path, name: str) -> None:
    graph, plain = hostile(tmp_path, name), hostile(tmp_path, "plain")
    for kind in ("dot", "json"):
        text, expected = (render(g, kind).decode() for g in (graph, plain))
        assert all(c.isprintable() or c == "\n" for c in text if kind == "dot" or c < " "), kind
        assert text.count("\n") == expected.count("\n"), kind
        assert text.count(" -> ") == expected.count(" -> "), kind
    assert json.loads(render(graph, "json"))["nodes"][0]["name"] == name


@pytest.mark.parametrize("name", HOSTILE, ids=repr)
def test_54_no_name_reaches_the_terminal_raw(tmp_path: Path, name: str) -> None:
    graph = hostile(tmp_path, name)
    explained = explain_endpoint(load(str(tmp_path / "0.json")), Endpoint(None, 8080))
    for text in (
        summary(graph),
        explanation_summary(explained),
        explanation_text(explained).decode(),
    ):
        assert all(c.isprintable() or c == "\n" for c in text)
    assert len(explained.sockets) == 3


UNSEEN = [
    ("fd", "EACCES"),
    ("fd", "EPERM"),
    ("process", "EACCES"),
    ("process", "EPERM"),
]


@pytest.mark.parametrize(("what", "error"), UNSEEN)
@pytest.mark.parametrize("side", ["client", "server", "listener"])
def test_59_a_holder_that_cannot_be_seen_is_not_nobody(
    tmp_path: Path, what: str, error: str, side: str
) -> None:
    unseen_holder(tmp_path, what, error, side)


@pytest.mark.parametrize("side", ["client", "server", "listener"])
def test_60_a_hidden_holder_is_not_nobody(tmp_path: Path, side: str) -> None:
    unseen_holder(tmp_path, "hidepid", "EPERM", side)


def unseen_holder(tmp_path: Path, what: str, error: str, side: str) -> None:
    """The sockets stay, and so does the flow; who holds one of them is unknown."""
    held = {
        "client": {1: [10, 11]},
        "server": {1: [10], 2: [12]},
        "listener": {1: [11], 2: [12]},
    }[side]
    problems = [{"what": what, "error": error, "count": 3, "example": "/proc/9/fd"}]
    for told, owner in (([], "none"), (problems, "unseen")):
        spec = document("m", [netns({"tcp": TALK})], held, problems=told)
        graph = graph_of(tmp_path, spec)
        assert [n.owner for n in graph.nodes if n.owner] == [owner]
        assert sum(flow.connections for flow in graph.flows) == 1
        assert graph.coverage.unowned == 1
    assert graph.machines[0].problems == (f"{what}: {error} x3, such as /proc/9/fd",)
    assert "not everything readable on 1 machine" in summary(graph)


@pytest.mark.parametrize(
    ("pid_namespace", "owner"), [(None, "none"), (4026531836, "none"), (4026532249, "unseen")]
)
def test_59_a_holder_outside_of_the_container_is_not_nobody(
    tmp_path: Path, pid_namespace: int | None, owner: str
) -> None:
    """Containers of a pod share their network namespace, and each sees its own processes."""
    spec = document("m", [netns({"tcp": TALK})], {1: [10, 11]})
    spec["privileges"] = {"euid": 0, "pid_namespace": pid_namespace}
    graph = graph_of(tmp_path, spec)
    assert [n.owner for n in graph.nodes if n.owner] == [owner]
    if owner == "none":
        assert graph.machines[0].problems == ()
        assert summary(graph).endswith("; nothing unreadable")
    else:
        unseen = "processes outside of this container (PID namespace) were not seen"
        assert graph.machines[0].problems == (unseen,)
        assert f"Not seen on m: {unseen}" in gaps(graph, numeric=True)
        assert summary(graph).endswith("; not everything readable on 1 machine")


def test_format_1_does_not_tell_what_could_not_be_read(tmp_path: Path) -> None:
    write(tmp_path / "m.json", first_format())
    graph = stitch(load(tmp_path / "m.json"))
    assert graph.machines[0].problems == (NOT_TOLD,)
    assert summary(graph).endswith("; not known whether everything was readable on 1 machine")
    assert "not known whether everything could be read" in render(graph, "dot").decode()


def test_59_what_was_refused_elsewhere_hides_no_holder(tmp_path: Path) -> None:
    problems = [{"what": "nf_conntrack", "error": "EPERM", "count": 1, "example": None}]
    spec = document("m", [netns({"tcp": TALK})], {1: [10, 11]}, problems=problems)
    assert [n.owner for n in graph_of(tmp_path, spec).nodes if n.owner] == ["none"]
