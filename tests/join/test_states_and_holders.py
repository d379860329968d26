"""Rules 7 to 10 and 14: sockets without inode, repeats, holders, unowned sockets, self."""

from __future__ import annotations

from dataclasses import replace

import pytest
from groups import (
    CLOSE_WAIT,
    ESTABLISHED,
    FIN_WAIT1,
    FIN_WAIT2,
    SYN_RECV,
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

from netviz.stitch import StitchOptions, stitch

CLIENT = simple("c", "10.0.0.1", connect("10.0.0.1", 40000, "10.0.0.2", 80, 2))


def server(*sockets: Socket, **options: object) -> MachineOf:
    return simple("s", "10.0.0.2", *sockets, **options)


@pytest.mark.parametrize("state", [ESTABLISHED, SYN_RECV, CLOSE_WAIT])
def test_not_accepted_yet_belongs_to_the_listener(state: int) -> None:
    waiting = connect("10.0.0.2", 80, "10.0.0.1", 40000, state=state, inode=0)
    graph = stitched(CLIENT, server(listen("0.0.0.0", 80, 3), waiting))
    assert flows(graph) == [("c/p2", "s/p3", "tcp", 80, "queued", 1)]
    assert graph.coverage.queued == 1
    assert graph.coverage.reciprocal == 0
    assert graph.coverage.unowned == 0


@pytest.mark.parametrize("state", [FIN_WAIT1, FIN_WAIT2, 11, 9])
def test_orphan_is_of_nobody(state: int) -> None:
    orphan = connect("10.0.0.2", 80, "10.0.0.1", 40000, state=state, inode=0)
    graph = stitched(CLIENT, server(listen("0.0.0.0", 80, 3), orphan))
    assert flows(graph) == [("c/p2", "s/?", "tcp", 80, "reciprocal", 1)]
    assert [n.owner for n in graph.nodes if n.label == "?"] == ["none"]
    assert graph.coverage.unowned == 1


def test_time_wait_is_left_out_unless_asked_for() -> None:
    gone = connect("10.0.0.2", 80, "10.0.0.1", 40000, state=TIME_WAIT, inode=0)
    there = server(gone, forwarding=None)
    graph = stitched(CLIENT, there)
    assert flows(graph) == []
    assert graph.coverage.recent == 1
    drawn = stitched(CLIENT, there, options=StitchOptions(recent=True))
    assert [f[4] for f in flows(drawn)] == ["recent"]
    assert drawn.coverage.joined == 2
    assert drawn.coverage.pairs == 0


def test_repeated_line_is_one_socket() -> None:
    twice = connect("10.0.0.2", 80, "10.0.0.1", 40000, 3, inode=77)
    graph = stitched(CLIENT, server(twice, twice))
    assert [f[5] for f in flows(graph)] == [1]
    assert graph.coverage.sockets == 2


def test_subflows_share_an_inode_and_are_all_real() -> None:
    ours = [connect("10.0.0.1", port, "10.0.0.2", 80, 2, inode=55) for port in (40000, 40001)]
    theirs = [connect("10.0.0.2", 80, "10.0.0.1", port, 3, inode=56) for port in (40000, 40001)]
    graph = stitched(simple("c", "10.0.0.1", *ours), server(listen("0.0.0.0", 80, 3), *theirs))
    assert [f[5] for f in flows(graph)] == [2]


def test_sockets_without_inode_are_distinct() -> None:
    gone = [
        connect("10.0.0.1", port, "10.0.0.2", 80, state=TIME_WAIT, inode=0)
        for port in (40000, 40001, 40002)
    ]
    assert stitched(simple("c", "10.0.0.1", *gone)).coverage.recent == 3


def test_unowned_socket_keeps_its_flow() -> None:
    graph = stitched(CLIENT, server(connect("10.0.0.2", 80, "10.0.0.1", 40000)))
    assert [f[:2] for f in flows(graph)] == [("c/p2", "s/?")]
    assert graph.coverage.unowned == 1


def test_pid_1_is_not_shown_if_there_is_another() -> None:
    there = server(listen("0.0.0.0", 80, 1, 9), connect("10.0.0.2", 80, "10.0.0.1", 40000, 1, 9))
    assert [f[1] for f in flows(stitched(CLIENT, there))] == ["s/p9"]


def test_alone_pid_1_is_shown() -> None:
    there = server(listen("0.0.0.0", 80, 1), connect("10.0.0.2", 80, "10.0.0.1", 40000, 1))
    assert [f[1] for f in flows(stitched(CLIENT, there))] == ["s/p1"]


def test_prefork_listener_is_shown_on_the_one_without_connections() -> None:
    """The master has the largest pid here: it is the one that serves nobody."""
    there = server(
        listen("0.0.0.0", 80, 5, 6, 90),
        connect("10.0.0.2", 80, "192.0.2.1", 1025, 5),
        connect("10.0.0.2", 80, "192.0.2.1", 1026, 6),
        connect("10.0.0.2", 80, "10.0.0.1", 40000, 6),
    )
    graph = stitched(CLIENT, there)
    assert [n.label for n in graph.nodes if n.listeners] == ["p90"]
    assert [f[1] for f in flows(graph)] == ["s/p6"]


def test_then_the_one_that_started_first() -> None:
    """Pids begin anew after the last: a parent may have a greater one than its children."""
    there = snapshot(server(listen("0.0.0.0", 80, 12, 7)))
    older = [replace(p, start=50) if p.pid == 12 else p for p in there.processes]
    graph = stitch([replace(there, processes=older)])
    assert [n.label for n in graph.nodes] == ["p12"]


def test_then_the_smallest_pid() -> None:
    there = server(listen("0.0.0.0", 80, 12, 7))
    assert [n.label for n in stitched(there).nodes] == ["p7"]


def test_self_is_counted_and_drawn_on_request() -> None:
    alone = simple(
        "c",
        "10.0.0.1",
        listen("127.0.0.1", 80, 2),
        connect("127.0.0.1", 40000, "127.0.0.1", 80, 2),
        connect("127.0.0.1", 80, "127.0.0.1", 40000, 2),
    )
    graph = stitched(alone)
    assert flows(graph) == []
    assert graph.coverage.self == 1
    assert graph.coverage.pairs == 1
    drawn = stitched(alone, options=StitchOptions(self_flows=True))
    assert flows(drawn) == [("c/p2", "c/p2", "tcp", 80, "reciprocal", 1)]
