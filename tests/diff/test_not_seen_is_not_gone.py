"""What one side could not see is not called gone, and not called new; that it could not is told."""

from __future__ import annotations

import pytest
from small_diffs import differences, flow, gaps, graph, node, tcp, told

from netviz.graph import Listener, Machine

WEB, DB, JOB = node("w/web", tcp(80)), node("d/db", tcp(5432)), node("w/job")
HIDDEN = node("w/?")


def test_a_machine_that_was_not_captured() -> None:
    old = graph(WEB, DB, JOB, flows=(flow(WEB, DB, 5432), flow(JOB, DB, 5432)))
    found = differences(old, graph(WEB))
    assert told(found) == []
    # The job was only ever seen talking to the database.
    assert gaps(found) == [("d", "new", "not captured", 2, 1, 2)]
    assert not found.alike


def test_a_machine_that_was_not_captured_and_had_nothing() -> None:
    empty = Machine("e", "e")
    assert gaps(differences(graph(WEB, machines=(empty,)), graph(WEB))) == [
        ("e", "new", "not captured", 0, 0, 0)
    ]


def test_what_else_such_a_group_lost_is_told() -> None:
    old = graph(WEB, DB, JOB, flows=(flow(WEB, DB, 5432), flow(JOB, WEB, 80)))
    assert told(differences(old, graph(WEB))) == [
        ("went", "w/job", (1000,), None),
        ("went", "w/job > w/web tcp/80", 1, None),
    ]


def test_a_flow_through_a_translator_that_was_not_captured() -> None:
    gate = Machine("gate", "gate")
    through = flow(WEB, DB, 5432, match="nat", via=("gate",))
    old = graph(WEB, DB, flows=(through,), machines=(gate,))
    found = differences(old, graph(WEB, DB))
    assert told(found) == []
    assert gaps(found) == [("gate", "new", "not captured", 0, 0, 1)]


def test_a_service_whose_sockets_are_there_but_not_who_holds_them() -> None:
    old = graph(WEB, DB, flows=(flow(WEB, DB, 5432),))
    hidden = node("w/?", tcp(80))
    found = differences(old, graph(hidden, DB, flows=(flow(hidden, DB, 5432),)))
    assert told(found) == []
    assert gaps(found) == [("w", "new", "holders not visible", 1, 1, 1)]


def test_a_listener_is_gone_where_the_table_was_read_and_nobody_listens() -> None:
    hidden = node("w/?", tcp(22))
    found = differences(graph(WEB), graph(hidden))
    assert told(found) == [
        ("went", "w/web", (1000,), None),
        ("came", "w/? tcp/22", None, ("0.0.0.0",)),
        ("went", "w/web tcp/80", ("0.0.0.0",), None),
    ]
    assert gaps(found) == [("w", "new", "holders not visible", 0, 0, 0)]


def test_where_it_is_bound_is_seen_also_where_the_holder_is_not() -> None:
    old = graph(node("w/redis", tcp(6379, "127.0.0.1")))
    found = differences(old, graph(node("w/?", tcp(6379))))
    assert told(found) == [("changed", "w/redis tcp/6379", ("127.0.0.1",), ("0.0.0.0",))]
    assert gaps(found) == [("w", "new", "holders not visible", 1, 1, 0)]


def test_captures_that_both_see_no_holders_are_alike() -> None:
    hidden = node("w/?", tcp(80))
    one = graph(hidden, DB, flows=(flow(hidden, DB, 5432),))
    assert differences(one, one).alike


@pytest.mark.parametrize("where", [{"container": "lxc:mail"}, {"netns": "netns 4026532281"}])
def test_other_namespaces_of_a_machine_where_less_could_be_read(where: dict[str, str]) -> None:
    inside = node("w/mail", tcp(25), **where)
    refused = Machine("w", "w", problems=("process: EACCES x12, such as /proc/1",))
    found = differences(graph(WEB, inside), graph(WEB, machines=(refused,)))
    assert told(found) == []
    assert gaps(found) == [("w", "new", "not everything readable", 1, 1, 0)]


def test_what_is_refused_to_both_is_compared() -> None:
    refused = Machine("w", "w", problems=("process: EACCES x12, such as /proc/1",))
    inside = node("w/mail", tcp(25), container="lxc:mail")
    found = differences(graph(WEB, inside, machines=(refused,)), graph(WEB, machines=(refused,)))
    assert [one[0] for one in told(found)] == ["went", "went"]


def test_processes_that_ended_meanwhile_hide_nothing() -> None:
    vanished = Machine("w", "w", problems=("process: ENOENT x2, such as /proc/77",))
    inside = node("w/mail", tcp(25), container="lxc:mail")
    found = differences(graph(WEB, inside), graph(WEB, machines=(vanished,)))
    assert [one[0] for one in told(found)] == ["went", "went"]


def test_a_table_that_could_not_be_read() -> None:
    refused = Machine("w", "w", problems=("tcp6: EACCES x1, such as /proc/net/tcp6",))
    found = differences(
        graph(WEB, node("w/dns", Listener("udp", "0.0.0.0", 53))), graph(machines=(refused,))
    )
    assert told(found) == [
        ("went", "w/dns", (1000,), None),
        ("went", "w/dns udp/53", ("0.0.0.0",), None),
    ]
    assert gaps(found) == [("w", "new", "not everything readable", 1, 1, 0)]
