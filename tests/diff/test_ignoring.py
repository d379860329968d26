"""``--ignore``: what is left out of a comparison, and that nothing else is."""

from __future__ import annotations

import pytest
from small_diffs import flow, graph, node, tcp

from netviz.diff.compare import compare
from netviz.diff.ignoring import ignored
from netviz.filters import parse_expression
from netviz.graph import Graph, Machine

WEB, DB = node("w/web", tcp(80), uid=33), node("d/db", tcp(5432), tcp(9100), uid=26)
JOB, EXPORTER = node("w/job"), node("d/exporter", tcp(9100, "127.0.0.1"), container="lxc:mon")
ALL = graph(
    *(WEB, DB, JOB, EXPORTER),
    flows=(flow(WEB, DB, 5432), flow(JOB, DB, 5432), flow(JOB, WEB, 80, match="nat", via=("d",))),
)


def left(expression: str, whole: Graph = ALL) -> tuple[set[str], int, int]:
    """Names of nodes, and how many listeners and flows."""
    kept = ignored(whole, parse_expression(expression))
    assert ignored(kept, parse_expression(expression)) == kept
    return (
        {node.label for node in kept.nodes},
        sum(len(node.listeners) for node in kept.nodes),
        len(kept.flows),
    )


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("process=nobody", ({"web", "db", "job", "exporter"}, 4, 3)),
        ("process=job", ({"web", "db", "exporter"}, 4, 1)),
        ("port=9100", ({"web", "db", "job"}, 2, 3)),
        ("port=9100 and address=127.0.0.0/8", ({"web", "db", "job"}, 3, 3)),
        ("port=5432", ({"web", "db", "job", "exporter"}, 3, 1)),
        ("port=5432 and client.process=job", ({"web", "db", "job", "exporter"}, 4, 2)),
        ("port=5432 and process=job", ({"web", "db", "job", "exporter"}, 4, 2)),
        ("server.process=db", ({"web", "job", "exporter"}, 2, 1)),
        ("match=nat", ({"web", "db", "job", "exporter"}, 4, 2)),
        ("container=lxc:*", ({"web", "db", "job"}, 3, 3)),
        ("user=33", ({"db", "job", "exporter"}, 3, 1)),
        ("machine=d", ({"web", "job"}, 1, 1)),
        ("proto=tcp", (set(), 0, 0)),
    ],
)
def test_what_is_left(expression: str, expected: tuple[set[str], int, int]) -> None:
    assert left(expression) == expected


def test_a_machine_that_is_ignored_is_not_missed() -> None:
    lost = graph(WEB, JOB, flows=(flow(JOB, WEB, 80, match="nat", via=("d",)),))
    expression = parse_expression("machine=d")
    assert compare(ignored(ALL, expression), ignored(lost, expression)).alike
    gone = ignored(graph(WEB, JOB), expression)
    (went,) = compare(ignored(ALL, expression), gone).flows
    assert went.change == "went"


@pytest.mark.parametrize("expression", ["machine=d and port=80", "client.machine=d", "match=nat"])
def test_a_machine_is_ignored_for_its_name_alone(expression: str) -> None:
    kept = ignored(graph(machines=(Machine("d", "d"),)), parse_expression(expression))
    assert [machine.name for machine in kept.machines] == ["d"]
