"""Whose sockets were joined with none although their other end may be in the group, and why."""

from __future__ import annotations

from dataclasses import replace

from groups import (
    SYN_SENT,
    TIME_WAIT,
    MachineOf,
    Namespace,
    connect,
    flows,
    listen,
    simple,
    snapshot,
    stitched,
)
from hypothesis import given, settings
from random_machines import groups

from netviz.join.unjoined import NOT_ANSWERED, SEVERAL_ENDS
from netviz.join.verdicts import NO_LISTENER, TRANSLATION_POSSIBLE
from netviz.stitch import StitchOptions, stitch

OPTIONS = StitchOptions(unjoined=True)

CLIENT, SERVER = "10.0.0.9", "10.0.0.2"

DNS = listen("0.0.0.0", 53, 3, proto="udp")


def asks(to: str = SERVER, port: int = 40000, state: int = 1) -> MachineOf:
    """A machine of which one process asks for names."""
    return simple("c", CLIENT, connect(CLIENT, port, to, 53, 2, proto="udp", state=state))


def left(*machines: MachineOf) -> list[tuple[object, ...]]:
    """(machine/process, proto, port, whether it is the client, machine, reason, sockets)."""
    return [
        (f"{one.node.machine}/{one.node.label}", *one[1:])
        for one in stitched(*machines, options=OPTIONS).coverage.unjoined
    ]


def shared(name: str, own: str) -> MachineOf:
    """A machine that has the virtual address 10.0.0.100 beside its own."""
    return MachineOf(name, [Namespace([DNS], [f"{own}/24", "10.0.0.100/24"])])


def test_an_address_of_several_machines() -> None:
    assert left(asks("10.0.0.100"), shared("a", SERVER), shared("b", "10.0.0.3")) == [
        ("c/p2", "udp", 53, True, None, SEVERAL_ENDS, 1)
    ]


def test_a_translation_may_hide_there() -> None:
    server = simple("s", SERVER, DNS, forwarding=True)
    assert left(asks(), server) == [("c/p2", "udp", 53, True, "s", TRANSLATION_POSSIBLE, 1)]


def test_nothing_listens_there() -> None:
    assert left(asks(), simple("s", SERVER)) == [("c/p2", "udp", 53, True, "s", NO_LISTENER, 1)]


def test_it_was_not_answered_yet() -> None:
    client = simple("c", CLIENT, connect(CLIENT, 40000, SERVER, 80, 2, state=SYN_SENT))
    server = simple("s", SERVER, listen("0.0.0.0", 80, 3))
    assert left(client, server) == [("c/p2", "tcp", 80, True, "s", NOT_ANSWERED, 1)]


def test_below_a_listener() -> None:
    """The client's machine translates: who knows who came."""
    server = simple("s", SERVER, listen("0.0.0.0", 80, 3), connect(SERVER, 80, CLIENT, 4000, 3))
    client = simple("c", CLIENT, forwarding=True)
    assert left(client, server) == [("s/p3", "tcp", 80, False, "c", TRANSLATION_POSSIBLE, 1)]


def test_sockets_of_one_service_are_counted_together() -> None:
    sockets = [connect(CLIENT, 40000 + n, SERVER, 53, 2 + n % 2, proto="udp") for n in range(3)]
    client = simple("c", CLIENT, *sockets, names={2: "asks", 3: "asks"})
    assert left(client, simple("s", SERVER)) == [
        ("c/asks", "udp", 53, True, "s", NO_LISTENER, 3),
    ]


def test_nobody_is_seen_to_hold_it() -> None:
    client = simple("c", CLIENT, connect(CLIENT, 40000, SERVER, 53, proto="udp"))
    assert left(client, simple("s", SERVER)) == [("c/?", "udp", 53, True, "s", NO_LISTENER, 1)]


def test_what_is_joined_closed_or_outside_is_none() -> None:
    client = simple(
        "c",
        CLIENT,
        connect(CLIENT, 40000, SERVER, 53, 2, proto="udp"),
        connect(CLIENT, 40001, SERVER, 81, state=TIME_WAIT, inode=0),
        connect(CLIENT, 40002, "198.51.100.7", 443, 2),
    )
    graph = stitched(client, simple("s", SERVER, DNS), options=OPTIONS)
    assert flows(graph) == [("c/p2", "s/p3", "udp", 53, "one-sided", 1)]
    assert graph.coverage.unjoined == ()


def test_nobody_asked() -> None:
    assert stitched(asks(), simple("s", SERVER)).coverage.unjoined == ()


@settings(max_examples=80, deadline=None)
@given(groups())
def test_all_are_named_and_nothing_else_changes(machines: list[MachineOf]) -> None:
    graph = stitch(map(snapshot, machines), OPTIONS)
    coverage = graph.coverage
    assert sum(one.sockets for one in coverage.unjoined) == (
        coverage.ambiguous + coverage.unmatched + coverage.attempt
    )
    without = replace(graph, coverage=replace(coverage, unjoined=()))
    assert without == stitch(map(snapshot, machines))
