"""What could not be seen is told on the picture."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sample_graphs import two_machines
from svg_reading import painted

from netviz.graph import Coverage, Graph, Machine, Missing
from netviz.render import render
from netviz.render.gaps import gaps


def told(*machines: Machine, **coverage: object) -> list[str]:
    graph = Graph(machines, (), (), replace(Coverage(), **coverage), "label")  # type: ignore[arg-type]
    return gaps(graph, numeric=False)


def at(name: str, first: float, last: float) -> Machine:
    return Machine(name, name, captured=(first, last))


def test_nothing_is_told_where_all_was_seen() -> None:
    assert told(at("a", 0, 2), at("b", 1, 3), Machine("c", "c")) == []


@pytest.mark.parametrize(
    ("apart", "text"),
    [(60, "1 minute"), (600, "10 minutes"), (10800, "3 hours"), (864000, "10 days")],
)
def test_snapshots_far_apart(apart: int, text: str) -> None:
    (line,) = told(at("late", 2 + apart, 3 + apart), at("early", 0, 2), at("mid", 1, 5))
    assert line.startswith(
        f"Captured {text} apart, by the machines' own clocks: early first, late last;"
    )


def test_snapshots_that_follow_each_other_closely_are_not_apart() -> None:
    assert told(at("a", 0, 2), at("b", 61, 63)) == []
    assert told(at("a", 0, 2), at("b", 62, 63)) != []


def test_a_long_capture_that_overlaps_is_not_apart() -> None:
    assert told(at("a", 0, 5000), at("b", 4990, 4995)) == []


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), float("-inf")])
def test_odd_times_do_no_harm(odd: float) -> None:
    assert told(at("a", odd, odd), at("b", 0, 1)) == []
    render(Graph((at("a", odd, odd), at("b", 0, 1)), (), (), Coverage()), "dot")


def test_missing_ends_that_most_talk_to_come_first() -> None:
    missing = tuple(Missing("tcp", f"10.0.0.{n}", 5432, n) for n in range(1, 9))
    assert told(missing=missing) == [
        "Talked to, but not captured: "
        "tcp/5432 postgresql on 10.0.0.8 (8 sockets), tcp/5432 postgresql on 10.0.0.7 (7 sockets), "
        "tcp/5432 postgresql on 10.0.0.6 (6 sockets), tcp/5432 postgresql on 10.0.0.5 (5 sockets), "
        "tcp/5432 postgresql on 10.0.0.4 (4 sockets) and 3 more"
    ]


@pytest.mark.usefixtures("dot_program")
def test_all_of_it_is_on_the_picture() -> None:
    graph = two_machines()
    late = Machine("late", "late", captured=(2e9, 2e9 + 1))
    note = " ".join(painted(render(replace(graph, machines=(*graph.machines, late)), "dot")).graph)
    for text in (
        "Unmatched: nothing listens there (4)",
        "apart, by the machines' own clocks: app first, late last",
        "not captured: tcp/6379 redis on 10.1.0.3 (80 sockets)",
        "Nothing to show of: void",
        "Not seen on store: fd: EACCES x42",
        "not everything readable on 1 machine",
    ):
        assert text in note, text
