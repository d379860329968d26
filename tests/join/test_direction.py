"""Rule 11: who is the server."""

from __future__ import annotations

import pytest
from groups import Socket, connect, flows, listen, simple, stitched


def pair(
    *more: Socket,
    a_range: tuple[int, int] | None,
    b_range: tuple[int, int] | None,
    a_port: int = 40000,
    b_port: int = 9000,
    b_more: tuple[Socket, ...] = (),
) -> tuple[bool, str]:
    """Whether the direction is known, and the client, of a connection between a and b."""
    a = simple(
        "a",
        "10.0.0.1",
        connect("10.0.0.1", a_port, "10.0.0.2", b_port, 2),
        *more,
        port_range=a_range,
    )
    b = simple(
        "b",
        "10.0.0.2",
        connect("10.0.0.2", b_port, "10.0.0.1", a_port, 3),
        *b_more,
        port_range=b_range,
    )
    graph = stitched(a, b)
    (flow,) = flows(graph)
    return graph.flows[0].directed, flow[0]


BOTH = (32768, 60999)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "10.0.0.2"])
def test_the_one_with_the_listener_serves(address: str) -> None:
    listener = (listen(address, 9000, 3),)
    assert pair(a_range=None, b_range=None, b_more=listener) == (True, "a/p2")


def test_listener_on_another_address_says_nothing() -> None:
    listener = (listen("127.0.0.1", 9000, 3),)
    assert pair(a_range=None, b_range=None, b_more=listener)[0] is False


def test_listener_on_the_higher_port_serves() -> None:
    listener = (listen("0.0.0.0", 50000, 3),)
    assert pair(a_range=BOTH, b_range=BOTH, a_port=700, b_port=50000, b_more=listener) == (
        True,
        "a/p2",
    )


def test_two_listeners_leave_it_to_the_port_range() -> None:
    served = (listen("0.0.0.0", 9000, 3),)
    known = pair(listen("0.0.0.0", 40000, 2), a_range=BOTH, b_range=BOTH, b_more=served)
    assert known == (True, "a/p2")


@pytest.mark.parametrize(
    ("a_range", "b_range"), [(None, None), (BOTH, None), (None, BOTH), ((1, 65535), (1, 65535))]
)
def test_unknown_is_not_guessed(
    a_range: tuple[int, int] | None, b_range: tuple[int, int] | None
) -> None:
    assert pair(a_range=a_range, b_range=b_range)[0] is False


@pytest.mark.parametrize("a_opened", [True, False])
def test_conntrack_says_before_the_port_range(a_opened: bool) -> None:
    """Here the range would say the opposite for one of the two."""
    ways = [
        "src=10.0.0.1 dst=10.0.0.2 sport=40000 dport=9000",
        "src=10.0.0.2 dst=10.0.0.1 sport=9000 dport=40000",
    ]
    if not a_opened:
        ways.reverse()
    line = f"ipv4 2 tcp 6 100 ESTABLISHED {ways[0]} {ways[1]} [ASSURED] use=1\n"
    a = simple("a", "10.0.0.1", connect("10.0.0.1", 40000, "10.0.0.2", 9000, 2), conntrack=line)
    b = simple("b", "10.0.0.2", connect("10.0.0.2", 9000, "10.0.0.1", 40000, 3))
    graph = stitched(a, b)
    assert flows(graph)[0][:2] == (("a/p2", "b/p3") if a_opened else ("b/p3", "a/p2"))
    assert graph.flows[0].directed
    assert graph.flows[0].port == (9000 if a_opened else 40000)


def test_conntrack_of_another_namespace_says_nothing_of_loopback() -> None:
    line = (
        "ipv4 2 tcp 6 9 src=127.0.0.1 dst=127.0.0.1 sport=40000 dport=9000"
        " src=127.0.0.1 dst=127.0.0.1 sport=9000 dport=40000 use=1\n"
    )
    talk = (
        connect("127.0.0.1", 40000, "127.0.0.1", 9000, 2),
        connect("127.0.0.1", 9000, "127.0.0.1", 40000, 3),
    )
    here = simple("a", "10.0.0.1", *talk, port_range=None)
    there = simple("b", "10.0.0.2", port_range=None, conntrack=line)
    assert not stitched(here, there).flows[0].directed
    here = simple("a", "10.0.0.1", *talk, port_range=None, conntrack=line)
    assert stitched(here, there).flows[0].directed


def test_never_the_lower_port() -> None:
    # 9000 is in b's own range and 40000 is not in a's: the lower port is the client's.
    assert pair(a_range=(1024, 20000), b_range=(1024, 20000)) == (True, "b/p3")
