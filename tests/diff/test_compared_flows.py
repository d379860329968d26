"""Flows that came, went, or have far more or fewer connections."""

from __future__ import annotations

from fractions import Fraction

import pytest
from small_diffs import differences, flow, graph, node, tcp, told

WEB, DB = node("w/web"), node("d/db", tcp(5432))


def test_a_new_client_is_one_service_and_one_flow() -> None:
    job = node("w/job")
    old = graph(WEB, DB, flows=(flow(WEB, DB, 5432),))
    new = graph(WEB, DB, job, flows=(flow(WEB, DB, 5432), flow(job, DB, 5432)))
    assert told(differences(old, new)) == [
        ("came", "w/job", None, (1000,)),
        ("came", "w/job > d/db tcp/5432", None, 1),
    ]


@pytest.mark.parametrize(
    ("before", "after", "factor", "differs"),
    [
        (3, 4, "1", True),
        (3, 3, "1", False),
        (1, 2, "2", True),
        (3, 4, "1.5", False),
        (2, 3, "1.5", True),
        (9, 90, "10", True),
        (9, 89, "10", False),
        (90, 9, "10", True),
    ],
)
def test_counts_differ_by_a_factor(before: int, after: int, factor: str, differs: bool) -> None:
    old = graph(WEB, DB, flows=(flow(WEB, DB, 5432, before),))
    new = graph(WEB, DB, flows=(flow(WEB, DB, 5432, after),))
    expected = [("changed", "w/web > d/db tcp/5432", before, after)] if differs else []
    assert told(differences(old, new, Fraction(factor))) == expected


def test_counts_of_one_key_are_added_up() -> None:
    other = node("w/web", pids=(2,))
    old = graph(WEB, other, DB, flows=(flow(WEB, DB, 5432, 5), flow(other, DB, 5432, 6)))
    new = graph(WEB, DB, flows=(flow(WEB, DB, 5432, 11),))
    assert differences(old, new, Fraction(1)).alike


def test_server_ports_that_the_kernel_chose_are_one() -> None:
    old = graph(WEB, DB, flows=(flow(WEB, DB, 40000, 1), flow(WEB, DB, 40001, 20)))
    new = graph(WEB, DB, flows=(flow(WEB, DB, 40001, 1), flow(WEB, DB, 50000, 20)))
    assert differences(old, new, Fraction(1)).alike


def test_a_flow_of_no_known_direction_has_no_port_and_no_client() -> None:
    old = graph(WEB, DB, flows=(flow(WEB, DB, 5000, directed=False),))
    new = graph(WEB, DB, flows=(flow(DB, WEB, 6000, directed=False),))
    assert differences(old, new, Fraction(1)).alike
    assert told(differences(old, graph(WEB, DB))) == [("went", "d/db - w/web tcp/None", 1, None)]


def test_a_direction_that_one_capture_alone_knows_is_no_difference() -> None:
    old = graph(WEB, DB, flows=(flow(WEB, DB, 5432),))
    new = graph(WEB, DB, flows=(flow(DB, WEB, 40000, directed=False),))
    assert differences(old, new).alike


def test_a_connection_that_is_being_closed_is_that_of_whoever_had_it() -> None:
    closing = node("w/?none")
    old = graph(WEB, DB, flows=(flow(WEB, DB, 5432),))
    both = graph(WEB, closing, DB, flows=(flow(WEB, DB, 5432), flow(closing, DB, 5432)))
    assert differences(old, both).alike


def test_one_of_another_namespace_is_not() -> None:
    elsewhere = node("w/?none", netns="blue")
    old = graph(WEB, DB, flows=(flow(WEB, DB, 5432),))
    new = graph(WEB, elsewhere, DB, flows=(flow(WEB, DB, 5432), flow(elsewhere, DB, 5432)))
    assert told(differences(old, new)) == [("came", "w/? > d/db tcp/5432", None, 1)]


def test_and_hides_no_new_client() -> None:
    closing = node("w/?none")
    old = graph(closing, DB, flows=(flow(closing, DB, 5432),))
    new = graph(WEB, DB, flows=(flow(WEB, DB, 5432),))
    assert told(differences(old, new)) == [
        ("came", "w/web", None, (1000,)),
        ("came", "w/web > d/db tcp/5432", None, 1),
    ]


def test_paths_of_unix_sockets_are_told_apart() -> None:
    old = graph(WEB, DB, flows=(flow(WEB, DB, None, proto="unix", path="/run/a"),))
    new = graph(WEB, DB, flows=(flow(WEB, DB, None, proto="unix", path="/run/b"),))
    assert [one[0] for one in told(differences(old, new))] == ["went", "came"]


def test_what_is_outside_is_compared_by_name() -> None:
    outside = node("/net", owner="outside", label="to 203.0.113.0/24")
    old = graph(WEB, DB)
    new = graph(WEB, DB, outside, flows=(flow(WEB, outside, 443, match="external"),))
    assert told(differences(old, new)) == [("came", "w/web > /to 203.0.113.0/24 tcp/443", None, 1)]
