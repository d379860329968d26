"""Rule 12: what the addresses of a peer mean together, where some of them are everybody's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from groups import flows
from sctp_machines import Association, Endpoint, machine, stitched

from netviz.join.sctp_pairs import MOST_OPTIONS

BRIDGE = "172.17.0.1"


def peer(ours: int, theirs: int, pid: int = 2) -> Association:
    """Both dial from the port that they listen on, and both tell of their bridge for containers."""
    local, remote = (f"10.0.0.{last} {BRIDGE}" for last in (ours, theirs))
    return Association(local, 3868, remote, 3868, pid)


def test_an_address_that_every_machine_has_joins_no_strangers() -> None:
    a = machine("a", f"10.0.0.1 {BRIDGE}", peer(1, 2), peer(1, 3, 5))
    others = [machine(n, f"10.0.0.{i} {BRIDGE}", peer(i, 1)) for n, i in (("b", 2), ("c", 3))]
    assert flows(stitched(a, *others)) == [
        ("a/p2", "b/p2", "sctp", 3868, "reciprocal", 1),
        ("a/p5", "c/p2", "sctp", 3868, "reciprocal", 1),
    ]
    for some in ([], others[:1]):
        assert not any(f[:2] == ("a/p2", "a/p5") for f in flows(stitched(a, *some)))


def test_it_says_nothing_of_a_peer_that_has_an_address_elsewhere() -> None:
    """Neither of one outside, although this very machine listens on that port."""
    listens = Endpoint("0.0.0.0", 3868, 4)
    dials = replace(peer(1, 2), port=40000)
    a = machine("a", f"10.0.0.1 {BRIDGE}", dials, listens)
    graph = stitched(a)
    assert flows(graph) == []
    assert graph.coverage.external == 1
    assert [(m.address, m.port) for m in graph.coverage.missing] == [("10.0.0.2", 3868)]
    graph = stitched(a, machine("b", f"10.0.0.2 {BRIDGE}", listens))
    assert flows(graph) == [("a/p2", "b/p4", "sctp", 3868, "one-sided", 1)]


def test_all_on_this_machine_is_on_this_machine() -> None:
    dials = Association(BRIDGE, 40000, f"{BRIDGE} 10.0.0.1", 3868, 2)
    a = machine("a", f"10.0.0.1 {BRIDGE}", dials, Endpoint("0.0.0.0", 3868, 4))
    b = machine("b", f"10.0.0.2 {BRIDGE}", Endpoint("0.0.0.0", 3868, 4))
    assert flows(stitched(a, b)) == [("a/p2", "a/p4", "sctp", 3868, "one-sided", 1)]


def test_the_one_machine_that_has_all_of_them_is_meant() -> None:
    """10.0.0.9 moves between two machines; the other address tells which one has it now."""
    dials = Association("10.0.0.1", 40000, "10.0.0.9 10.0.0.2", 3868, 2)
    listens = Endpoint("0.0.0.0", 3868, 4)
    b, c = machine("b", "10.0.0.2 10.0.0.9", listens), machine("c", "10.0.0.3 10.0.0.9", listens)
    graph = stitched(machine("a", "10.0.0.1", dials), b, c)
    assert flows(graph) == [("a/p2", "b/p4", "sctp", 3868, "one-sided", 1)]
    alone = replace(dials, remote="10.0.0.9")
    graph = stitched(machine("a", "10.0.0.1", alone), b, c)
    assert (flows(graph), graph.coverage.ambiguous) == ([], 1)


def test_peers_that_both_listen_where_one_association_is_missing() -> None:
    listens = Endpoint("0.0.0.0", 3868, 2)
    a = machine("a", "10.0.0.1", Association("10.0.0.1", 3868, "10.0.0.2", 3868, 2), listens)
    graph = stitched(a, machine("b", "10.0.0.2", listens))
    (flow,) = graph.flows
    assert (flow.match, flow.directed) == ("one-sided", False)
    (flow,) = stitched(a, machine("b", "10.0.0.2")).flows
    assert flow.directed


def test_who_waits_for_a_cookie_is_the_client_even_on_a_port_that_listens() -> None:
    tries = Association("10.0.0.1", 3868, "10.0.0.2", 3868, 2, state=1)
    a = machine("a", "10.0.0.1", tries, Endpoint("0.0.0.0", 3868, 2))
    graph = stitched(a, machine("b", "10.0.0.2", Endpoint("::", 3868, 4)), attempts=True)
    assert flows(graph) == [("a/p2", "b/p4", "sctp", 3868, "attempt", 1)]


@pytest.mark.parametrize("state", [3, 4, 5, 6, 7])
@pytest.mark.parametrize("other", [3, 7])
def test_closing_associations_are_joined(state: int, other: int) -> None:
    a = machine("a", "10.0.0.1", Association("10.0.0.1", 40000, "10.0.0.2", 3868, 2, state=state))
    b = machine("b", "10.0.0.2", Association("10.0.0.2", 3868, "10.0.0.1", 40000, 3, state=other))
    assert [f[4] for f in flows(stitched(a, b))] == ["reciprocal"]


def test_closed_ones_are_left_out() -> None:
    closed = Association("10.0.0.1", 40000, "10.0.0.2", 3868, 2, state=0)
    b = machine("b", "10.0.0.2", Association("10.0.0.2", 3868, "10.0.0.1", 40000, 3))
    graph = stitched(machine("a", "10.0.0.1", closed), b)
    assert graph.coverage.recent == 1
    assert (flows(graph), graph.coverage.unmatched) == ([], 1)


def test_endpoints_of_one_port_are_held_by_all_who_share_it() -> None:
    """SO_REUSEPORT: which of them took the connection is not known, and none is preferred."""
    a = machine("a", "10.0.0.1", Association("10.0.0.1", 40000, "10.0.0.2", 3868, 2))
    ends = [Endpoint("0.0.0.0", 3868, pid) for pid in (8, 7)]
    for order in (ends, ends[::-1]):
        graph = stitched(a, machine("b", "10.0.0.2", *order))
        assert flows(graph) == [("a/p2", "b/p7", "sctp", 3868, "one-sided", 1)]
        assert graph.coverage.listening == 2


def test_of_those_who_hold_a_listener_who_has_fewest_associations_is_shown() -> None:
    """Rule 9: the process that accepts, and those that it gives what it accepted."""
    accepted = (
        Association("10.0.0.2", 3868, f"192.0.2.{n}", 40000, 7, 700 + n, number=n) for n in (1, 2)
    )
    ends = Endpoint("0.0.0.0", 3868, 7, 60), Endpoint("0.0.0.0", 3868, 8, 60)
    b = machine("b", "10.0.0.2", *accepted, *ends)
    a = machine("a", "10.0.0.1", Association("10.0.0.1", 40000, "10.0.0.2", 3868, 2))
    assert [f[:2] for f in flows(stitched(a, b))] == [("a/p2", "b/p8")]


def test_forged_tables_do_not_keep_the_join_busy() -> None:
    """Thousands of associations with the same tuple: counted, and none is guessed at."""
    many = MOST_OPTIONS + 1
    a = machine(
        "a",
        "10.0.0.1",
        *(Association("10.0.0.1", 1, "10.0.0.2", 2, 2, 5000 + n, number=n) for n in range(many)),
    )
    b = machine(
        "b",
        "10.0.0.2",
        *(Association("10.0.0.2", 2, "10.0.0.1", 1, 3, 9000 + n, number=n) for n in range(many)),
    )
    graph = stitched(a, b)
    assert (graph.coverage.pairs, graph.coverage.unmatched) == (0, 2 * many)
