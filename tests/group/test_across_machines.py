"""Levels at which a node may span machines: subnets, labels, and what a picture chooses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from graph_strategies import process_graphs
from hypothesis import given, settings

from netviz.bundles import MOST_LINES, bundles
from netviz.graph import Coverage, Flow, Graph, Listener, Machine, Node
from netviz.group import group
from netviz.labels import LabelsError, by_label, read_labels
from netviz.readable import MOST_NODES, readable
from netviz.render import render
from netviz.subnets import by_subnet

MACHINES = (
    Machine("bill1", "bill1", ("fe80::1", "10.1.0.5")),
    Machine("bill2", "bill2", ("10.1.0.9", "192.168.7.1")),
    Machine("db", "db", ("10.2.0.5",)),
    Machine("six", "six", ("fe80::2", "fd00:0:0:7::1")),
    Machine("void", "void"),
)


def node(machine: str, label: str, *ports: int) -> Node:
    listeners = tuple(Listener("tcp", "::", port) for port in ports)
    return Node(f"{machine}/{label}", machine, label, label, pids=(7,), uid=1, listeners=listeners)


NODES = (
    node("bill1", "java", 8080),
    node("bill2", "java", 8080),
    node("bill2", "sshd", 22),
    node("db", "postgres", 5432),
    node("six", "curl"),
    node("void", "curl"),
)


def flow(source: str, target: str, port: int, count: int) -> Flow:
    return Flow(source, target, "tcp", port, count, "reciprocal", {"reciprocal": count})


FLOWS = (
    flow("bill1/java", "db/postgres", 5432, 3),
    flow("bill2/java", "bill1/java", 8080, 2),
    flow("bill2/java", "db/postgres", 5432, 4),
    flow("six/curl", "bill1/java", 8080, 1),
)
GRAPH = Graph(MACHINES, NODES, FLOWS, Coverage(), "service")


def told(graph: Graph) -> list[tuple[str, str, int | None, int]]:
    label = {node.id: node.label for node in graph.nodes}
    return sorted((label[f.source], label[f.target], f.port, f.connections) for f in graph.flows)


def test_subnets() -> None:
    graph = by_subnet(GRAPH)
    assert [(n.label, n.machine) for n in graph.nodes] == [
        ("10.1.0.0/24", ""),
        ("10.2.0.0/24", "db"),
        ("fd00:0:0:7::/64", "six"),
        ("no address", "void"),
    ]
    assert told(graph) == [
        ("10.1.0.0/24", "10.1.0.0/24", 8080, 2),
        ("10.1.0.0/24", "10.2.0.0/24", 5432, 7),
        ("fd00:0:0:7::/64", "10.1.0.0/24", 8080, 1),
    ]


def test_a_node_on_several_machines_says_so_and_has_no_pids() -> None:
    """Processes of different machines may have one pid: their number would be wrong."""
    subnet, _, alone, _ = by_subnet(GRAPH).nodes
    assert (subnet.spans, subnet.pids) == (2, ())
    assert (alone.spans, alone.pids) == (1, (7,))
    for name in ("dot", "mermaid"):
        assert b"2 machines" in render(by_subnet(GRAPH), name)


@pytest.mark.parametrize("name", ["dot", "mermaid"])
def test_what_no_label_fits_says_which_machine_it_is_on(tmp_path: Path, name: str) -> None:
    labels = read_labels(written(tmp_path, LABELS))
    for level, beside in ((by_label(GRAPH, labels), True), (by_subnet(GRAPH), False)):
        text = render(level, name).decode()
        assert ("on bill2<" in text or 'on bill2"' in text) == beside


LABELS = """
[[label]]
name = "billing"
machine = "bill*"
process = ["java", "tomcat*"]

[[label]]
name = "databases"
port = [5432, 3306]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "labels.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_labels(tmp_path: Path) -> None:
    graph = by_label(GRAPH, read_labels(written(tmp_path, LABELS)))
    assert {(n.label, n.machine) for n in graph.nodes} == {
        ("billing", ""),
        ("databases", "db"),
        ("sshd", "bill2"),
        ("curl", "six"),
        ("curl", "void"),
    }
    assert told(graph) == [
        ("billing", "billing", 8080, 2),
        ("billing", "databases", 5432, 7),
        ("curl", "billing", 8080, 1),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no [[label]]"),
        ("label = 3", "holds no [[label]]"),
        ("[[labels]]\nname='x'", "holds no [[label]]"),
        ("[[label]]\nport=1", "label 1: needs a name"),
        ("[[label]]\nname='x'", "label 1: 'x' needs a pattern"),
        ("[[label]]\nname='x'\nhost='y'", "label 1: 'host' is not one of name,"),
        ("[[label]]\nname='x'\nport='http'", "label 1: port: a port or a list"),
        ("[[label]]\nname='x'\nport=70000", "label 1: port: a port or a list"),
        ("[[label]]\nname='x'\nmachine=[1]", "label 1: machine: a pattern or a list"),
        ("[[label]]\nname='x'\nmachine=[]", "label 1: machine: a pattern or a list"),
        ("label = [1]", "label 1: is no table"),
        ("[[label", "is no TOML"),
    ],
)
def test_files_that_are_no_labels(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(LabelsError) as raised:
        read_labels(path)
    assert str(raised.value).startswith(str(path))
    assert said in str(raised.value)
    assert str(raised.value).count("\n") <= 1


def test_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(LabelsError, match="is a device"):
        read_labels("/dev/zero")
    with pytest.raises(LabelsError, match="there is no such file"):
        read_labels(tmp_path / "none.toml")
    (tmp_path / "b.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(LabelsError, match="is no TOML"):
        read_labels(tmp_path / "b.toml")


@pytest.mark.parametrize("name", ["dot", "json", "csv", "graphml", "mermaid", "table", "html"])
def test_every_format_takes_them(tmp_path: Path, name: str) -> None:
    for graph in (by_subnet(GRAPH), by_label(GRAPH, read_labels(written(tmp_path, LABELS)))):
        assert render(graph, name)


@given(process_graphs())
@settings(max_examples=100, deadline=None)
def test_nothing_is_lost(graph: Graph) -> None:
    for coarse in (by_subnet(graph), by_subnet(group(graph, "host"))):
        assert sum(f.connections for f in coarse.flows) == sum(f.connections for f in graph.flows)
        assert {n.id for n in coarse.nodes} >= {f.source for f in coarse.flows}
        assert [n.id for n in coarse.nodes] == sorted(n.id for n in coarse.nodes)


def fleet(machines: int, services: int, calls: int) -> Graph:
    made = tuple(
        Machine(f"m{n:03d}", f"m{n:03d}", (f"10.{n // 20}.0.{n % 20 + 1}",))
        for n in range(machines)
    )
    nodes = tuple(node(machine.id, f"s{n}", 8000 + n) for machine in made for n in range(services))
    flows = tuple(
        flow(nodes[n].id, nodes[(n + step * services) % len(nodes)].id, 8000 + n % services, 1)
        for n in range(len(nodes))
        for step in range(1, calls + 1)
    )
    return Graph(made, nodes, flows, Coverage(), "service")


def test_small_picture_stays_as_it_is() -> None:
    assert readable(GRAPH) == (GRAPH, "")


@pytest.mark.parametrize(
    ("shape", "level"),
    [((20, 7, 1), "container"), ((100, 2, 1), "container"), ((200, 3, 2), "subnet")],
)
def test_large_picture_is_drawn_at_the_finest_level_that_can_be_read(
    shape: tuple[int, int, int], level: str
) -> None:
    graph, why = readable(fleet(*shape))
    assert graph.level == level
    assert why.split(" ", 1)[1] == "services are too many to read"
    assert len(graph.nodes) <= MOST_NODES
    assert len(bundles(graph)) <= MOST_LINES


def test_more_subnets_than_can_be_read_are_wide_ones() -> None:
    many = fleet(300, 1, 1)
    machines = tuple(
        replace(one, addresses=(f"10.{n % 4}.{n // 4}.1",)) for n, one in enumerate(many.machines)
    )
    graph, _ = readable(replace(many, machines=machines))
    assert [node.label for node in graph.nodes] == [f"10.{n}.0.0/16" for n in range(4)]


def test_five_hundred_machines_of_one_network_are_drawn_all_the_same() -> None:
    graph, why = readable(fleet(400, 1, 3))
    assert (graph.level, why.split(" ")[0]) == ("subnet", "400")
