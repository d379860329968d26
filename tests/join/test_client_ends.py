"""Rule 6: a server's socket whose client has a socket that does not mirror it, and is not gone."""

from __future__ import annotations

import pytest
from groups import (
    CAPTURED,
    FIN_WAIT2,
    TIME_WAIT,
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

from netviz.graph import Graph
from netviz.stitch import StitchOptions, stitch

LATER = int(CAPTURED) + 10

PEER = connect("10.0.0.2", 443, "10.0.0.9", 50000, 3, proto="udp")
"""A server of udp that has a connected socket for each peer."""


def udp_server(*more: Socket, **options: object) -> MachineOf:
    return simple("srv", "10.0.0.2", listen("0.0.0.0", 443, 3, proto="udp"), PEER, *more, **options)


def client(*sockets: Socket, **options: object) -> MachineOf:
    return simple("c", "10.0.0.9", *sockets, **options)


def unconnected(address: str = "0.0.0.0", port: int = 50000) -> Socket:
    return listen(address, port, 2, proto="udp")


def only_client(graph: Graph) -> str:
    (flow,) = flows(graph)
    assert flow[4] == "one-sided"
    assert graph.coverage.one_sided == 1
    return flow[0]


def owner(graph: Graph) -> str | None:
    """Why nobody is shown at the client."""
    (flow,) = graph.flows
    return next(node.owner for node in graph.nodes if node.id == flow.source)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "10.0.0.9"])
def test_unconnected_socket_of_the_client(address: str) -> None:
    graph = stitched(client(unconnected(address)), udp_server())
    assert flows(graph) == [("c/p2", "srv/p3", "udp", 443, "one-sided", 1)]
    assert graph.flows[0].directed
    assert graph.flows[0].samples == (("10.0.0.9", 50000, "10.0.0.2", 443),)
    assert graph.coverage.one_sided == 1


@pytest.mark.parametrize(
    "other",
    [unconnected("127.0.0.1"), unconnected(port=50001), listen("0.0.0.0", 50000, 2)],
)
def test_a_socket_of_another_end_is_not_the_client(other: Socket) -> None:
    graph = stitched(client(other), udp_server())
    assert (only_client(graph), owner(graph)) == ("c/?", "none")


def test_younger_unconnected_socket_is_not_the_client() -> None:
    late = client(unconnected(), btime=LATER, captured=CAPTURED + 100)
    assert only_client(stitched(late, udp_server())) == "c/?"


def test_unconnected_socket_of_unknown_age_is_doubtful() -> None:
    group = client(unconnected(), btime=None), udp_server()
    graph = stitched(*group)
    assert flows(graph) == []
    assert graph.coverage.reasons == {"the age of its listener is unknown": 1}
    drawn = stitched(*group, options=StitchOptions(doubtful=True))
    assert flows(drawn) == [("c/p2", "srv/p3", "udp", 443, "one-sided", 1)]


def test_unconnected_socket_that_nobody_is_seen_to_hold() -> None:
    graph = stitched(client(listen("0.0.0.0", 50000, proto="udp")), udp_server())
    assert only_client(graph) == "c/?"


def test_unconnected_socket_of_a_machine_that_may_translate_is_doubtful() -> None:
    graph = stitched(client(unconnected(), forwarding=True), udp_server())
    assert flows(graph) == []
    assert graph.coverage.reasons == {"a translation could hide there": 1}


def test_both_ends_in_one_namespace() -> None:
    here = listen("127.0.0.1", 53, 3, proto="udp")
    peer = connect("127.0.0.1", 53, "127.0.0.1", 50000, 3, proto="udp")
    graph = stitched(client(here, peer, unconnected("127.0.0.1")))
    assert only_client(graph) == "c/p2"


INSIDE = connect("172.17.0.2", 80, "10.0.0.9", 40000, 3)
"""What a container has of a client whose connection was led into it."""


def host(conntrack: str | None = None, *more: Socket, forwarding: bool | None = True) -> MachineOf:
    """A host that leads a port into a container."""
    outer = Namespace(more, ["10.0.0.5/24", "172.17.0.1/16"], 1, forwarding, conntrack)
    inner = Namespace([listen("0.0.0.0", 80, 3), INSIDE], ["172.17.0.2/16"], 2)
    return MachineOf("h", [outer, inner])


def dialling(remote: str, *pids: int, **options: object) -> Socket:
    return connect("10.0.0.9", 40000, remote, 8080, *pids, **options)  # type: ignore[arg-type]


SERVICE = "203.0.113.80"
"""An address that nobody of the group has."""


def test_socket_that_dialled_a_service() -> None:
    graph = stitched(client(dialling(SERVICE, 2)), host())
    assert flows(graph) == [("c/p2", "h/p3", "tcp", 80, "one-sided", 1)]
    assert (graph.coverage.one_sided, graph.coverage.external) == (1, 1)


def test_socket_that_dialled_a_machine_that_may_translate_unseen_is_doubtful() -> None:
    """The machine may have answered it, and led another one on."""
    group = client(dialling("10.0.0.5", 2)), host()
    graph = stitched(*group)
    assert flows(graph) == []
    assert graph.coverage.reasons == {
        "a translation could hide there": 1,
        "nothing listens there": 1,
    }
    drawn = stitched(*group, options=StitchOptions(doubtful=True))
    assert flows(drawn) == [("c/p2", "h/p3", "tcp", 80, "one-sided", 1)]


@pytest.mark.parametrize(
    "machine", [host(""), host(forwarding=False)], ids=["conntrack", "no router"]
)
def test_socket_that_dialled_what_is_not_translated_is_not_the_client(machine: MachineOf) -> None:
    graph = stitched(client(dialling("10.0.0.5", 2)), machine)
    assert (only_client(graph), owner(graph)) == ("c/?", "none")


def test_joined_socket_is_not_the_client() -> None:
    """Connections to different ends may have one local port."""
    served = listen("0.0.0.0", 8080, 4), connect("10.0.0.5", 8080, "10.0.0.9", 40000, 4)
    graph = stitched(client(dialling("10.0.0.5", 2)), host(None, *served))
    assert flows(graph) == [
        ("c/?", "h/p3", "tcp", 80, "one-sided", 1),
        ("c/p2", "h/p4", "tcp", 8080, "reciprocal", 1),
    ]


@pytest.mark.parametrize(
    "other",
    [
        connect("10.0.0.9", 40001, "10.0.0.5", 8080, 2),
        connect("10.0.0.7", 40000, "10.0.0.5", 8080, 2),
        dialling("10.0.0.5", 2, proto="udp"),
        dialling("10.0.0.5", state=TIME_WAIT, inode=0),
    ],
    ids=["port", "address", "protocol", "closed"],
)
def test_socket_that_has_another_local_end_or_is_closed(other: Socket) -> None:
    assert only_client(stitched(client(other), host())) == "c/?"


def test_orphan_is_the_client_and_nobodys() -> None:
    graph = stitched(client(dialling(SERVICE, state=FIN_WAIT2, inode=0)), host())
    assert (only_client(graph), owner(graph)) == ("c/?", "none")


def test_holder_that_is_younger_is_not_the_client() -> None:
    late = client(dialling(SERVICE, 2), btime=LATER, captured=CAPTURED + 100)
    assert only_client(stitched(late, host())) == "c/?"
    unknown = client(dialling(SERVICE, 2), btime=None)
    assert only_client(stitched(unknown, host())) == "c/p2"


def test_several_sockets_of_one_holder() -> None:
    both = dialling(SERVICE, 2), dialling("203.0.113.81", 2)
    assert only_client(stitched(client(*both), host())) == "c/p2"


def test_one_of_several_holders_is_not_guessed() -> None:
    group = client(dialling(SERVICE, 2), dialling("203.0.113.81", 4)), host()
    graph = stitched(*group, options=StitchOptions(doubtful=True))
    assert not [flow for flow in flows(graph) if flow[1] == "h/p3"]
    assert graph.coverage.reasons["several sockets there have that address and port"] == 1
    assert graph.coverage.one_sided == 0


def test_connection_that_was_replaced_keeps_no_holder() -> None:
    """The mirrored socket is of an older connection: the server was born after it was seen."""
    here = client(connect("10.0.0.9", 40000, "10.0.0.2", 80, 2))
    served = listen("0.0.0.0", 80, 3), connect("10.0.0.2", 80, "10.0.0.9", 40000, 3)
    late = simple("s", "10.0.0.2", *served, btime=LATER, captured=CAPTURED + 100, forwarding=True)
    assert only_client(stitched(here, late)) == "c/?"


def test_socket_that_was_gone_before_is_not_the_client() -> None:
    """The client's machine had it in the first of three samples, the host in the last of two."""
    gone = [
        client(*sockets, captured=CAPTURED + 100 * number, names={2: "p2"})
        for number, sockets in enumerate([[dialling(SERVICE, 2)], [], []])
    ]
    later = CAPTURED + 1000
    before, after = host(), host()
    before.captured, after.captured = later, later + 100
    before.namespaces[1].sockets = []
    graph = stitch([snapshot(one) for one in (*gone, before, after)])
    assert only_client(graph) == "c/?"
    still = client(dialling(SERVICE, 2), captured=later + 100)
    assert only_client(stitch([snapshot(one) for one in (still, before, after)])) == "c/p2"
