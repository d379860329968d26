"""Which flows are one line in a picture, and that none is lost in it."""

from __future__ import annotations

import re

from netviz.bundles import MOST_LINES, bundles
from netviz.graph import Coverage, Flow, Graph, Machine, Node
from netviz.render import render

MACHINE = Machine("m", "m")
NODES = tuple(Node(name, "m", name, name, pids=(1,)) for name in "abc")


def flow(source: str, target: str, port: int, count: int = 1, match: str = "reciprocal") -> Flow:
    return Flow(source, target, "tcp", port, count, match, {match: count})


def graph(*flows: Flow, level: str = "service") -> Graph:
    return Graph((MACHINE,), NODES, flows, Coverage(), level)


def crowded() -> Graph:
    """Many ports from a to b, two of them seen at one end, and one from b to c."""
    many = [flow("a", "b", port, port) for port in range(1, MOST_LINES + 1)]
    return graph(*many, flow("a", "b", 1000, 5, "one-sided"), flow("b", "c", 1001))


def test_flows_between_two_nodes_are_lines_of_their_own() -> None:
    assert [len(one) for one in bundles(graph(flow("a", "b", 1), flow("a", "b", 2)))] == [1, 1]


def test_flows_from_a_node_to_itself_are_one_line() -> None:
    inner = graph(flow("a", "a", 1), flow("a", "b", 2), flow("a", "a", 3), flow("b", "b", 4))
    assert [[one.port for one in line] for line in bundles(inner)] == [[1, 3], [2], [4]]


def test_connections_have_a_line_each() -> None:
    inner = graph(flow("a", "a", 1), flow("a", "a", 1), level="connection")
    assert len(bundles(inner)) == 2


def test_where_there_are_too_many_there_is_a_line_for_each_look_between_two_nodes() -> None:
    found = bundles(crowded())
    assert [(one[0].source, one[0].match, len(one)) for one in found] == [
        ("a", "reciprocal", MOST_LINES),
        ("a", "one-sided", 1),
        ("b", "reciprocal", 1),
    ]


def test_a_line_of_many_names_the_busiest_and_sums_up_the_rest() -> None:
    for name in ("dot", "mermaid"):
        text = render(crowded(), name).decode()
        text = re.sub(r"#(\d+);", lambda found: chr(int(found[1])), text)
        assert f"tcp/{MOST_LINES} x{MOST_LINES}<" in text
        more = re.search(r"and ([\d,]+) more x([\d,]+)", text)
        assert more is not None
        hidden, connections = (int(number.replace(",", "")) for number in more.groups())
        assert connections == sum(range(1, hidden + 1))
        assert hidden == MOST_LINES - {"dot": 3, "mermaid": 8}[name]
    assert "302 flows are drawn as 3 lines" in render(crowded(), "dot").decode()


def test_the_names_of_flows_inside_stand_in_the_box() -> None:
    """On the loops they would lie on each other: Graphviz keeps no room for them."""
    text = render(graph(flow("a", "a", 1), flow("a", "a", 2, 7)), "dot").decode()
    assert ">inside: tcp/2 x7, tcp/1<" in text.replace(" tcpmux", "").replace(" compressnet", "")
    (loop,) = re.findall("n1 -> n1 .*", text)
    assert "label=" not in loop.replace("labeltooltip", "")
    assert "tcp/1" in loop and "tcp/2" in loop
    one = render(graph(flow("a", "a", 1)), "dot").decode()
    assert "inside" not in one
    assert re.search("n1 -> n1 .*label=<", one)
