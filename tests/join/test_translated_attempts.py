"""Rule 5: an attempt that conntrack leads to another end than the one that it dials."""

from __future__ import annotations

import pytest
from groups import (
    SYN_RECV,
    SYN_SENT,
    MachineOf,
    Namespace,
    Socket,
    connect,
    flows,
    listen,
    simple,
    snapshot,
    stitched,
)
from test_translation import container, entry, router

from netviz.explain.asking import explain_process
from netviz.graph import Missing
from netviz.stitch import StitchOptions

ATTEMPTS = StitchOptions(attempts=True)


def client(remote: str = "192.0.2.1") -> MachineOf:
    dialled = connect("192.0.2.10", 50000, remote, 8080, 2, state=SYN_SENT)
    return simple("client", "192.0.2.10", dialled)


def led(to: str, dialled: str = "192.0.2.1", replied: bool = False) -> str:
    return entry(f"192.0.2.10:50000>{dialled}:8080", f"{to}>192.0.2.10:50000", replied=replied)


def docker(conntrack: str, *inside: Socket) -> MachineOf:
    """A router with a proxy for the port that it leads into a container."""
    machine = router(conntrack, container(*inside))
    machine.namespaces[0].sockets = [listen("0.0.0.0", 8080, 7)]
    return machine


LISTENS = listen("0.0.0.0", 80, 3)
INTO = led("172.18.0.2:80")


@pytest.mark.parametrize("replied", [False, True])
def test_attempt_is_led_into_a_container(replied: bool) -> None:
    group = client(), docker(led("172.18.0.2:80", replied=replied), LISTENS)
    graph = stitched(*group, options=ATTEMPTS)
    assert flows(graph) == [("client/p2", "router/p3", "tcp", 80, "attempt", 1)]
    (flow,) = graph.flows
    assert (flow.via, flow.dialled) == (("router",), ("192.0.2.1", 8080))
    assert flow.samples == (("192.0.2.10", 50000, "172.18.0.2", 80),)
    assert (graph.coverage.attempt, graph.coverage.nat, graph.coverage.pairs) == (1, 0, 0)
    assert flows(stitched(*group)) == []


def test_an_attempt_needs_no_listener_there() -> None:
    graph = stitched(client(), docker(INTO, listen("0.0.0.0", 81, 3)), options=ATTEMPTS)
    (flow,) = graph.flows
    (end,) = (node for node in graph.nodes if node.id == flow.target)
    assert (end.label, end.netns, flow.port) == ("?", "netns 7", 80)
    assert graph.coverage.attempt == 1


def test_without_an_entry_it_calls_whoever_listens() -> None:
    graph = stitched(client(), docker("", LISTENS), options=ATTEMPTS)
    assert flows(graph) == [("client/p2", "router/p7", "tcp", 8080, "attempt", 1)]


def test_address_that_nobody_has() -> None:
    """Without the entry it would be of the outside."""
    service = led("172.18.0.2:80", "198.51.100.80")
    graph = stitched(client("198.51.100.80"), docker(service, LISTENS), options=ATTEMPTS)
    assert flows(graph) == [("client/p2", "router/p3", "tcp", 80, "attempt", 1)]
    assert (graph.coverage.attempt, graph.coverage.external) == (1, 0)
    assert graph.coverage.missing == ()


def test_attempt_is_led_on() -> None:
    first = led("198.51.100.2:80")
    second = entry(
        "192.0.2.10:50000>198.51.100.2:80", "172.18.0.2:80>192.0.2.10:50000", replied=False
    )
    edge = MachineOf("edge", [Namespace([], ["192.0.2.1/24"], 1, True, first)])
    inner = MachineOf(
        "inner",
        [Namespace([], ["198.51.100.2/24", "172.18.0.1/16"], 1, True, second), container(LISTENS)],
    )
    graph = stitched(client(), edge, inner, options=ATTEMPTS)
    assert flows(graph) == [("client/p2", "inner/p3", "tcp", 80, "attempt", 1)]
    assert graph.flows[0].via == ("edge", "inner")


def test_two_entries_that_disagree_decide_nothing() -> None:
    machine = docker(INTO + led("172.18.0.2:81"), LISTENS, listen("0.0.0.0", 81, 4))
    graph = stitched(client(), machine, options=ATTEMPTS)
    assert flows(graph) == [("client/p2", "router/p7", "tcp", 8080, "attempt", 1)]


def test_an_entry_that_leads_out_of_the_group_too_decides_nothing() -> None:
    machine = docker(INTO + led("203.0.113.9:80"), LISTENS)
    graph = stitched(client(), machine, options=ATTEMPTS)
    assert not [flow for flow in flows(graph) if flow[1] == "router/p3"]


def test_attempt_that_is_led_out_of_the_group() -> None:
    graph = stitched(client(), docker(led("203.0.113.9:80"), LISTENS), options=ATTEMPTS)
    assert flows(graph) == []
    assert graph.coverage.missing == (Missing("tcp", "203.0.113.9", 80, 1),)


def test_half_open_at_both_ends_is_joined() -> None:
    answer = connect("172.18.0.2", 80, "192.0.2.10", 50000, state=SYN_RECV, inode=0)
    graph = stitched(client(), docker(INTO, LISTENS, answer), options=ATTEMPTS)
    assert flows(graph) == [("client/p2", "router/p3", "tcp", 80, "nat", 1)]


@pytest.mark.parametrize("listening", [True, False])
def test_it_is_explained(listening: bool) -> None:
    machine = docker(INTO, LISTENS if listening else listen("0.0.0.0", 81, 3))
    (asked,) = explain_process(map(snapshot, (client(), machine)), "p2").sockets
    whom = "nobody is known to listen there"
    if listening:
        whom = "it calls the listener tcp 0.0.0.0:80 on router, network namespace 7,"
        whom += " held by p3 (pid 3)"
    assert asked.fate == "attempt"
    assert asked.reasons[0] == (
        f"an attempt: not established yet, it was translated to 172.18.0.2:80 (rule 5), {whom};"
        " --attempts of netviz-stitch draws it (rule 6)"
    )
