"""What one side could not see is not called gone, and not called new; that it could not is told."""

from __future__ import annotations

import pytest
from small_diffs import differences, flow, gaps, graph, node, tcp, told

from netviz.fleet.problems import (
    ANY_TABLE,
    bad_lines_sentence,
    empty_table_sentence,
    incomplete_table,
    not_seen,
    problem_sentence,
)
from netviz.graph import Listener, Machine
from netviz.snapshot.model import LEFT_OUT, Problem
from netviz.tables import BadLines

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


BROKEN = bad_lines_sentence("tcp", BadLines(1, "   1: XX broken line"))
LESS_WAS_READ = [
    BROKEN,
    empty_table_sentence("tcp6"),
    *(problem_sentence(Problem("ss.txt", error, 3, "tcp oops")) for error in LEFT_OUT),
    "ss.txt has no listening socket, like ss without the option -a",
]


@pytest.mark.parametrize("sentence", LESS_WAS_READ)
def test_a_table_of_which_not_all_could_be_read(sentence: str) -> None:
    broken = Machine("w", "w", problems=(sentence,))
    old = graph(WEB, DB, flows=(flow(WEB, DB, 5432),))
    found = differences(old, graph(DB, machines=(broken,)))
    assert told(found) == []
    assert gaps(found) == [("w", "new", "not everything readable", 1, 1, 1)]


def test_lines_that_neither_could_read_need_not_be_the_same() -> None:
    broken = Machine("w", "w", problems=(BROKEN,))
    found = differences(graph(WEB, machines=(broken,)), graph(machines=(broken,)))
    assert told(found) == []
    assert gaps(found) == [("w", "new", "not everything readable", 1, 1, 0)]


def test_a_broken_line_hides_nothing_of_another_protocol() -> None:
    broken = Machine("w", "w", problems=(BROKEN,))
    dns = node("w/dns", Listener("udp", "0.0.0.0", 53))
    inside = node("w/mail", Listener("udp", "0.0.0.0", 25), container="lxc:mail")
    found = differences(graph(dns, inside), graph(machines=(broken,)))
    assert [one[0] for one in told(found)] == ["went"] * 4


@pytest.mark.parametrize("table", ["sctp/eps", "sctp/assocs"])
@pytest.mark.parametrize("why", ["EACCES x1", "1 line could not be read, the first: '?'"])
def test_the_tables_of_sctp(table: str, why: str) -> None:
    broken = Machine("w", "w", problems=(f"{table}: {why}",))
    old = graph(node("w/hss", Listener("sctp", "0.0.0.0", 3868)))
    found = differences(old, graph(machines=(broken,)))
    assert told(found) == []
    assert gaps(found) == [("w", "new", "not everything readable", 1, 1, 0)]


@pytest.mark.parametrize("why", ["EACCES x1", "1 line could not be read, the first: '?'"])
def test_a_flow_through_a_translator_whose_translations_could_not_be_read(why: str) -> None:
    gate, blind = Machine("g", "g"), Machine("g", "g", problems=(f"nf_conntrack: {why}",))
    through = flow(WEB, DB, 5432, match="nat", via=("g",))
    old = graph(WEB, DB, flows=(through,), machines=(gate,))
    found = differences(old, graph(WEB, DB, machines=(blind,)))
    assert told(found) == []
    assert gaps(found) == [("g", "new", "not everything readable", 0, 0, 1)]


@pytest.mark.parametrize("why", ["EACCES x1", "2 lines could not be read, the first: '?'"])
def test_an_address_or_connections_that_could_not_be_read(why: str) -> None:
    broken = Machine("w", "w", problems=(f"tcp6: {why}",))
    both, half = node("w/web", tcp(80), tcp(80, "::")), node("w/web", tcp(80))
    old = graph(both, DB, flows=(flow(both, DB, 5432, 20),))
    found = differences(old, graph(half, DB, flows=(flow(half, DB, 5432, 1),), machines=(broken,)))
    assert told(found) == []
    assert gaps(found) == [("w", "new", "not everything readable", 0, 1, 1)]
    # What it has more than the other side, it has.
    moved = node("w/web", tcp(80, "10.0.0.1"))
    found = differences(
        old, graph(moved, DB, flows=(flow(moved, DB, 5432, 200),), machines=(broken,))
    )
    assert [one[0] for one in told(found)] == ["changed", "changed"]


def test_sentences_are_read_back() -> None:
    assert incomplete_table(BROKEN) == "tcp"
    assert incomplete_table(empty_table_sentence("raw6")) == "raw6"
    for error in LEFT_OUT:
        assert incomplete_table(problem_sentence(Problem("a: b", error, 7))) == ANY_TABLE
    refused = Problem("process", "EACCES", 12, "/proc/1")
    assert incomplete_table(problem_sentence(refused)) is None
    assert not_seen(problem_sentence(refused)) == "process: EACCES"
    assert not_seen("fd: EPERM x3, such as /proc/1/fd, in 2 of 3 samples") == "fd: EPERM"
    assert not_seen("fd: EPERM x3, in 2 of 3 samples") == "fd: EPERM"
    assert not_seen(problem_sentence(Problem("fd", "ESRCH", 2, "/proc/7"))) is None
    assert not_seen("imported from ss, which does not show x1") is not None
