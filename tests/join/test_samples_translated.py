"""Several samples of machines between which others translate."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

from groups import CAPTURED, MachineOf, connect, flows, listen, simple, snapshot, stitched
from test_translation import DNAT, container, entry, router

from netviz.fleet.fleet import Fleet
from netviz.fleet.parsed import parse_sample
from netviz.graph import Graph

SECONDS = 60


def client(*inodes: tuple[int, int]) -> list[MachineOf]:
    """Samples of the client, each with its one socket: inode and pid; 0 for none."""
    samples = []
    for number, (inode, pid) in enumerate(inodes):
        dials = connect("192.0.2.10", 50000, "192.0.2.1", 8080, pid, inode=inode)
        samples.append(at(simple("client", "192.0.2.10", *[dials] * bool(inode)), number))
    return samples


def behind(*inodes: int) -> list[MachineOf]:
    """Samples of the router, and of the container on it that holds the server's socket."""
    samples = []
    for number, inode in enumerate(inodes):
        held = connect("172.18.0.2", 80, "192.0.2.10", 50000, 3, inode=inode)
        listening = replace(listen("0.0.0.0", 80, 3), inode=9)
        machine = router(DNAT if inode else "", container(listening, *[held] * bool(inode)))
        samples.append(at(machine, number))
    return samples


def at(machine: MachineOf, number: int) -> MachineOf:
    return replace(
        machine, captured=CAPTURED + SECONDS * number, source=f"{machine.name}:{number + 1}"
    )


def seen(graph: Graph) -> list[tuple[int, int]]:
    return [(flow.seen.snapshots, flow.seen.of) for flow in graph.flows if flow.seen]


def test_a_translated_connection_is_one_over_all_samples() -> None:
    graph = stitched(*client((5, 2), (5, 2)), *behind(6, 6))
    assert flows(graph) == [("client/p2", "router/p3", "tcp", 80, "nat", 1)]
    assert seen(graph) == [(4, 4)]


def test_a_port_that_was_used_again_is_two_that_do_not_get_mixed_up() -> None:
    lives = client((5, 2), (0, 0), (0, 0), (4, 8)), behind(6, 0, 0, 7)
    graph = stitched(*lives[0], *lives[1])
    assert flows(graph) == [
        ("client/p2", "router/p3", "tcp", 80, "nat", 1),
        ("client/p8", "router/p3", "tcp", 80, "nat", 1),
    ]
    assert seen(graph) == [(2, 8), (2, 8)]
    assert graph.coverage.ambiguous == 0


def test_an_entry_is_kept_once_however_many_samples_have_it() -> None:
    other = entry("192.0.2.10:50001>192.0.2.1:8080", "172.18.0.2:80>192.0.2.10:50001")
    machines = [at(router(text), number) for number, text in enumerate((DNAT, DNAT + other, DNAT))]
    for order in permutations(machines):
        fleet = Fleet()
        for machine in order:
            fleet.absorb(parse_sample(snapshot(machine)))
        kept = [len(record.translations) for record in fleet.namespaces]
        assert kept == [2]


def test_the_server_that_shows_no_peer_is_the_one_that_listened_then() -> None:
    asks = connect("192.0.2.10", 50000, "192.0.2.1", 53, 2, proto="udp", inode=5)
    dns = entry("192.0.2.10:50000>192.0.2.1:53", "172.18.0.2:5353>192.0.2.10:50000", "udp")
    for number, server in enumerate(("p3", "p4")):
        one = replace(
            simple("client", "192.0.2.10", asks), captured=CAPTURED + SECONDS * number, source="c"
        )
        lives = [
            replace(listen("0.0.0.0", 5353, pid, proto="udp"), inode=pid * 100) for pid in (3, 4)
        ]
        machines = [at(router(dns, container(life)), place) for place, life in enumerate(lives)]
        graph = stitched(one, *machines)
        assert flows(graph) == [("client/p2", f"router/{server}", "udp", 5353, "nat", 1)]
