"""A flow of which a socket is still there is not gone, and neither is a service that has one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_diffs import differences, flow, gaps, graph, node, tcp, told

from netviz.diff.differences import Differences
from netviz.graph import OUTSIDE, Coverage, Graph, Machine, Node, Unjoined
from netviz.join.unjoined import NOT_ANSWERED, REFUTED, SEVERAL_ENDS

JOB, DB = node("w/job"), node("d/db", tcp(5432))
OTHER = node("e/db", tcp(5432))
MACHINES = (Machine("w", "w"), Machine("d", "d"), Machine("e", "e"))

FOUND_NOT = "other ends not found"
WENT = ("went", "w/job > d/db tcp/5432", 1, None)


def left(
    holder: Node = JOB,
    port: int = 5432,
    machine: str | None = "d",
    is_client: bool = True,
    reason: str = SEVERAL_ENDS,
    proto: str = "tcp",
) -> Unjoined:
    return Unjoined(holder, proto, port, is_client, machine, reason, 1)


def with_unjoined(found: Graph, *unjoined: Unjoined) -> Graph:
    return replace(found, coverage=Coverage(unjoined=unjoined))


OLD = graph(JOB, DB, OTHER, flows=(flow(JOB, DB, 5432),), machines=MACHINES)


def compared(*unjoined: Unjoined, old: Graph = OLD) -> Differences:
    """What was ``old`` with a graph in which the flow is not, but these sockets are."""
    return differences(old, with_unjoined(graph(DB, OTHER, machines=MACHINES), *unjoined))


@pytest.mark.parametrize("machine", ["d", None])
def test_a_client_that_may_still_be_connected(machine: str | None) -> None:
    found = compared(left(machine=machine))
    assert told(found) == []
    assert gaps(found) == [("w", "new", FOUND_NOT, 0, 0, 1)]
    assert not found.alike


def test_a_server_whose_client_was_not_found() -> None:
    found = compared(left(DB, is_client=False, machine="w"))
    # The job is known by that flow alone.
    assert gaps(found) == [("d", "new", FOUND_NOT, 1, 0, 1)]
    assert told(found) == []


@pytest.mark.parametrize(
    "other",
    [
        left(port=5433),
        left(machine="e"),
        left(is_client=False),
        left(proto="udp"),
        *(left(reason=reason) for reason in sorted(REFUTED)),
    ],
)
def test_a_socket_of_another_flow_shows_that_its_service_is_there(other: Unjoined) -> None:
    found = compared(other)
    assert told(found) == [WENT]
    assert gaps(found) == []


def test_a_socket_of_another_service() -> None:
    assert told(compared(left(node("w/cron")))) == [("went", "w/job", (1000,), None), WENT]


def test_a_socket_that_nobody_is_seen_to_hold_may_be_of_any_service_of_its_place() -> None:
    assert told(compared(left(node("w/?")))) == []
    assert told(compared(left(node("d/?"), is_client=False, machine="w"))) == []
    elsewhere = left(node("w/?", netns="blue"))
    assert told(compared(elsewhere)) == [("went", "w/job", (1000,), None), WENT]


def test_what_was_translated_may_have_dialled_anything() -> None:
    through = flow(JOB, DB, 5432, match="nat", via=("e",))
    found = compared(left(port=15432, machine="e"), old=replace(OLD, flows=(through,)))
    assert told(found) == []
    assert gaps(found) == [("w", "new", FOUND_NOT, 0, 0, 1)]


def test_a_port_that_the_kernel_chose() -> None:
    peer = replace(OLD, flows=(flow(JOB, DB, 40001),))
    assert told(compared(left(port=50002), old=peer)) == []


def test_either_end_may_be_the_client() -> None:
    either = replace(OLD, flows=(flow(DB, JOB, None, directed=False),))
    assert told(compared(left(port=7), old=either)) == []


def test_a_flow_to_the_outside_is_none_inside() -> None:
    out = node("/", machine="", owner=OUTSIDE, label="to 203.0.113.0/24")
    old = graph(JOB, DB, out, flows=(flow(JOB, out, 5432, match="external"),), machines=MACHINES)
    assert ("went", "w/job > /to 203.0.113.0/24 tcp/5432", 1, None) in told(
        compared(left(machine=None), old=old)
    )


def test_what_is_unjoined_on_both_sides_is_alike() -> None:
    one = with_unjoined(graph(DB, machines=MACHINES), left(), left(reason=NOT_ANSWERED))
    assert differences(one, one).alike
