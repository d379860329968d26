"""Rules 6 and 11: both ends are covered by a listener, and one of the two sockets was not seen."""

from __future__ import annotations

import pytest
from groups import (
    CAPTURED,
    SYN_SENT,
    TIME_WAIT,
    MachineOf,
    Socket,
    connect,
    flows,
    listen,
    simple,
    snapshot,
    stitched,
)

from netviz.explain.asking import explain_process
from netviz.graph import Graph
from netviz.stitch import StitchOptions

LATER = int(CAPTURED) + 10


def half(port: int, remote_port: int, *pids: int, proto: str = "tcp", **options: object) -> Socket:
    return connect("10.0.0.1", port, "10.0.0.2", remote_port, *pids, proto=proto, **options)  # type: ignore[arg-type]


def a(socket: Socket, **options: object) -> MachineOf:
    listener = listen("0.0.0.0", socket.port, 2, proto=socket.proto)
    return simple("a", "10.0.0.1", listener, socket, **options)


def b(port: int, proto: str = "tcp", **options: object) -> MachineOf:
    return simple("b", "10.0.0.2", listen("0.0.0.0", port, 3, proto=proto), **options)


def ends(graph: Graph) -> tuple[str, str, int | None, str, bool]:
    ((client, server, _, port, match, _),) = flows(graph)
    return client, server, port, match, graph.flows[0].directed


@pytest.mark.parametrize("proto", ["tcp", "udp"])
def test_nothing_tells_which_end_is_the_client(proto: str) -> None:
    """As of SIP, whose servers dial from the port that they listen on."""
    graph = stitched(a(half(5060, 5060, 2, proto=proto)), b(5060, proto))
    assert ends(graph) == ("a/p2", "b/p3", 5060, "one-sided", False)
    assert graph.flows[0].samples == (("10.0.0.1", 5060, "10.0.0.2", 5060),)
    assert (graph.coverage.one_sided, graph.coverage.joined) == (1, 1)


@pytest.mark.parametrize("unknown", ["a", "b"])
def test_unknown_port_range_is_not_guessed(unknown: str) -> None:
    ranges = {name: None if name == unknown else (32768, 60999) for name in "ab"}
    group = a(half(40000, 9000, 2), port_range=ranges["a"]), b(9000, port_range=ranges["b"])
    assert ends(stitched(*group))[4] is False


def test_client_by_the_port_range() -> None:
    """Its port is one that the kernel gives to clients, and by chance one that it listens on."""
    graph = stitched(a(half(40000, 9000, 2)), b(9000))
    assert ends(graph) == ("a/p2", "b/p3", 9000, "one-sided", True)


def test_client_that_is_gone_by_the_port_range() -> None:
    """What listens on a port of tcp does not dial from it; an unconnected socket of udp does."""
    assert ends(stitched(a(half(9000, 40000, 2)), b(40000))) == (
        *("b/?", "a/p2", 9000, "one-sided", True),
    )
    udp = stitched(a(half(9000, 40000, 2, proto="udp")), b(40000, "udp"))
    assert ends(udp) == ("b/p3", "a/p2", 9000, "one-sided", True)


@pytest.mark.parametrize("a_opened", [True, False])
def test_conntrack_says_before_the_port_range(a_opened: bool) -> None:
    ways = [
        "src=10.0.0.1 dst=10.0.0.2 sport=5060 dport=40000",
        "src=10.0.0.2 dst=10.0.0.1 sport=40000 dport=5060",
    ]
    if not a_opened:
        ways.reverse()
    line = f"ipv4 2 tcp 6 100 ESTABLISHED {ways[0]} {ways[1]} [ASSURED] use=1\n"
    graph = stitched(a(half(5060, 40000, 2), conntrack=line), b(40000))
    expected = ("a/p2", "b/p3", 40000) if a_opened else ("b/?", "a/p2", 5060)
    assert ends(graph) == (*expected, "one-sided", True)


def test_younger_listener_was_not_there() -> None:
    late = b(5060, btime=LATER, captured=CAPTURED + 100)
    graph = stitched(a(half(5060, 5060, 2)), late)
    assert ends(graph) == ("a/p2", "b/?", 5060, "one-sided", False)


def test_listener_of_unknown_age_is_doubtful() -> None:
    group = a(half(5060, 5060, 2)), b(5060, btime=None)
    graph = stitched(*group)
    assert flows(graph) == []
    assert graph.coverage.reasons == {"the age of its listener is unknown": 1}
    drawn = stitched(*group, options=StitchOptions(doubtful=True))
    assert ends(drawn) == ("a/p2", "b/p3", 5060, "one-sided", False)


def test_machine_that_may_translate_is_doubtful() -> None:
    graph = stitched(a(half(5060, 5060, 2)), b(5060, forwarding=True))
    assert flows(graph) == []
    assert graph.coverage.reasons == {"a translation could hide there": 1}


def test_attempt_is_the_clients() -> None:
    socket = half(5060, 5060, 2, state=SYN_SENT)
    graph = stitched(a(socket), b(5060), options=StitchOptions(attempts=True))
    assert ends(graph) == ("a/p2", "b/p3", 5060, "attempt", True)


def test_closed_connection_on_request() -> None:
    socket = half(5060, 5060, state=TIME_WAIT, inode=0)
    graph = stitched(a(socket), b(5060), options=StitchOptions(recent=True))
    assert ends(graph) == ("a/?", "b/p3", 5060, "recent", False)


def test_it_is_explained() -> None:
    group = a(half(5060, 5060, 2)), b(5060)
    *_, asked = explain_process(map(snapshot, group), "p2").sockets
    assert asked.reasons == (
        "joined (one-sided; rule 6) with the listener tcp 0.0.0.0:5060 on b, held by p3 (pid 3)",
        "which end is the client is not known: drawn without an arrow (rule 11)",
    )
