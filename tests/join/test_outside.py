"""Connections with the outside: who is drawn, in and out apart, and that each is counted once."""

from __future__ import annotations

import pytest
from groups import CLOSE_WAIT, SYN_SENT, TIME_WAIT, connect, flows, listen, simple, stitched

from netviz.graph import OUTSIDE, Graph
from netviz.join.outside import PLACES_NAMED, PORTS_NAMED
from netviz.stitch import StitchOptions

NETWORK = StitchOptions(external="network")
SERVICE = StitchOptions(external="service")


def outer(graph: Graph) -> set[tuple[str, str, int | None, int]]:
    """(from, to, port, connections) of the flows with the outside; each has one end there."""
    outside = {node.id for node in graph.nodes if node.owner == OUTSIDE}
    drawn = [f for f in graph.flows if f.match == "external"]
    assert all((f.source in outside) != (f.target in outside) for f in drawn)
    assert outside == outside.intersection(
        end for flow in graph.flows for end in (flow.source, flow.target)
    )
    labels = {node.id: node.label for node in graph.nodes}
    return {(labels[f.source], labels[f.target], f.port, f.connections) for f in drawn}


WEB = simple(
    "web",
    "10.0.0.1",
    listen("0.0.0.0", 80, 1),
    connect("10.0.0.1", 80, "192.0.2.1", 50001, 1),
    connect("10.0.0.1", 80, "192.0.2.77", 50002, 1),
    connect("10.0.0.1", 80, "198.51.100.1", 50003, 1),
    connect("10.0.0.1", 40001, "192.0.2.1", 443, 2),
    connect("10.0.0.1", 40002, "192.0.2.9", 443, 2, state=CLOSE_WAIT),
    connect("10.0.0.1", 40003, "192.0.2.9", 25, 2),
    names={1: "nginx", 2: "curl"},
)


def test_networks_in_and_out_apart() -> None:
    graph = stitched(WEB, options=NETWORK)
    assert outer(graph) == {
        ("from 192.0.2.0/24", "nginx", 80, 2),
        ("from 198.51.100.0/24", "nginx", 80, 1),
        ("curl", "to 192.0.2.0/24", 443, 2),
        ("curl", "to 192.0.2.0/24", 25, 1),
    }
    assert sum(flow.connections for flow in graph.flows) == graph.coverage.external == 6


def test_services_in_and_out_apart() -> None:
    assert outer(stitched(WEB, options=SERVICE)) == {
        ("from outside to tcp/80", "nginx", 80, 3),
        ("curl", "to tcp/443 outside", 443, 2),
        ("curl", "to tcp/25 outside", 25, 1),
    }


def test_samples_are_the_smallest_and_each_end_has_its_own() -> None:
    graph = stitched(WEB, options=SERVICE)
    by_port = {flow.port: flow.samples for flow in graph.flows}
    assert by_port[80][0] == ("192.0.2.1", 50001, "10.0.0.1", 80)
    assert by_port[443] == (
        ("10.0.0.1", 40001, "192.0.2.1", 443),
        ("10.0.0.1", 40002, "192.0.2.9", 443),
    )


@pytest.mark.parametrize("reverse", [False, True])
def test_of_many_connections_the_smallest_are_kept_in_whatever_order_they_come(
    reverse: bool,
) -> None:
    """Also where one remote end has connections to several addresses of the machine."""
    calls = [
        connect(f"10.0.0.{here}", 80, f"192.0.2.{there}", 50000, 1)
        for there in range(1, 6)
        for here in (1, 2)
    ]
    calls = calls[::-1] if reverse else calls
    (one,) = stitched(
        simple("web", "10.0.0.1", listen("0.0.0.0", 80, 1), *calls), options=SERVICE
    ).flows
    assert one.connections == 10
    assert one.samples == (
        ("192.0.2.1", 50000, "10.0.0.1", 80),
        ("192.0.2.1", 50000, "10.0.0.2", 80),
        ("192.0.2.2", 50000, "10.0.0.1", 80),
        ("192.0.2.2", 50000, "10.0.0.2", 80),
        ("192.0.2.3", 50000, "10.0.0.1", 80),
    )


def test_nothing_of_it_is_there_unless_asked_for() -> None:
    graph = stitched(WEB)
    assert flows(graph) == []
    assert graph.coverage.external == 6
    assert [node.label for node in graph.nodes] == ["nginx"]


def test_coarser_levels_keep_the_outside_apart() -> None:
    """That they equal what grouping makes of processes is asserted in ``stitched``."""
    graph = stitched(WEB, options=NETWORK, level="host")
    assert {node.label for node in graph.nodes} == {
        "web",
        "from 192.0.2.0/24",
        "from 198.51.100.0/24",
        "to 192.0.2.0/24",
    }


def test_the_group_s_own_connections_are_as_they_were() -> None:
    other = simple("db", "10.0.0.2", listen("0.0.0.0", 5432, 1), names={1: "postgres"})
    client = simple(
        "app",
        "10.0.0.3",
        connect("10.0.0.3", 40000, "10.0.0.2", 5432, 7),
        connect("10.0.0.3", 40001, "203.0.113.5", 5432, 7),
        names={7: "app"},
    )
    graph = stitched(other, client, options=NETWORK)
    assert outer(graph) == {("app", "to 203.0.113.0/24", 5432, 1)}
    inner = [flow for flow in flows(graph) if flow[4] != "external"]
    assert (
        inner
        == flows(stitched(other, client))
        == [("app/app", "db/postgres", "tcp", 5432, "one-sided", 1)]
    )


def test_closed_and_half_open_ones_only_on_request() -> None:
    machine = simple(
        "m",
        "10.0.0.1",
        connect("10.0.0.1", 40001, "192.0.2.1", 443, 2),
        connect("10.0.0.1", 40002, "192.0.2.1", 443, state=TIME_WAIT, inode=0),
        connect("10.0.0.1", 40003, "192.0.2.1", 443, 2, state=SYN_SENT),
    )
    [flow] = stitched(machine, options=NETWORK).flows
    assert flow.matches == {"external": 1}
    every = StitchOptions(external="network", recent=True, attempts=True)
    graph = stitched(machine, options=every)
    counted: dict[str, int] = {}
    for flow in graph.flows:
        for kind, count in flow.matches.items():
            counted[kind] = counted.get(kind, 0) + count
    assert counted == {"external": 1, "attempt": 1, "recent": 1}


def test_one_that_waits_to_be_accepted_is_its_listener_s() -> None:
    machine = simple(
        "m",
        "10.0.0.1",
        listen("::", 22, 1),
        connect("10.0.0.1", 22, "192.0.2.1", 50000, inode=0),
        names={1: "sshd"},
    )
    assert outer(stitched(machine, options=NETWORK)) == {("from 192.0.2.0/24", "sshd", 22, 1)}


def test_who_called_is_unknown_where_only_the_other_port_is_one_that_kernels_choose() -> None:
    machine = simple(
        "m",
        "10.0.0.1",
        connect("10.0.0.1", 8080, "192.0.2.1", 50000, 1),
        connect("10.0.0.1", 700, "198.51.100.1", 2049, 1),
    )
    graph = stitched(machine, options=NETWORK)
    assert {(f.port, f.directed) for f in graph.flows} == {(50000, False), (2049, True)}


def test_what_a_translation_leads_out_of_the_group_is_outside() -> None:
    entry = (
        "ipv4     2 tcp      6 431999 ESTABLISHED src=10.0.0.1 dst=10.9.9.9 sport=40001 dport=80"
        " src=203.0.113.80 dst=10.0.0.1 sport=8080 dport=40001 [ASSURED] mark=0 use=1\n"
    )
    machine = simple(
        "m", "10.0.0.1", connect("10.0.0.1", 40001, "10.9.9.9", 80, 1), conntrack=entry
    )
    graph = stitched(machine, options=NETWORK)
    assert graph.coverage.external == 1
    assert outer(graph) == {("p1", "to 203.0.113.0/24", 8080, 1)}


def test_ipv6_networks() -> None:
    machine = simple(
        "m",
        "10.0.0.1",
        connect("2001:db8::1", 40001, "2001:db8:1:2::3", 443, 1),
        connect("2001:db8::1", 40002, "2001:db8:1:2:3::3", 443, 1),
    )
    graph = stitched(machine, options=NETWORK)
    assert outer(graph) == {("p1", "to 2001:db8:1:2::/64", 443, 2)}


def test_the_least_used_networks_and_ports_are_one() -> None:
    networks = [
        connect("10.0.0.1", 40000 + n, f"192.0.{n}.1", 443, 1) for n in range(PLACES_NAMED + 5)
    ]
    twice = [connect("10.0.0.1", 50000 + n, f"192.0.{n}.2", 443, 1) for n in range(PLACES_NAMED)]
    found = outer(stitched(simple("m", "10.0.0.1", *networks, *twice), options=NETWORK))
    assert len(found) == PLACES_NAMED + 1
    assert ("p1", "to elsewhere", 443, 5) in found
    ports = [connect("10.0.0.1", 40000, "192.0.2.1", 1 + n, 1) for n in range(PORTS_NAMED + 5)]
    found = outer(stitched(simple("m", "10.0.0.1", *ports), options=NETWORK))
    assert len(found) == PORTS_NAMED + 1
    assert ("p1", "to 192.0.2.0/24", None, 5) in found


def test_flows_of_unix_sockets_alone_have_no_outside() -> None:
    only_unix = StitchOptions(external="network", kinds=frozenset({"unix"}))
    assert stitched(WEB, options=only_unix).flows == ()
