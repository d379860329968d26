"""Rule 12: the ports of two associations mirror and their sets of addresses meet, both ways."""

from __future__ import annotations

import pytest
from groups import BTIME, CAPTURED, flows
from hypothesis import given, settings
from hypothesis import strategies as st
from sctp_machines import Association, Endpoint, machine, stitched

from netviz.graph import Listener

CLIENT = Association("10.0.0.1", 40000, "10.0.0.2", 3868, 2)
SERVER = Association("10.0.0.2", 3868, "10.0.0.1", 40000, 3)
LISTENS = Endpoint("0.0.0.0", 3868, 3)


def test_one_address_each() -> None:
    graph = stitched(machine("a", "10.0.0.1", CLIENT), machine("b", "10.0.0.2", SERVER, LISTENS))
    assert flows(graph) == [("a/p2", "b/p3", "sctp", 3868, "reciprocal", 1)]
    assert graph.flows[0].samples == (("10.0.0.1", 40000, "10.0.0.2", 3868),)
    assert graph.flows[0].directed
    coverage = graph.coverage
    assert (coverage.sockets, coverage.joined, coverage.listening, coverage.pairs) == (3, 2, 1, 1)


def test_several_addresses_meet() -> None:
    """One side has lost a path: the sets are not equal, and need not be."""
    a = machine(
        "a", "10.0.0.1 10.1.0.1", Association("10.0.0.1 *10.1.0.1", 40000, "10.0.0.2", 3868, 2)
    )
    b = machine(
        "b",
        "10.0.0.2 10.1.0.2",
        Association("10.0.0.2 10.1.0.2", 3868, "*10.1.0.1 10.0.0.1", 40000, 3),
        LISTENS,
    )
    graph = stitched(a, b)
    assert flows(graph) == [("a/p2", "b/p3", "sctp", 3868, "reciprocal", 1)]
    assert graph.flows[0].samples == (("10.1.0.1", 40000, "10.0.0.2", 3868),)


def test_ipv6_and_ipv4_in_one_association() -> None:
    a = machine("a", "10.0.0.1 fd00::1", Association("10.0.0.1 fd00::1", 40000, "fd00::2", 3868, 2))
    b = machine(
        "b", "10.0.0.2 fd00::2", Association("*fd00::2 10.0.0.2", 3868, "10.0.0.1", 40000, 3)
    )
    assert [f[4] for f in flows(stitched(a, b))] == ["reciprocal"]


def test_sets_that_meet_one_way_only_are_no_connection() -> None:
    a = machine("a", "10.0.0.1", CLIENT)
    b = machine("b", "10.0.0.2", Association("10.0.0.2", 3868, "10.0.0.9", 40000, 3))
    graph = stitched(a, b)
    assert flows(graph) == []
    assert (graph.coverage.unmatched, graph.coverage.external) == (1, 1)


@pytest.mark.parametrize("ports", [(40001, 3868), (40000, 3869), (3868, 40000)])
def test_ports_that_do_not_mirror_are_no_connection(ports: tuple[int, int]) -> None:
    a = machine("a", "10.0.0.1", Association("10.0.0.1", ports[0], "10.0.0.2", ports[1], 2))
    assert flows(stitched(a, machine("b", "10.0.0.2", SERVER))) == []


def test_address_that_another_machine_has_too_joins_where_mirrored() -> None:
    a = machine("a", "10.0.0.1", CLIENT)
    b = machine("b", "10.0.0.2", SERVER, LISTENS)
    moved = machine("c", "10.0.0.2")
    assert [f[:2] for f in flows(stitched(a, b, moved))] == [("a/p2", "b/p3")]
    also = machine("c", "10.0.0.2", Association("10.0.0.2", 3868, "10.0.0.1", 40000, 4))
    graph = stitched(a, b, also)
    assert "a/p2" not in {end for f in flows(graph) for end in f[:2]}
    assert graph.coverage.ambiguous == 1


def test_loopback_stays_inside() -> None:
    talk = (
        Association("127.0.0.1", 40000, "127.0.0.1", 3868, 2),
        Association("127.0.0.1", 3868, "127.0.0.1", 40000, 3),
    )
    both = stitched(machine("a", "10.0.0.1", *talk, LISTENS), machine("b", "10.0.0.2", *talk))
    assert sorted(f[:2] for f in flows(both)) == [("a/p2", "a/p3"), ("b/p2", "b/p3")]
    apart = stitched(machine("a", "10.0.0.1", talk[0]), machine("b", "10.0.0.2", talk[1]))
    assert flows(apart) == []


def test_one_to_many_socket_has_many_associations() -> None:
    """They share an inode, and each is real."""
    server = [
        Association(
            "10.0.0.9", 3868, f"10.0.0.{n}", 40000, 3, 77, style=0, socket_state=10, number=n
        )
        for n in (1, 2)
    ]
    endpoint = Endpoint("10.0.0.9", 3868, 3, 77)
    clients = [
        machine(name, f"10.0.0.{n}", Association(f"10.0.0.{n}", 40000, "10.0.0.9", 3868, 2))
        for n, name in ((1, "a"), (2, "b"))
    ]
    graph = stitched(machine("s", "10.0.0.9", *server, endpoint), *clients)
    assert flows(graph) == [
        ("a/p2", "s/p3", "sctp", 3868, "reciprocal", 1),
        ("b/p2", "s/p3", "sctp", 3868, "reciprocal", 1),
    ]


def test_not_accepted_yet_is_queued_at_its_listener() -> None:
    waiting = Association("10.0.0.2", 3868, "10.0.0.1", 40000, 3, 55, socket_state=10)
    b = machine("b", "10.0.0.2", waiting, Endpoint("0.0.0.0", 3868, 3, 55))
    graph = stitched(machine("a", "10.0.0.1", CLIENT), b)
    assert flows(graph) == [("a/p2", "b/p3", "sctp", 3868, "queued", 1)]
    assert graph.coverage.queued == 1


def test_unowned_association_keeps_its_flow() -> None:
    b = machine("b", "10.0.0.2", Association("10.0.0.2", 3868, "10.0.0.1", 40000), LISTENS)
    graph = stitched(machine("a", "10.0.0.1", CLIENT), b)
    assert flows(graph) == [("a/p2", "b/?", "sctp", 3868, "reciprocal", 1)]
    assert graph.coverage.unowned == 1


def test_repeats_and_samples_are_counted_once() -> None:
    a = machine("a", "10.0.0.1", CLIENT, CLIENT.__class__(**{**vars(CLIENT), "inode": 0}))
    once = Association("10.0.0.1", 40000, "10.0.0.2", 3868, 2, 91)
    later = machine("a", "10.0.0.1", Association(**{**vars(once), "state": 4}), source="a2.json")
    b = machine("b", "10.0.0.2", SERVER, LISTENS)
    graph = stitched(machine("a", "10.0.0.1", once, once), later, b)
    assert (graph.coverage.sockets, graph.coverage.joined) == (3, 2)
    assert a.netns[0].tables["sctp/assocs"].count("\n") == 3


def test_direction_by_conntrack_then_by_port_range_else_unknown() -> None:
    line = (
        "ipv4 2 sctp 132 9 ESTABLISHED src=10.0.0.2 dst=10.0.0.1 sport=3868 dport=40000"
        " src=10.0.0.1 dst=10.0.0.2 sport=40000 dport=3868 use=1\n"
    )
    a, b = machine("a", "10.0.0.1", CLIENT), machine("b", "10.0.0.2", SERVER)
    assert flows(stitched(a, b))[0][:4] == ("a/p2", "b/p3", "sctp", 3868)
    told = machine("b", "10.0.0.2", SERVER, tables={"nf_conntrack": line})
    assert flows(stitched(a, told))[0][:4] == ("b/p3", "a/p2", "sctp", 40000)
    unknown = stitched(machine("a", "10.0.0.1", CLIENT, ports=None), b)
    assert not unknown.flows[0].directed


def test_listener_takes_what_nobody_else_was_seen_to_have() -> None:
    a = machine("a", "10.0.0.1", CLIENT)
    for listens in (LISTENS, Endpoint("10.0.0.9 10.0.0.2", 3868, 3), Endpoint("::", 3868, 3)):
        graph = stitched(a, machine("b", "10.0.0.2", listens))
        assert flows(graph) == [("a/p2", "b/p3", "sctp", 3868, "one-sided", 1)]
        assert (graph.coverage.one_sided, graph.coverage.joined) == (1, 1)
    for other in (
        Endpoint("10.0.0.9", 3868, 3),
        Endpoint("::", 9, 3),
        Endpoint("::", 3868, 3, 0, 7),
    ):
        graph = stitched(a, machine("b", "10.0.0.2", other), doubtful=True)
        assert flows(graph) == []
        assert graph.coverage.unmatched == 1


def test_one_sided_conditions() -> None:
    a = machine("a", "10.0.0.1", CLIENT)
    for server in (
        machine("b", "10.0.0.2", LISTENS, forwarding=True),
        machine("b", "10.0.0.2", LISTENS, forwarding=None),
    ):
        assert flows(stitched(a, server)) == []
        assert [f[4] for f in flows(stitched(a, server, doubtful=True))] == ["one-sided"]
    born = 100 * int(CAPTURED + 10 - BTIME)
    young = machine("b", "10.0.0.2", LISTENS, born=born, captured=CAPTURED + 100)
    assert flows(stitched(a, young, doubtful=True)) == []


def test_server_that_is_younger_than_the_snapshot_of_its_client() -> None:
    born = 100 * int(CAPTURED + 10 - BTIME)
    a = machine("a", "10.0.0.1", CLIENT)
    later = machine("b", "10.0.0.2", SERVER, LISTENS, born=born, captured=CAPTURED + 100)
    graph = stitched(a, later)
    assert flows(graph) == [("a/?", "b/p3", "sctp", 3868, "one-sided", 1)]
    assert (graph.coverage.pairs, graph.coverage.unmatched) == (0, 1)


def test_server_whose_client_is_gone() -> None:
    graph = stitched(machine("a", "10.0.0.1"), machine("b", "10.0.0.2", SERVER, LISTENS))
    assert flows(graph) == [("a/?", "b/p3", "sctp", 3868, "one-sided", 1)]


@pytest.mark.parametrize("state", [1, 2])
def test_attempts_are_drawn_on_request(state: int) -> None:
    a = machine("a", "10.0.0.1", Association("10.0.0.1", 40000, "10.0.0.2", 3868, 2, state=state))
    b = machine("b", "10.0.0.2")
    graph = stitched(a, b)
    assert (flows(graph), graph.coverage.attempt) == ([], 1)
    assert flows(stitched(a, b, attempts=True)) == [("a/p2", "b/?", "sctp", 3868, "attempt", 1)]


def test_outside_is_counted_and_named() -> None:
    graph = stitched(
        machine("a", "10.0.0.1", Association("10.0.0.1", 40000, "*192.0.2.7 192.0.2.8", 3868, 2))
    )
    assert graph.coverage.external == 1
    (missing,) = graph.coverage.missing
    assert (missing.proto, missing.address, missing.port) == ("sctp", "192.0.2.7", 3868)


def test_addresses_of_two_machines_are_ambiguous() -> None:
    a = machine("a", "10.0.0.1", Association("10.0.0.1", 40000, "10.0.0.2 10.0.0.3", 3868, 2))
    graph = stitched(a, machine("b", "10.0.0.2", LISTENS), machine("c", "10.0.0.3", LISTENS))
    assert (flows(graph), graph.coverage.ambiguous) == ([], 1)


def test_machines_without_captured_addresses_own_those_of_their_associations() -> None:
    graph = stitched(machine("a", None, CLIENT), machine("b", None, SERVER, LISTENS))
    assert [f[:2] for f in flows(graph)] == [("a/p2", "b/p3")]


def test_within_one_process_is_self() -> None:
    talk = (
        Association("127.0.0.1", 40000, "127.0.0.1", 3868, 2),
        Association("127.0.0.1", 3868, "127.0.0.1", 40000, 2),
    )
    graph = stitched(machine("a", "10.0.0.1", *talk))
    assert (flows(graph), graph.coverage.self) == ([], 1)


def test_endpoint_is_shown_with_every_address() -> None:
    graph = stitched(machine("b", "10.0.0.2", Endpoint("10.0.0.2 10.1.0.2", 3868, 3)))
    assert graph.nodes[0].listeners == (
        Listener("sctp", "10.0.0.2", 3868),
        Listener("sctp", "10.1.0.2", 3868),
    )
    assert graph.coverage.listening == 1


def test_bad_lines_are_reported() -> None:
    bad = machine("a", "10.0.0.1", tables={"sctp/assocs": "nothing of the kind\n"})
    assert any("sctp/assocs: 1 line" in problem for problem in stitched(bad).machines[0].problems)


TRANSLATED = (
    "ipv4 2 sctp 132 9 ESTABLISHED src=10.0.0.1 dst=192.0.2.1 sport=40000 dport=3868"
    " src=10.0.0.2 dst=10.0.0.1 sport=3868 dport=40000 use=1\n"
)
addresses = st.sampled_from(
    ["10.0.0.1", "10.0.0.2", "10.1.0.1", "127.0.0.1", "172.17.0.1", "fe80::1", "192.0.2.1"]
)
address_sets = st.lists(addresses, min_size=1, max_size=3, unique=True).map(" ".join)
associations = st.builds(
    Association,
    address_sets,
    st.sampled_from([3868, 40000]),
    address_sets,
    st.sampled_from([3868, 40000]),
    st.sampled_from([None, 2, 3]),
    st.integers(0, 3),
    st.integers(0, 7),
    st.sampled_from([0, 2]),
    st.sampled_from([1, 10]),
)
endpoints = st.builds(
    Endpoint,
    address_sets,
    st.just(3868),
    st.sampled_from([None, 3]),
    st.just(0),
    st.sampled_from([7, 10]),
)
sockets = st.lists(st.one_of(associations, endpoints), max_size=5)


@given(sockets, sockets)
@settings(max_examples=300, deadline=None)
def test_every_socket_is_counted_once_and_no_flow_crosses_a_loopback(
    ours: list[Association | Endpoint], theirs: list[Association | Endpoint]
) -> None:
    graph = stitched(
        machine("a", "10.0.0.1 10.1.0.1 172.17.0.1", *ours),
        machine("b", "10.0.0.2 172.17.0.1", *theirs, tables={"nf_conntrack": TRANSLATED}),
        recent=True,
        attempts=True,
        doubtful=True,
    )
    if {one.inode for one in ours} & {one.inode for one in theirs} - {0}:
        return  # They may be one namespace, seen by two machines.
    machine_of = {node.id: node.machine for node in graph.nodes}
    for flow in graph.flows:
        if flow.match == "reciprocal" and machine_of[flow.source] != machine_of[flow.target]:
            for address, _, other, _ in flow.samples:
                assert not (address == "127.0.0.1" or other == "127.0.0.1")
