"""Sockets below a listener that were joined with none: from outside, or nobody knows from whom."""

from __future__ import annotations

from groups import MachineOf, Namespace, Socket, connect, listen, simple, stitched

from netviz.graph import Strangers
from netviz.stitch import StitchOptions
from netviz.tables import SYN_RECV, SYN_SENT, TIME_WAIT

OPTIONS = StitchOptions(recent=True, strangers=True)
HERE, OUTSIDE, WEB = "10.0.0.2", "198.51.100.9", "10.0.0.1"


def below(*sockets: Socket, others: tuple[MachineOf, ...] = ()) -> list[tuple[str, int, int, int]]:
    """Address, port, outside and unknown of each listener of a machine that has strangers."""
    server = simple("db", HERE, *sockets)
    graph = stitched(server, *others, options=OPTIONS, level="connection")
    found = graph.coverage.strangers
    assert found is not None
    return [(one.address, one.port, one.outside, one.unknown) for one in found]


ANY = listen("0.0.0.0", 80, 2)


def test_from_outside() -> None:
    sockets = [connect(HERE, 80, OUTSIDE, port, 2) for port in (1001, 1002)]
    assert below(ANY, *sockets) == [("0.0.0.0", 80, 2, 0)]


def test_closed_connections_count_and_half_open_ones_do_not() -> None:
    assert below(
        ANY,
        connect(HERE, 80, OUTSIDE, 1001, state=TIME_WAIT, inode=0),
        connect(HERE, 80, OUTSIDE, 1002, state=SYN_RECV, inode=0),
    ) == [("0.0.0.0", 80, 1, 0)]


def test_the_listener_that_covers_the_local_end() -> None:
    assert below(
        ANY,
        listen(HERE, 80, 2),
        listen("::", 81, 2),
        connect(HERE, 80, OUTSIDE, 1001, 2),
        connect("127.0.0.1", 80, OUTSIDE, 1002, 2),
        connect(HERE, 81, OUTSIDE, 1003, 2),
    ) == [("0.0.0.0", 80, 1, 0), (HERE, 80, 1, 0), ("::", 81, 1, 0)]


def test_clients_are_no_callers() -> None:
    assert below(ANY, connect(HERE, 40000, OUTSIDE, 443, 2)) == []


def test_a_joined_connection_is_none_of_a_stranger() -> None:
    web = simple("web", WEB, connect(WEB, 40000, HERE, 80, 2))
    assert below(ANY, connect(HERE, 80, WEB, 40000, 2), others=(web,)) == []


def test_where_the_group_has_the_address_but_not_the_socket() -> None:
    """The machine forwards, and its table of connections is unknown: who knows who came."""
    web = simple("web", WEB, forwarding=True)
    assert below(ANY, connect(HERE, 80, WEB, 40000, 2), others=(web,)) == [("0.0.0.0", 80, 0, 1)]


DNS = listen("0.0.0.0", 53, 2, proto="udp")
ASKS = simple("web", WEB, connect(WEB, 40000, "10.0.0.100", 53, 2, proto="udp"))


def answers(name: str, own: str, *sockets: Socket) -> MachineOf:
    """A machine that has the virtual address 10.0.0.100 beside its own."""
    return MachineOf(name, [Namespace(sockets, [f"{own}/24", "10.0.0.100/24"])])


def named(*machines: MachineOf) -> list[tuple[object, ...]]:
    """Machine, protocol, address, port, outside and unknown of each listener with strangers."""
    found = stitched(*machines, options=OPTIONS, level="connection").coverage.strangers
    assert found is not None
    return [(one.machine, *one[2:]) for one in found]


def test_a_socket_that_dials_an_address_of_several() -> None:
    assert named(ASKS, answers("a", HERE, DNS), answers("b", "10.0.0.3", DNS)) == [
        ("a", "udp", "0.0.0.0", 53, 0, 1),
        ("b", "udp", "0.0.0.0", 53, 0, 1),
    ]
    assert named(ASKS, answers("a", HERE, DNS), answers("b", "10.0.0.3")) == [
        ("a", "udp", "0.0.0.0", 53, 0, 1),
    ]


def test_a_socket_that_dials_where_a_translation_may_hide() -> None:
    asks = simple("web", WEB, connect(WEB, 40000, HERE, 53, 2, proto="udp"))
    assert named(asks, simple("db", HERE, DNS, forwarding=True)) == [
        ("db", "udp", "0.0.0.0", 53, 0, 1)
    ]
    assert named(asks, simple("db", HERE, DNS)) == []  # it is joined
    assert named(asks, simple("db", HERE, ANY)) == []  # nothing listens there


def test_a_call_that_was_not_answered_is_no_use() -> None:
    web = simple("web", WEB, connect(WEB, 40000, HERE, 80, 2, state=SYN_SENT))
    assert named(web, simple("db", HERE, ANY, forwarding=True)) == []


def test_the_place_is_that_of_the_nodes() -> None:
    inner = Namespace(
        [listen("0.0.0.0", 80, 3), connect("172.17.0.2", 80, OUTSIDE, 1001, 3)],
        ["172.17.0.2/16"],
    )
    machine = MachineOf("host", [Namespace([], [f"{HERE}/24"]), inner])
    graph = stitched(machine, options=OPTIONS, level="connection")
    (node,) = graph.nodes
    assert graph.coverage.strangers == (
        Strangers(node.machine, node.netns, "tcp", "0.0.0.0", 80, 1, 0),
    )


def test_nobody_is_counted_where_that_was_not_asked_for() -> None:
    server = simple("db", HERE, ANY, connect(HERE, 80, OUTSIDE, 1001, 2))
    assert stitched(server).coverage.strangers is None
