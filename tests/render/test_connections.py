"""At ``--group-by connection`` a line has both endpoints; what stands where is told everywhere."""

from __future__ import annotations

import csv
import html
import io
import re
from dataclasses import replace

import pytest

from netviz.graph import Coverage, Flow, Graph, Machine, Node, Sample
from netviz.group import group
from netviz.render import RenderOptions, render

WIDE = RenderOptions(width=300)


def node(name: str, **fields: str) -> Node:
    machine, _, label = name.partition("/")
    return replace(Node(name, machine, label, label), **fields)  # type: ignore[arg-type]


def flow(source: str, target: str, sample: Sample, directed: bool = True) -> Flow:
    return Flow(
        *(source, target, "tcp", sample[3], 1, "reciprocal", {"reciprocal": 1}, directed),
        samples=(sample,),
    )


NODES = (
    node("web/curl"),
    node("web/curl2", label="curl", netns="blue"),
    node("web/nginx", netns="netns 4026532100", container="docker:1"),
)
FLOWS = (
    flow("web/curl", "web/nginx", ("10.0.0.1", 40000, "10.0.0.2", 80)),
    flow("web/curl", "web/nginx", ("10.0.0.1", 40001, "10.0.0.2", 80)),
    flow("web/curl2", "web/nginx", ("fd00::1", 40000, "fd00::2", 80), directed=False),
    Flow("web/curl", "web/curl", "unix", None, 1, "peer", {"peer": 1}, path="/run/x"),
    flow("web/curl", "web/curl", ("127.0.0.1", 40000, "127.0.0.1", 90)),
)
ENDPOINTS = [
    "10.0.0.1:40000 → 10.0.0.2:80",
    "10.0.0.1:40001 → 10.0.0.2:80",
    "127.0.0.1:40000 → 127.0.0.1:90",
    "[fd00::1]:40000 — [fd00::2]:80",
]


def graph(level: str) -> Graph:
    whole = Graph((Machine("web", "web"),), NODES, FLOWS, Coverage(), "connection")
    return whole if level == "connection" else group(replace(whole, level="process"), level)


def told(level: str, format: str) -> str:
    written = render(graph(level), format, WIDE).decode()
    return re.sub(r"#(\d+);", lambda found: chr(int(found[1])), html.unescape(written))


@pytest.mark.parametrize("format", ["dot", "mermaid", "table"])
def test_what_people_read_has_the_endpoints_of_each_connection(format: str) -> None:
    text = told("connection", format)
    assert [ends for ends in ENDPOINTS if ends not in text] == []


@pytest.mark.parametrize("format", ["mermaid", "table"])
def test_a_coarser_level_has_none(format: str) -> None:
    text = told("process", format)
    assert not re.search(r":4000\d|endpoints", text)


def lines(level: str) -> list[dict[str, str]]:
    written = render(graph(level), "csv").decode()
    return list(csv.DictReader(io.StringIO(written, newline="")))


def test_csv_has_the_endpoints_in_columns() -> None:
    names = ("source_address", "source_port", "target_address", "target_port")
    found = [tuple(line[name] for name in names) for line in lines("connection")]
    assert found[0] == ("10.0.0.1", "40000", "10.0.0.2", "80")
    assert found[2] == ("fd00::1", "40000", "fd00::2", "80")
    assert found[3] == ("", "", "", "")
    assert {line[name] for line in lines("process") for name in names} == {""}


def test_csv_keeps_its_first_columns() -> None:
    assert list(lines("process")[0])[:18] == [
        *("source_machine", "source", "source_unit", "source_container", "source_uid"),
        *("target_machine", "target", "target_unit", "target_container", "target_uid"),
        *("proto", "port", "path", "connections", "match", "directed", "via", "dialled"),
    ]


@pytest.mark.parametrize("level", ["connection", "process", "service"])
def test_alike_processes_of_two_namespaces_can_be_told_apart(level: str) -> None:
    found = {(line["source"], line["source_netns"], line["target_netns"]) for line in lines(level)}
    assert {("curl", "", "netns 4026532100"), ("curl", "blue", "netns 4026532100")} <= found
    table = told(level, "table")
    assert "web, network namespace blue   " in table
    assert "web, network namespace 4026532100   " in table
    assert re.search(r"^curl +web  ", table, re.MULTILINE)


def test_a_machine_is_in_no_namespace_of_its_own() -> None:
    assert "network namespace" not in told("host", "table")
    assert {line["source_netns"] for line in lines("host")} == {""}


def test_a_name_of_a_namespace_cannot_steer_the_terminal_or_a_spreadsheet() -> None:
    evil = replace(graph("process"), nodes=tuple(replace(n, netns="=\x1b[2J" * 30) for n in NODES))
    assert "\x1b" not in render(evil, "table").decode()
    assert ",'=\\x1b[2J" in render(evil, "csv").decode()
