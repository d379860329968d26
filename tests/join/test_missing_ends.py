"""What to capture next, where translations lead out of the group; and no edge instead.

client 192.0.2.10 -- edge (masquerades) 198.51.100.1 -- balancer 198.51.100.80 -- server
"""

from __future__ import annotations

from groups import MachineOf, Namespace, connect, flows, listen, simple, stitched
from test_translation import entry

from netviz.graph import Missing

CLIENT = simple("client", "192.0.2.10", connect("192.0.2.10", 50000, "198.51.100.80", 80, 2))
SERVER = simple(
    "server",
    "203.0.113.9",
    listen("0.0.0.0", 8000, 4),
    connect("203.0.113.9", 8000, "198.51.100.1", 61000, 4),
)
MASQUERADED = entry("192.0.2.10:50000>198.51.100.80:80", "198.51.100.80:80>198.51.100.1:61000")
BALANCED = entry("198.51.100.1:61000>198.51.100.80:80", "203.0.113.9:8000>198.51.100.1:61000")


def translator(name: str, conntrack: str, *addresses: str) -> MachineOf:
    return MachineOf(name, [Namespace([], addresses, 1, forwarding=True, conntrack=conntrack)])


EDGE = translator("edge", MASQUERADED, "192.0.2.1/24", "198.51.100.1/24")
BALANCER = translator("balancer", BALANCED, "198.51.100.80/24", "203.0.113.1/24")


def missing(*machines: MachineOf) -> list[Missing]:
    return list(stitched(*machines).coverage.missing)


def test_nothing_is_missing_where_all_are_captured() -> None:
    graph = stitched(CLIENT, EDGE, BALANCER, SERVER)
    assert flows(graph) == [("client/p2", "server/p4", "tcp", 8000, "nat", 1)]
    assert graph.coverage.missing == ()


def test_the_load_balancer() -> None:
    """The conntrack of another machine names its address, which makes nobody its owner."""
    graph = stitched(CLIENT, EDGE, SERVER)
    assert flows(graph) == []
    assert graph.coverage.missing == (Missing("tcp", "198.51.100.80", 80, 1),)
    assert (graph.coverage.external, graph.coverage.unmatched) == (1, 1)


def test_a_server_does_not_see_the_masquerading_machine_itself() -> None:
    """Who stands behind that port of it is known: somebody else, so no ``?`` of it either."""
    (reason,) = stitched(EDGE, SERVER).coverage.reasons
    assert reason == "another machine stands behind that address and port"
    own = simple("edge", "198.51.100.1", forwarding=True, conntrack="")
    assert flows(stitched(own, SERVER)) == [("edge/?", "server/p4", "tcp", 8000, "one-sided", 1)]


def test_the_masquerading_machine() -> None:
    graph = stitched(CLIENT, BALANCER, SERVER)
    assert flows(graph) == []
    assert graph.coverage.missing == (Missing("tcp", "198.51.100.1", 61000, 1),)
    assert graph.coverage.unmatched == 1


def test_clients_from_outside_are_not_missing() -> None:
    """As long as none of the group dials the same in vain."""
    assert missing(BALANCER, SERVER) == []
    other = simple("other", "198.51.100.7", connect("198.51.100.7", 50000, "198.51.100.80", 443, 2))
    assert missing(other, BALANCER, SERVER) == []


def test_what_is_behind_the_load_balancer() -> None:
    graph = stitched(CLIENT, EDGE, BALANCER)
    assert flows(graph) == []
    assert graph.coverage.missing == (Missing("tcp", "203.0.113.9", 8000, 1),)
    assert (graph.coverage.external, graph.coverage.unmatched) == (1, 0)


def test_both_translators() -> None:
    graph = stitched(CLIENT, SERVER)
    assert flows(graph) == []
    assert graph.coverage.missing == (Missing("tcp", "198.51.100.80", 80, 1),)


def test_a_stale_entry_does_not_take_a_mirrored_pair_apart() -> None:
    there = simple(
        "there",
        "198.51.100.80",
        listen("0.0.0.0", 80, 5),
        connect("198.51.100.80", 80, "192.0.2.10", 50000, 5),
        conntrack=entry("192.0.2.10:50000>198.51.100.80:80", "203.0.113.9:8000>192.0.2.10:50000"),
    )
    graph = stitched(CLIENT, there)
    assert flows(graph) == [("client/p2", "there/p5", "tcp", 80, "reciprocal", 1)]
    assert graph.coverage.missing == ()
