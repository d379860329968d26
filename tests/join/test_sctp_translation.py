"""Rule 5 for SCTP: one pair of addresses of an association is translated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from groups import flows
from sctp_machines import Association, Endpoint, machine, stitched

from netviz.explain.asking import explain_process
from netviz.snapshot.model import Snapshot

CLIENT = machine("a", "10.0.0.1", Association("10.0.0.1", 40000, "10.0.0.9", 3868, 2))


def router(*entries: tuple[str, str], sockets: Sequence[Association | Endpoint] = ()) -> Snapshot:
    """Each way of an entry is ``source sport destination dport``."""
    lines = []
    for ways in entries:
        words = [
            f"src={s} dst={d} sport={sport} dport={dport}"
            for s, sport, d, dport in (way.split() for way in ways)
        ]
        lines.append(f"ipv4 2 sctp 132 9 ESTABLISHED {words[0]} {words[1]} [ASSURED] use=1\n")
    tables = {"nf_conntrack": "".join(lines)}
    return machine("r", "10.0.0.9 172.20.0.1", *sockets, forwarding=True, tables=tables)


PUBLISHED = router(("10.0.0.1 40000 10.0.0.9 3868", "172.20.0.2 13868 10.0.0.1 40000"))
SERVER = machine(
    "b",
    "172.20.0.2",
    Association("172.20.0.2", 13868, "10.0.0.1", 40000, 3),
    Endpoint("0.0.0.0", 13868, 3),
)


def test_published_port() -> None:
    graph = stitched(CLIENT, PUBLISHED, SERVER)
    assert flows(graph) == [("a/p2", "b/p3", "sctp", 13868, "nat", 1)]
    (flow,) = graph.flows
    assert (flow.via, flow.dialled) == (("r",), ("10.0.0.9", 3868))
    assert flow.samples == (("10.0.0.1", 40000, "172.20.0.2", 13868),)
    assert (graph.coverage.nat, graph.coverage.pairs, graph.coverage.joined) == (1, 1, 2)


def test_masquerade_with_more_addresses_than_the_one_translated() -> None:
    inside = machine(
        "a", "172.20.0.5", Association("172.20.0.5", 40000, "*192.0.2.2 10.9.0.2", 3868, 2)
    )
    entry = ("172.20.0.5 40000 192.0.2.2 3868", "192.0.2.2 3868 10.0.0.9 61000")
    server = machine(
        "b",
        "192.0.2.2 10.9.0.2",
        Association("192.0.2.2 10.9.0.2", 3868, "10.0.0.9", 61000, 3),
        Endpoint("0.0.0.0", 3868, 3),
    )
    graph = stitched(inside, router(entry), server)
    assert flows(graph) == [("a/p2", "b/p3", "sctp", 3868, "nat", 1)]
    assert graph.flows[0].dialled is None


def test_without_the_server_the_client_is_outside_and_it_is_told_what_to_capture() -> None:
    graph = stitched(CLIENT, PUBLISHED)
    assert flows(graph) == []
    assert graph.coverage.external == 1
    assert [(m.address, m.port) for m in graph.coverage.missing] == [("172.20.0.2", 13868)]


def test_without_the_entry_there_is_no_edge_between_them() -> None:
    graph = stitched(CLIENT, router(), SERVER)
    assert not any(f[0] == "a/p2" for f in flows(graph))
    assert graph.coverage.nat == 0


@pytest.mark.parametrize("seen", ["10.0.0.9", "172.20.0.1 10.0.0.9"])
def test_a_server_behind_whose_client_another_stands_is_not_the_routers(seen: str) -> None:
    """The server sees the router's address; conntrack says that it is somebody else's."""
    entry = ("172.20.0.5 40000 192.0.2.2 3868", "192.0.2.2 3868 10.0.0.9 61000")
    server = machine(
        "b",
        "192.0.2.2",
        Association("192.0.2.2", 3868, seen, 61000, 3),
        Endpoint("0.0.0.0", 3868, 3),
    )
    graph = stitched(router(entry), server, doubtful=True)
    assert flows(graph) == []
    assert graph.coverage.unmatched == 1


def test_a_listener_of_which_one_address_is_translated_is_doubtful() -> None:
    listens = Endpoint("0.0.0.0", 3868, 5)
    entry = ("10.0.0.7 40000 10.0.0.9 3868", "172.20.0.2 3868 10.0.0.7 40000")
    dials = Association("10.0.0.1", 40000, "172.20.0.1 10.0.0.9", 3868, 2)
    client = machine("a", "10.0.0.1", dials)
    assert flows(stitched(client, router(sockets=[listens])))[0][4] == "one-sided"
    graph = stitched(client, router(entry, sockets=[listens]))
    assert (flows(graph), graph.coverage.unmatched) == ([], 1)


def test_two_answers_are_ambiguous() -> None:
    also = machine("c", "172.20.0.3", Association("172.20.0.3", 13868, "10.0.0.1", 40000, 4))
    entries = [
        ("10.0.0.1 40000 10.0.0.9 3868", f"{server} 13868 10.0.0.1 40000")
        for server in ("172.20.0.2", "172.20.0.3")
    ]
    both = router(*entries)
    mirrors = Association("10.0.0.9", 3868, "10.0.0.1", 40000, 6)
    for more in ([], [mirrors]):
        graph = stitched(CLIENT, router(*entries, sockets=more), SERVER, also)
        assert not any(f[0] == "a/p2" for f in flows(graph))
        assert graph.coverage.ambiguous == 1
    (told,) = explain_process([CLIENT, both, SERVER, also], "p2").sockets
    assert told.reasons == ("ambiguous: translations lead to several other ends (rules 5, 12)",)


def test_explained() -> None:
    (told,) = explain_process([CLIENT, PUBLISHED, SERVER], "p2").sockets
    assert told.fate == "joined"
    assert told.reasons == (
        "joined (nat; rules 5, 12) with sctp 172.20.0.2:13868 -> 10.0.0.1:40000 ESTABLISHED on b,"
        " held by p3 (pid 3)",
        "the client dialled 10.0.0.9:3868; it came out at 172.20.0.2:13868, translated by r",
    )


def test_closed_ones_are_not_followed() -> None:
    closed = replace(
        CLIENT,
        netns=machine(
            "a", "10.0.0.1", Association("10.0.0.1", 40000, "10.0.0.9", 3868, 2, state=0)
        ).netns,
    )
    graph = stitched(closed, PUBLISHED, SERVER)
    assert (graph.coverage.nat, graph.coverage.recent) == (0, 1)
