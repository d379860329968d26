"""Rule 4: inner subnets never leave their machine; other shared addresses need a mirrored pair."""

from __future__ import annotations

from dataclasses import replace

from groups import (
    CAPTURED,
    MachineOf,
    Namespace,
    connect,
    flows,
    listen,
    simple,
    snapshot,
    stitched,
)
from hypothesis import given
from hypothesis import strategies as st

from netviz.addresses import AddressBook
from netviz.fleet.fleet import Fleet
from netviz.fleet.ownership import tiers
from netviz.fleet.parsed import parse_sample


def docker_host(name: str, address: str, *inside: object, containers: int = 1) -> MachineOf:
    bridge = Namespace([], [f"{address}/24", "172.17.0.1/16"], 1, forwarding=True)
    container = Namespace(inside, ["172.17.0.2/16"], 2)  # type: ignore[arg-type]
    more = [Namespace([], [f"172.17.0.{3 + n}/16"], 3 + n) for n in range(containers - 1)]
    return MachineOf(name, [bridge, container, *more])


def test_mirrored_tuples_of_two_bridges_do_not_join() -> None:
    """The container of B has an address that only B has: still nobody of A is meant."""
    a = docker_host("a", "10.0.0.1", connect("172.17.0.2", 50000, "172.17.0.3", 80, 2))
    b = docker_host("b", "10.0.0.2", containers=2)
    b.namespaces[2].sockets = [connect("172.17.0.3", 80, "172.17.0.2", 50000, 3)]
    graph = stitched(a, b)
    assert flows(graph) == []
    assert graph.coverage.external == 1


def test_flows_inside_each_of_two_equal_bridges() -> None:
    def pair(name: str, address: str) -> MachineOf:
        host = docker_host(
            name, address, connect("172.17.0.2", 50000, "172.17.0.3", 80, 2), containers=2
        )
        host.namespaces[2].sockets = [
            listen("0.0.0.0", 80, 3),
            connect("172.17.0.3", 80, "172.17.0.2", 50000, 3),
        ]
        return host

    assert flows(stitched(pair("a", "10.0.0.1"), pair("b", "10.0.0.2"))) == [
        ("a/p2", "a/p3", "tcp", 80, "reciprocal", 1),
        ("b/p2", "b/p3", "tcp", 80, "reciprocal", 1),
    ]


def test_one_shared_boot_id_changes_nothing() -> None:
    a = docker_host("a", "10.0.0.1", connect("172.17.0.2", 50000, "172.17.0.3", 80, 2))
    b = docker_host("b", "10.0.0.2", containers=2)
    b.namespaces[2].sockets = [connect("172.17.0.3", 80, "172.17.0.2", 50000, 3)]
    a.boot_id = b.boot_id = "shared"
    for number, namespace in enumerate([*a.namespaces, *b.namespaces]):
        namespace.id = 100 + number
    assert flows(stitched(a, b)) == []


def _booted(host: MachineOf, number: int) -> MachineOf:
    """A snapshot of the host from a boot of its own, a day after that of the one before."""
    day = 86400 * number
    return replace(
        host,
        namespaces=[replace(n, id=10 * number + (n.id or 0)) for n in host.namespaces],
        boot_id=f"{host.name}-{number}",
        machine_id=f"{host.name}-id",
        captured=CAPTURED + day,
        btime=int(CAPTURED) + day - 3600,
        source=f"{host.name}-{number}.json",
    )


def test_a_subnet_of_one_host_is_not_inner_after_its_reboot() -> None:
    """Between it and two other machines there is one LAN, however often it was booted."""

    def bridged(number: int) -> MachineOf:
        host = Namespace([], ["10.0.0.3/24"], 1)
        container = Namespace([], ["10.0.0.4/24"], 2)
        return _booted(MachineOf("lxc", [host, container]), number)

    web = simple("web", "10.0.0.1", connect("10.0.0.1", 40000, "10.0.0.2", 5432, 2))
    db = simple("db", "10.0.0.2", connect("10.0.0.2", 5432, "10.0.0.1", 40000, 3))
    graph = stitched(web, db, bridged(1), bridged(2))
    assert graph.coverage.reciprocal == 1


def test_subnets_of_two_hosts_are_inner_after_the_reboot_of_both() -> None:
    """The container of a looks on its own machine only, however often that was booted."""
    a = docker_host("a", "10.0.0.1", connect("172.17.0.2", 50000, "172.17.0.3", 80, 2))
    b = docker_host("b", "10.0.0.2", containers=2)
    b.namespaces[2].sockets = [connect("172.17.0.3", 80, "172.17.0.2", 50000, 3)]
    graph = stitched(*(_booted(host, number) for host in (a, b) for number in (0, 1)))
    assert flows(graph) == []
    assert graph.coverage.external == 2


def test_a_host_that_is_recorded_twice_is_one_after_its_reboot() -> None:
    """A container in the namespace of its host has a name of its own, and sees less."""

    def host(number: int, name: str) -> MachineOf:
        own = Namespace([], ["10.0.0.3/24"], 1)
        container = Namespace([], ["10.0.0.4/24"], 2)
        seen = _booted(MachineOf(name, [own, container]), number)
        return replace(seen, boot_id=f"shared-{number}")

    web = simple("web", "10.0.0.1", connect("10.0.0.1", 40000, "10.0.0.2", 5432, 2))
    db = simple("db", "10.0.0.2", connect("10.0.0.2", 5432, "10.0.0.1", 40000, 3))
    for names in (("agent", "host"), ("host", "host"), ("agent", "agent")):
        samples = [host(1, "host"), host(1, "agent"), *(host(2, name) for name in set(names))]
        assert stitched(web, db, *samples).coverage.reciprocal == 1


def test_moved_address_joins_where_the_pair_is_mirrored() -> None:
    client = simple("client", "10.0.0.9", connect("10.0.0.9", 40000, "10.0.0.100", 80, 2))
    active = MachineOf(
        "active",
        [Namespace([connect("10.0.0.100", 80, "10.0.0.9", 40000, 3)], ["10.0.0.100/24"])],
    )
    standby = MachineOf("standby", [Namespace([], ["10.0.0.100/24"])])
    graph = stitched(client, active, standby)
    assert [f[:2] for f in flows(graph)] == [("client/p2", "active/p3")]
    assert graph.coverage.reciprocal == 1
    assert graph.coverage.ambiguous == 0


def test_two_answers_are_none() -> None:
    client = simple("client", "10.0.0.9", connect("10.0.0.9", 40000, "10.0.0.100", 80, 2))
    clones = [
        MachineOf(
            name,
            [Namespace([connect("10.0.0.100", 80, "10.0.0.9", 40000, 3)], ["10.0.0.100/24"])],
        )
        for name in ("one", "two")
    ]
    graph = stitched(client, *clones)
    assert flows(graph) == []
    assert graph.coverage.ambiguous == 1
    assert graph.coverage.unmatched == 2


def test_both_ends_shared_do_not_join() -> None:
    def clone(name: str, *sockets: object) -> MachineOf:
        return MachineOf(name, [Namespace(sockets, ["10.0.0.1/24", "10.0.0.2/24"])])  # type: ignore[arg-type]

    one = clone("one", connect("10.0.0.1", 40000, "10.0.0.2", 80, 2))
    two = clone("two", connect("10.0.0.2", 80, "10.0.0.1", 40000, 3))
    # Each owns both addresses itself, so each means itself.
    assert flows(stitched(one, two)) == []


def test_ambiguous_without_a_pair_is_counted() -> None:
    client = simple("client", "10.0.0.9", connect("10.0.0.9", 40000, "10.0.0.100", 80, 2))
    owners = [MachineOf(n, [Namespace([], ["10.0.0.100/24"])]) for n in ("one", "two")]
    assert stitched(client, *owners).coverage.ambiguous == 1


def test_namespaces_of_a_machine_share_one_set_of_them() -> None:
    """A set for each would be as many numbers as there are pairs of them."""
    fleet = Fleet()
    fleet.absorb(parse_sample(snapshot(docker_host("a", "10.0.0.1", containers=50))))
    circles = tiers(fleet)
    assert len(circles) == 51
    for circle in (1, 2):
        assert {id(each[circle]) for each in circles} == {id(circles[0][circle])}


@given(st.sets(st.integers(0, 30)), st.lists(st.sets(st.integers(0, 30)), max_size=3))
def test_owners_are_those_of_the_nearest_circle_that_has_any(
    owners: set[int], circles: list[set[int]]
) -> None:
    address = 0x0A000001
    owned = [[address] if n in owners else [] for n in range(31)]
    book = AddressBook(owned, [[*map(frozenset, circles), None]] * 31)
    near = next((circle & owners for circle in circles if circle & owners), owners)
    wanted = sorted(near) if len(owners) > 1 else sorted(owners)
    assert book.owners(0, address) == wanted
