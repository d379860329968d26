"""Rule 6: a socket whose other socket nobody saw, each condition on its own."""

from __future__ import annotations

import pytest
from groups import (
    CAPTURED,
    SYN_RECV,
    SYN_SENT,
    TIME_WAIT,
    MachineOf,
    Namespace,
    connect,
    flows,
    listen,
    simple,
    stitched,
)

from netviz.stitch import StitchOptions

CLIENT = connect("10.0.0.1", 40000, "10.0.0.2", 80, 2)


def client(socket: object = CLIENT, **options: object) -> MachineOf:
    return simple("client", "10.0.0.1", socket, **options)  # type: ignore[arg-type]


def server(*sockets: object, **options: object) -> MachineOf:
    return simple("server", "10.0.0.2", *sockets, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "10.0.0.2"])
def test_listener_takes_it(address: str) -> None:
    graph = stitched(client(), server(listen(address, 80, 3)))
    assert flows(graph) == [("client/p2", "server/p3", "tcp", 80, "one-sided", 1)]
    assert graph.coverage.one_sided == 1
    assert graph.coverage.joined == 1
    assert graph.coverage.pairs == 0


def test_unconnected_udp_server() -> None:
    graph = stitched(
        client(connect("10.0.0.1", 40000, "10.0.0.2", 53, 2, proto="udp")),
        server(listen("0.0.0.0", 53, 3, proto="udp")),
    )
    assert flows(graph) == [("client/p2", "server/p3", "udp", 53, "one-sided", 1)]


@pytest.mark.parametrize(
    "other",
    [
        listen("127.0.0.1", 80, 3),
        listen("10.0.0.3", 80, 3),
        listen("0.0.0.0", 81, 3),
        listen("0.0.0.0", 80, 3, proto="udp"),
    ],
)
def test_no_listener_no_flow(other: object) -> None:
    graph = stitched(client(), server(other), options=StitchOptions(doubtful=True))
    assert flows(graph) == []
    assert graph.coverage.unmatched == 1
    assert graph.coverage.reasons == {"nothing listens there": 1}


def test_ipv6_only_wildcard_takes_ipv6() -> None:
    one = MachineOf("c", [Namespace([connect("fd00::1", 40000, "fd00::2", 80, 2)], ["fd00::1/64"])])
    two = MachineOf("s", [Namespace([listen("0.0.0.0", 80, 3)], ["fd00::2/64"])])
    assert flows(stitched(one, two)) == []


def test_younger_listener_is_no_flow() -> None:
    late = server(listen("0.0.0.0", 80, 3), btime=int(CAPTURED) + 10, captured=CAPTURED + 100)
    graph = stitched(client(), late, options=StitchOptions(doubtful=True))
    assert flows(graph) == []
    assert graph.coverage.reasons == {"its listener is younger than the snapshot": 1}


def test_unknown_age_is_doubtful() -> None:
    unknown = server(listen("0.0.0.0", 80, 3), btime=None)
    graph = stitched(client(), unknown)
    assert flows(graph) == []
    assert graph.coverage.unmatched == 1
    drawn = stitched(client(), unknown, options=StitchOptions(doubtful=True))
    assert flows(drawn) == [("client/p2", "server/p3", "tcp", 80, "one-sided", 1)]
    assert drawn.coverage.unmatched == 1


@pytest.mark.parametrize(
    ("forwarding", "conntrack", "certain"),
    [
        (False, None, True),
        (True, None, False),
        (None, None, False),
        (True, "", True),
        (None, "", True),
    ],
)
def test_translation_must_be_excluded(
    forwarding: bool | None, conntrack: str | None, certain: bool
) -> None:
    there = server(listen("0.0.0.0", 80, 3), forwarding=forwarding, conntrack=conntrack)
    graph = stitched(client(), there)
    assert len(flows(graph)) == certain
    assert graph.coverage.unmatched == (not certain)


def test_server_whose_client_is_gone() -> None:
    graph = stitched(
        simple("client", "10.0.0.1"),
        server(listen("0.0.0.0", 80, 3), connect("10.0.0.2", 80, "10.0.0.1", 40000, 3)),
    )
    assert flows(graph) == [("client/?", "server/p3", "tcp", 80, "one-sided", 1)]
    assert graph.coverage.one_sided == 1


def test_client_behind_a_router_is_doubtful() -> None:
    graph = stitched(
        simple("client", "10.0.0.1", forwarding=True),
        server(listen("0.0.0.0", 80, 3), connect("10.0.0.2", 80, "10.0.0.1", 40000, 3)),
    )
    assert flows(graph) == []
    assert graph.coverage.reasons == {"a translation could hide there": 1}


def test_half_open_at_the_server_proves_nothing() -> None:
    graph = stitched(
        simple("client", "10.0.0.1"),
        server(
            listen("0.0.0.0", 80, 3),
            connect("10.0.0.2", 80, "10.0.0.1", 40000, state=SYN_RECV, inode=0),
        ),
        options=StitchOptions(doubtful=True),
    )
    assert flows(graph) == []


@pytest.mark.parametrize("listening", [True, False])
def test_attempt_is_off_by_default(listening: bool) -> None:
    socket = connect("10.0.0.1", 40000, "10.0.0.2", 80, 2, state=SYN_SENT)
    there = server(*([listen("0.0.0.0", 80, 3)] if listening else []))
    graph = stitched(client(socket), there)
    assert flows(graph) == []
    assert graph.coverage.attempt == 1
    drawn = stitched(client(socket), there, options=StitchOptions(attempts=True))
    end = "server/p3" if listening else "server/?"
    assert flows(drawn) == [("client/p2", end, "tcp", 80, "attempt", 1)]
    assert drawn.coverage.attempt == 1


def test_closed_connection_on_request() -> None:
    socket = connect("10.0.0.1", 40000, "10.0.0.2", 80, state=TIME_WAIT, inode=0)
    there = server(listen("0.0.0.0", 80, 3))
    graph = stitched(client(socket), there)
    assert flows(graph) == []
    assert graph.coverage.recent == 1
    drawn = stitched(client(socket), there, options=StitchOptions(recent=True))
    assert flows(drawn) == [("client/?", "server/p3", "tcp", 80, "recent", 1)]
    assert drawn.coverage.recent == 1


def test_link_local_is_never_one_sided() -> None:
    one = MachineOf("c", [Namespace([connect("fe80::1", 40000, "fe80::2", 80, 2)], ["fe80::1/64"])])
    two = MachineOf("s", [Namespace([listen("::", 80, 3)], ["fe80::2/64"])])
    graph = stitched(one, two, options=StitchOptions(doubtful=True))
    assert flows(graph) == []
    assert graph.coverage.reasons == {"link-local address": 1}
