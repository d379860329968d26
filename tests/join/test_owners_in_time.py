"""Rule 2 over several samples: an address is that of whoever had it when the socket was seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import pytest
from groups import (
    CAPTURED,
    MachineOf,
    Namespace,
    Socket,
    connect,
    flows,
    listen,
    simple,
    snapshot,
    stitched,
)
from sctp_machines import Association, Endpoint
from sctp_machines import machine as sctp_machine
from test_explain_reasons import explained
from test_translation import entry

from netviz.snapshot.model import Problem, Snapshot
from netviz.spans import Presence, Presences, Span
from netviz.stitch import StitchOptions, stitch

MINUTE = 60


def at(machine: MachineOf, seconds: float | None, number: int = 0) -> MachineOf:
    """A sample of the machine, so long after the first."""
    captured = None if seconds is None else CAPTURED + seconds
    return replace(machine, captured=captured, source=f"{machine.name}-{number}-{seconds}.json")


def booted(machine: MachineOf, number: int, seconds: float, btime: bool = True) -> MachineOf:
    """A sample of the machine from a boot of its own, a minute after that."""
    return replace(
        at(machine, seconds, number),
        boot_id=f"{machine.name}-boot-{number}",
        machine_id=f"{machine.name}-id",
        btime=int(CAPTURED + seconds) - MINUTE if btime else None,
        namespaces=[replace(n, id=10 * number + (n.id or 0)) for n in machine.namespaces],
    )


def app(port: int, inode: int | None = None) -> Socket:
    return connect("172.17.0.2", port, "172.17.0.3", 5432, 7, inode=inode)


def answers(port: int, pid: int, to: str = "172.17.0.2") -> Sequence[Socket]:
    return listen("0.0.0.0", 5432, pid), connect("172.17.0.3", 5432, to, port, pid)


def engine(
    first: int, inside: Sequence[Socket], serving: Sequence[Socket], own: Sequence[Socket] = ()
) -> MachineOf:
    """A host with two containers; their namespaces, and who serves, are numbered from ``first``."""
    names = {7: "app", first: f"postgres{first}", 9: "dials"}
    host = Namespace(own, ["10.0.0.5/24", "172.17.0.1/16", "127.0.0.1/8"], 1, forwarding=True)
    host.conntrack = ""
    client = Namespace(inside, ["172.17.0.2/16"], first)
    server = Namespace(serving, ["172.17.0.3/16"], first + 1)
    return MachineOf("docker", [host, client, server], names=names)


RECREATED = [
    at(engine(101, [app(40000)], answers(40000, 101)), 0),
    at(engine(201, [app(41000)], answers(41000, 201)), MINUTE),
]


def test_containers_that_were_made_anew_with_the_same_addresses() -> None:
    graph = stitched(*RECREATED)
    assert flows(graph) == [
        ("docker/app", "docker/postgres101", "tcp", 5432, "reciprocal", 1),
        ("docker/app", "docker/postgres201", "tcp", 5432, "reciprocal", 1),
    ]
    assert (graph.coverage.ambiguous, graph.coverage.joined) == (0, 4)


def test_the_same_tuple_of_a_namespace_that_lives_on_means_one_after_the_other() -> None:
    """The port of the host's client was used again, towards the container that came next."""

    def sample(first: int, inode: int) -> MachineOf:
        dials = connect("172.17.0.1", 40000, "172.17.0.3", 5432, 9, inode=inode)
        return engine(first, [], answers(40000, first, "172.17.0.1"), [dials])

    samples = [at(sample(101, 5), 0), at(sample(201, 6), MINUTE)]
    for order in permutations(samples):
        graph = stitched(*order)
        assert flows(graph) == [
            ("docker/dials", "docker/postgres101", "tcp", 5432, "reciprocal", 1),
            ("docker/dials", "docker/postgres201", "tcp", 5432, "reciprocal", 1),
        ]


def test_a_sample_that_may_not_see_all_namespaces_rules_nobody_out() -> None:
    hidden = Problem("hidepid", "EPERM", 1)
    samples = [replace(snapshot(machine), problems=[hidden]) for machine in RECREATED]
    graph = stitch(samples, StitchOptions())
    assert (flows(graph), graph.coverage.ambiguous) == ([], 4)


def test_what_has_no_time_rules_nobody_out() -> None:
    graph = stitched(*(at(machine, None, number) for number, machine in enumerate(RECREATED)))
    assert (flows(graph), graph.coverage.ambiguous) == ([], 4)


def test_a_container_that_was_there_at_both_times_is_meant_at_both() -> None:
    """Sockets that are seen twice mean whoever was there at either time."""
    stays = engine(101, [app(40000, 5)], answers(40000, 101))
    graph = stitched(at(stays, 0), at(stays, MINUTE), at(engine(201, [], []), 2 * MINUTE))
    assert flows(graph) == [("docker/app", "docker/postgres101", "tcp", 5432, "reciprocal", 1)]


def test_published_ports_of_containers_that_were_made_anew() -> None:
    """An entry of conntrack leads to who was there when it was; nobody samples at the same time."""

    def samples(number: int) -> list[MachineOf]:
        port, first = 40000 + 1000 * number, 100 * (number + 1)
        accepted = connect("172.17.0.3", 5432, "10.0.0.9", port, first)
        host = engine(first, [], [listen("0.0.0.0", 5432, first), accepted])
        original = f"10.0.0.9:{port}>10.0.0.5:8080"
        host.namespaces[0].conntrack = entry(original, f"172.17.0.3:5432>10.0.0.9:{port}")
        client = simple("c", "10.0.0.9", connect("10.0.0.9", port, "10.0.0.5", 8080, 2))
        return [at(host, number * MINUTE), at(client, number * MINUTE + 5)]

    graph = stitched(*samples(0), *samples(1))
    assert flows(graph) == [
        ("c/p2", "docker/postgres100", "tcp", 5432, "nat", 1),
        ("c/p2", "docker/postgres200", "tcp", 5432, "nat", 1),
    ]
    assert graph.coverage.nat == 2


@pytest.mark.parametrize("knows_btime", [True, False])
def test_both_ends_were_rebooted(knows_btime: bool) -> None:
    """Where it is known when they booted, the machines need not be captured at the same time."""
    later = 5 if knows_btime else 0

    def boot(number: int) -> list[MachineOf]:
        port, seconds = 40000 + number, 10 * MINUTE * number
        dials = connect("10.0.0.1", port, "10.0.0.2", 5432, 2)
        accepted = connect("10.0.0.2", 5432, "10.0.0.1", port, 3)
        web = simple("web", "10.0.0.1", dials)
        db = simple("db", "10.0.0.2", listen("0.0.0.0", 5432, 3), accepted)
        return [
            booted(web, number, seconds + later, knows_btime),
            booted(db, number, seconds, knows_btime),
        ]

    graph = stitched(*boot(0), *boot(1), *boot(2))
    if knows_btime:
        assert flows(graph) == [("web/p2", "db/p3", "tcp", 5432, "reciprocal", 1)] * 3
    else:  # what was seen at the time of a boot's only sample may be a second older or younger
        assert graph.coverage.ambiguous == 6


def test_a_socket_outlives_its_peer() -> None:
    """Nobody told the server that its client's machine, or container, is gone."""
    dials = connect("10.0.0.1", 40000, "10.0.0.2", 5432, 2)
    accepted = connect("10.0.0.2", 5432, "10.0.0.1", 40000, 3)
    web = booted(simple("web", "10.0.0.1", dials), 0, 0)
    again = booted(simple("web", "10.0.0.1"), 1, 10 * MINUTE)
    db = at(simple("db", "10.0.0.2", listen("0.0.0.0", 5432, 3), accepted), 11 * MINUTE)
    graph = stitched(web, again, db)
    assert flows(graph) == [("web/p2", "db/p3", "tcp", 5432, "reciprocal", 1)]

    gone = replace(engine(201, [], []), namespaces=engine(201, [], []).namespaces[:1])
    before = engine(101, [], answers(40000, 101, "10.0.0.9"))
    client = simple("c", "10.0.0.9", connect("10.0.0.9", 40000, "172.17.0.3", 5432, 2))
    graph = stitched(at(before, 0), at(gone, MINUTE), at(client, 2 * MINUTE))
    assert flows(graph) == [("c/p2", "docker/postgres101", "tcp", 5432, "reciprocal", 1)]


def test_a_client_of_a_server_that_was_rebooted() -> None:
    asks = simple("c", "10.0.0.9", connect("10.0.0.9", 40000, "10.0.0.2", 53, 2, proto="udp"))
    dns = simple("dns", "10.0.0.2", listen("0.0.0.0", 53, 3, proto="udp"))
    for seconds in (3, 10 * MINUTE + 3):
        graph = stitched(at(asks, seconds), booted(dns, 0, 0), booted(dns, 1, 10 * MINUTE))
        assert flows(graph) == [("c/p2", "dns/p3", "udp", 53, "one-sided", 1)]
    # It booted a minute before its second sample: who it was then is not known.
    graph = stitched(at(asks, 9 * MINUTE), booted(dns, 0, 0), booted(dns, 1, 10 * MINUTE))
    assert (flows(graph), graph.coverage.ambiguous) == ([], 1)


ASKS = simple("c", "10.0.0.9", connect("10.0.0.9", 40000, "10.0.0.100", 53, 2, proto="udp"))


def holder(name: str, *addresses: str) -> MachineOf:
    """A machine that answers on whatever addresses it has: ``10.0.0.100`` moves."""
    listening = listen("0.0.0.0", 53, 3, proto="udp")
    return MachineOf(name, [Namespace([listening], [*addresses, "127.0.0.1/8"])])


def lost(seconds: float | None) -> list[MachineOf]:
    """Machine a lost the address within a minute; the client was seen ``seconds`` after that."""
    had = at(holder("a", "10.0.0.1/24", "10.0.0.100/24"), 0)
    client = at(ASKS, None if seconds is None else MINUTE + seconds)
    return [client, had, at(holder("a", "10.0.0.1/24"), MINUTE)]


def test_an_address_that_was_lost_before_is_nobodys() -> None:
    graph = stitched(*lost(1))
    assert (flows(graph), graph.coverage.external) == ([], 1)
    assert [one.address for one in graph.coverage.missing] == ["10.0.0.100"]
    (socket,) = explained("10.0.0.9:40000", *lost(1)).sockets
    assert socket.reasons[0] == (
        "external: when this socket was seen, no machine of the group had 10.0.0.100, though one"
        " had it before or after (rule 2)"
    )


@pytest.mark.parametrize("seconds", [0.5, -MINUTE / 2, None])
def test_an_address_that_was_perhaps_not_lost_yet_is_still_its_owners(
    seconds: float | None,
) -> None:
    """Clocks may differ by a second, and a sample without times may be from any."""
    graph = stitched(*lost(seconds), options=StitchOptions(doubtful=True))
    assert [flow[:2] for flow in flows(graph)] == [("c/p2", "a/p3")]


def test_addresses_that_could_not_be_read_were_not_lost() -> None:
    samples: list[Snapshot] = [snapshot(machine) for machine in lost(1)]
    samples[2].problems.append(Problem("fib_trie", "EACCES", 1))
    assert len(stitch(samples, StitchOptions()).flows) == 1


@pytest.mark.parametrize(("seconds", "owner"), [(-1, "a"), (2 * MINUTE + 1, "b")])
def test_an_address_that_moved_is_that_of_whoever_had_it(seconds: float, owner: str) -> None:
    at_a = ["10.0.0.1/24", "10.0.0.100/24"], ["10.0.0.1/24"], ["10.0.0.1/24"]
    at_b = ["10.0.0.2/24"], ["10.0.0.2/24"], ["10.0.0.2/24", "10.0.0.100/24"]
    one = [at(holder("a", *has), MINUTE * number) for number, has in enumerate(at_a)]
    other = [at(holder("b", *has), MINUTE * number) for number, has in enumerate(at_b)]
    graph = stitched(at(ASKS, seconds), *one, *other)
    assert flows(graph) == [("c/p2", f"{owner}/p3", "udp", 53, "one-sided", 1)]


def test_associations_with_a_peer_that_was_rebooted() -> None:
    def boot(number: int) -> list[Snapshot]:
        ends = "10.0.0.1", 40000 + number, "10.0.0.2", 3868
        dials = Association(*ends, 2, 91 + number)
        accepted = Association(*ends[2:], *ends[:2], 3)
        found = [
            sctp_machine("a", "10.0.0.1", dials),
            sctp_machine("b", "10.0.0.2", accepted, Endpoint("0.0.0.0", 3868, 3)),
        ]
        seconds = CAPTURED + 10 * MINUTE * number
        return [
            replace(
                one,
                source=f"{one.host.name}-{number}.json",
                host=replace(
                    one.host,
                    boot_id=f"{one.host.name}-{number}",
                    machine_id=f"{one.host.name}-id",
                    btime=int(seconds) - MINUTE,
                ),
                started=seconds,
                finished=seconds,
            )
            for one in found
        ]

    graph = stitch([*boot(0), *boot(1)], StitchOptions())
    assert flows(graph) == [("a/p2", "b/p3", "sctp", 3868, "reciprocal", 1)] * 2


def test_within_one_machine_a_sample_is_exact() -> None:
    presences = Presences([0, 0, 1], {9: {1: Presence(10.0, 12.0, 30.0)}})
    for last, same, other in ((11.0, False, True), (12.0, False, True), (12.1, True, True)):
        for viewer, may_be in ((0, same), (2, other)):
            assert (presences.among([1], 9, viewer, Span(last, last)) == [1]) == may_be
    for first, same, other in ((29.9, True, True), (30.0, False, True), (31.0, False, False)):
        for viewer, may_be in ((0, same), (2, other)):
            assert (presences.among([1], 9, viewer, Span(first, first)) == [1]) == may_be
    assert presences.among([1], 9, 2, Span(8.9, 9.0)) == []
    assert presences.among([1], 9, 2, Span(0.0, 99.0)) == [1]
    assert presences.among([0, 1], 8, 2, Span(0.0, 0.0)) == [0, 1]
