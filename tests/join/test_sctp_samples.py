"""Rule 8 for SCTP: an association is one however many samples have it, and whatever it is like."""

from __future__ import annotations

from dataclasses import replace

from groups import CAPTURED, flows
from sctp_machines import ASSOCS, EPS, Association, Endpoint, machine, stitched

from netviz.fleet.fleet import Fleet
from netviz.fleet.parsed import parse_sample
from netviz.graph import Graph
from netviz.join import identity
from netviz.snapshot.model import Snapshot

FIRST = Association("10.0.0.1 10.1.0.1", 40000, "10.0.0.2 10.1.0.2", 3868, 2, 91)
SERVER = machine(
    "b",
    "10.0.0.2 10.1.0.2",
    Association("10.0.0.2 10.1.0.2", 3868, "10.0.0.1 10.1.0.1", 40000, 3),
    Endpoint("0.0.0.0", 3868, 3),
)


def sampled(*associations: Association) -> list[Snapshot]:
    return [
        machine("a", "10.0.0.1 10.1.0.1", one, source=f"a{place}.json", captured=CAPTURED + place)
        for place, one in enumerate(associations)
    ]


def both_ways(one: Association, other: Association, *more: Snapshot) -> Graph:
    graph = stitched(*sampled(other, one), *more)
    again = stitched(*sampled(one, other), *more)
    assert (flows(again), again.coverage) == (flows(graph), graph.coverage)
    return graph


def test_another_primary_address_or_a_lost_path() -> None:
    moved = replace(FIRST, local="10.0.0.1 *10.1.0.1", remote="10.0.0.2 *10.1.0.2")
    lost = replace(FIRST, remote="10.1.0.2")
    for later in (moved, lost):
        graph = both_ways(FIRST, later, SERVER)
        assert graph.coverage.sockets == 3
        assert flows(graph) == [("a/p2", "b/p3", "sctp", 3868, "reciprocal", 1)]


def test_the_state_that_it_came_farthest_in_counts() -> None:
    for state in (0, 1, 2):
        graph = both_ways(replace(FIRST, state=state), FIRST, SERVER)
        assert (graph.coverage.sockets, graph.coverage.pairs) == (3, 1)
        assert (graph.coverage.attempt, graph.coverage.recent) == (0, 0)


def test_waiting_and_then_accepted_is_one() -> None:
    listener = Endpoint("0.0.0.0", 3868, 3, 55)
    waits = Association("10.0.0.2", 3868, "10.0.0.1", 40000, 3, 55, socket_state=10, number=9)
    accepted = replace(waits, pid=4, inode=56, socket_state=1)
    client = machine("a", "10.0.0.1", replace(FIRST, local="10.0.0.1", remote="10.0.0.2"))
    for order in ((waits, accepted), (accepted, waits)):
        servers = [
            machine("b", "10.0.0.2", one, listener, source=f"b{place}.json")
            for place, one in enumerate(order)
        ]
        graph = stitched(client, *servers)
        assert flows(graph) == [("a/p2", "b/p4", "sctp", 3868, "reciprocal", 1)]
        assert (graph.coverage.sockets, graph.coverage.queued) == (3, 0)


def test_the_same_number_later_for_another_peer_is_another_association() -> None:
    other = replace(FIRST, remote="10.0.0.3")
    third = machine("c", "10.0.0.3", Endpoint("0.0.0.0", 3868, 6))
    graph = both_ways(FIRST, other, SERVER, third)
    assert {f[1] for f in flows(graph)} == {"b/p3", "c/p6"}
    assert graph.coverage.sockets == 5


def test_a_holder_that_one_sample_does_not_see_is_taken_from_the_other() -> None:
    graph = both_ways(replace(FIRST, pid=None), FIRST, SERVER)
    assert flows(graph) == [("a/p2", "b/p3", "sctp", 3868, "reciprocal", 1)]


def test_an_endpoint_is_one_for_readers_of_other_user_namespaces() -> None:
    """The kernel translates uids for whoever reads (from_kuid_munged in net/sctp/proc.c)."""
    samples = [
        machine(
            "b",
            "10.0.0.2",
            source=f"{uid}.json",
            tables={"sctp/eps": f"{EPS}\n0 0 2 {state} 9 3868 {uid} 88 0.0.0.0 \n"},
        )
        for uid, state in ((0, 7), (65534, 10))
    ]
    graph = stitched(*samples)
    assert (graph.coverage.sockets, graph.coverage.listening) == (1, 1)


def test_kernels_without_inodes_in_these_tables() -> None:
    """Early Linux 2.6 had neither UID nor INODE."""
    header = ASSOCS.replace("ASSOC-ID TX_QUEUE RX_QUEUE UID INODE ", "").partition(" HBINT")[0]
    old = {
        "sctp/assocs": f"{header}\n0 0 2 1 3 7 3868  40000 10.0.0.2 <-> 10.0.0.1 \n",
        "sctp/eps": f"{EPS.replace(' UID INODE', '')}\n0 0 2 10 9 3868 0.0.0.0 \n",
    }
    client = machine("a", "10.0.0.1", replace(FIRST, local="10.0.0.1", remote="10.0.0.2"))
    graph = stitched(client, machine("b", "10.0.0.2", tables=old))
    assert flows(graph) == [("a/p2", "b/?", "sctp", 3868, "reciprocal", 1)]
    assert (graph.coverage.unowned, graph.coverage.listening) == (2, 1)


def test_two_kernels_to_look_at_may_be_one() -> None:
    """A container hides the boot_id: the same association with the same inode gives it away."""
    one, other = sampled(FIRST, FIRST)
    hidden = replace(other, host=replace(other.host, name="box", boot_id="hidden"))
    graph = stitched(one, hidden, SERVER)
    assert graph.coverage.sockets == 3
    assert [f[4:] for f in flows(graph)] == [("reciprocal", 1)]
    apart = replace(FIRST, inode=92)
    (strange,) = sampled(apart)
    strange = replace(strange, host=hidden.host, source="box.json")
    assert stitched(one, strange, SERVER).coverage.sockets == 4


def test_who_is_shown_does_not_depend_on_the_order_of_snapshots() -> None:
    """Two names of one kernel whose processes rule 9 finds alike; ``stitched`` turns them round."""
    shared = replace(FIRST, pid=None, remote="192.0.2.1")
    listens = Endpoint("0.0.0.0", 3868, 3)
    one, other = (machine(n, "10.0.0.1 10.1.0.1", shared, listens) for n in ("a", "b"))
    client = Association("10.0.0.9", 40000, "10.0.0.1", 3868, 2)
    graph = stitched(one, other, machine("c", "10.0.0.9", client))
    assert [f[:2] for f in flows(graph)] == [("c/p2", "a/p3")]


def test_one_kernel_is_told_by_one_address_in_common_at_each_end() -> None:
    one, other = sampled(FIRST, replace(FIRST, local="10.0.0.1", remote="10.0.0.2 10.9.0.2"))
    hidden = replace(other, host=replace(other.host, name="box", boot_id="hidden"))
    assert stitched(one, hidden, SERVER).coverage.sockets == 3


def test_addresses_of_an_association_do_not_multiply() -> None:
    """Whoever makes some up may give it thousands at each end."""
    local, remote = (" ".join(f"10.{n}.0.{end}" for n in range(100)) for end in (1, 2))
    fleet = Fleet()
    fleet.absorb(parse_sample(machine("a", None, replace(FIRST, local=local, remote=remote))))
    assert len(identity._sockets(fleet, [{}], 0)) == 199


def test_a_listener_of_another_time_is_none_of_an_association() -> None:
    """What was a server's port is then dialled from, and another server holds the other end."""
    calls = replace(FIRST, local="10.0.0.1", remote="10.0.0.2")
    earlier_and_now: list[Association | Endpoint] = [Endpoint("0.0.0.0", 40000, 8, 77), calls]
    client = [
        machine("a", "10.0.0.1", one, source=f"a{place}", captured=CAPTURED + 60 * place)
        for place, one in enumerate(earlier_and_now)
    ]
    server = [
        machine("b", "10.0.0.2", one, source=f"b{place}", captured=CAPTURED + 60 * place)
        for place, one in enumerate(Endpoint("0.0.0.0", 3868, pid, pid) for pid in (3, 4))
    ]
    graph = stitched(*client, *server)
    assert flows(graph) == [("a/p2", "b/p4", "sctp", 3868, "one-sided", 1)]
    before = replace(client[1], started=CAPTURED, finished=CAPTURED)
    assert flows(stitched(before, *server)) == [("a/p2", "b/p3", "sctp", 3868, "one-sided", 1)]
