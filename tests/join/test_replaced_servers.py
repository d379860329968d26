"""Rules 3 and 5: a server that is younger than its client's snapshot is another server.

Between two snapshots the server was replaced, and a new client got the port of the old one: the
tuples mirror each other, and the two sockets are of different connections.
"""

from __future__ import annotations

import pytest
from groups import (
    BTIME,
    CAPTURED,
    MachineOf,
    Namespace,
    Socket,
    connect,
    flows,
    listen,
    simple,
    stitched,
)

LATER = CAPTURED + 30
YOUNG = 100 * int(CAPTURED + 10 - BTIME)
"""Born between the two snapshots, in ticks of 10 ms since boot."""

ACCEPTED = connect("10.0.0.2", 80, "10.0.0.1", 40000, 3)


def client(*, captured: float | None = CAPTURED) -> MachineOf:
    socket = connect("10.0.0.1", 40000, "10.0.0.2", 80, 2)
    return simple("client", "10.0.0.1", socket, captured=captured)


def server(*sockets: Socket, **options: object) -> MachineOf:
    options = {"captured": LATER, "born": YOUNG, **options}
    return simple("server", "10.0.0.2", *sockets, **options)


def test_what_is_younger_than_the_snapshot_of_its_client_was_not_talked_to() -> None:
    graph = stitched(client(), server(listen("0.0.0.0", 80, 3), ACCEPTED))
    # Somebody of the client's machine does talk to it.
    assert flows(graph) == [("client/?", "server/p3", "tcp", 80, "one-sided", 1)]
    coverage = graph.coverage
    assert (coverage.pairs, coverage.one_sided, coverage.unmatched) == (0, 1, 1)
    assert coverage.reasons == {"its listener is younger than the snapshot": 1}


def test_in_the_queue_of_a_younger_listener() -> None:
    waiting = connect("10.0.0.2", 80, "10.0.0.1", 40000, inode=0)
    graph = stitched(client(), server(listen("0.0.0.0", 80, 3), waiting))
    assert flows(graph) == [("client/?", "server/p3", "tcp", 80, "one-sided", 1)]


@pytest.mark.parametrize(
    ("captured", "options"),
    [
        (CAPTURED, {"born": 100}),
        (LATER, {}),
        (None, {}),
        (CAPTURED, {"btime": None}),
        (CAPTURED, {"captured": CAPTURED}),
    ],
    ids=[
        "older server",
        "together",
        "unknown when",
        "unknown age",
        "born after its own snapshot, which cannot be",
    ],
)
def test_else_mirrored_tuples_are_proof(captured: float | None, options: dict[str, object]) -> None:
    graph = stitched(
        client(captured=captured), server(listen("0.0.0.0", 80, 3), ACCEPTED, **options)
    )
    assert flows(graph) == [("client/p2", "server/p3", "tcp", 80, "reciprocal", 1)]
    assert graph.coverage.unmatched == 0


def test_without_a_listener_nobody_is_known_to_be_the_server() -> None:
    graph = stitched(client(), server(ACCEPTED))
    assert [flow[4] for flow in flows(graph)] == ["reciprocal"]


def test_only_the_pair_of_the_younger_one_is_parted() -> None:
    """Two servers of one machine, of which one was replaced."""
    one = simple(
        "client",
        "10.0.0.1",
        connect("10.0.0.1", 40000, "10.0.0.2", 80, 2),
        connect("10.0.0.1", 40001, "10.0.0.2", 90, 2),
    )
    other = MachineOf(
        "server",
        [Namespace([listen("0.0.0.0", 80, 3), ACCEPTED], ["10.0.0.2/24"])],
        captured=LATER,
        born=YOUNG,
    )
    older = MachineOf(
        "server",
        [
            Namespace(
                [listen("0.0.0.0", 90, 4), connect("10.0.0.2", 90, "10.0.0.1", 40001, 4)],
                ["10.0.0.2/24"],
            )
        ],
        captured=LATER,
        source="again.json",
    )
    graph = stitched(one, other, older)
    assert flows(graph) == [
        ("client/?", "server/p3", "tcp", 80, "one-sided", 1),
        ("client/p2", "server/p4", "tcp", 90, "reciprocal", 1),
    ]


CONNTRACK = (
    "ipv4     2 tcp      6 431999 ESTABLISHED src=10.0.0.1 dst=10.9.0.9 sport=40000 dport=8080"
    " src=10.0.0.2 dst=10.0.0.1 sport=80 dport=40000 [ASSURED] mark=0 zone=0 use=2\n"
)


@pytest.mark.parametrize("born", [100, YOUNG])
def test_through_a_translation(born: int) -> None:
    sent = connect("10.0.0.1", 40000, "10.9.0.9", 8080, 2)
    router = simple("router", "10.9.0.9", forwarding=True, conntrack=CONNTRACK)
    there = server(listen("0.0.0.0", 80, 3), ACCEPTED, born=born)
    graph = stitched(simple("client", "10.0.0.1", sent), router, there)
    if born == 100:
        assert flows(graph) == [("client/p2", "server/p3", "tcp", 80, "nat", 1)]
    else:
        assert flows(graph) == [("client/?", "server/p3", "tcp", 80, "one-sided", 1)]
        assert graph.coverage.unmatched == 1
