"""Who is who: machines, kernels, namespaces, samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
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

from netviz.fleet.fleet import Fleet
from netviz.fleet.ownership import Connected
from netviz.join import identity
from netviz.stitch import stitch

TALK = (
    listen("127.0.0.1", 80, 3),
    connect("127.0.0.1", 40000, "127.0.0.1", 80, 2, inode=11),
    connect("127.0.0.1", 80, "127.0.0.1", 40000, 3, inode=12),
)


def test_two_samples_of_one_machine_count_once() -> None:
    first = simple("m", "10.0.0.1", *TALK, source="1.json")
    second = simple("m", "10.0.0.1", *TALK, source="2.json", captured=CAPTURED + 5)
    graph = stitched(first, second)
    assert len(graph.machines) == 1
    assert graph.coverage.sockets == 3
    assert flows(graph) == [("m/p2", "m/p3", "tcp", 80, "reciprocal", 1)]
    assert graph.machines[0].captured == (CAPTURED, CAPTURED + 5)


def test_host_and_its_container_count_once() -> None:
    inside = [
        listen("0.0.0.0", 80, 300),
        connect("172.17.0.2", 80, "172.17.0.1", 40000, 300, inode=12),
    ]
    host = MachineOf(
        "host",
        [
            Namespace(
                [connect("172.17.0.1", 40000, "172.17.0.2", 80, 2, inode=11)], ["172.17.0.1/16"], 1
            ),
            Namespace(inside, ["172.17.0.2/16"], 2),
        ],
        names={300: "nginx", 2: "curl", 9: "other"},
        boot_id="one",
    )
    seen_inside = [
        listen("0.0.0.0", 80, 7),
        connect("172.17.0.2", 80, "172.17.0.1", 40000, 7, inode=12),
    ]
    container = MachineOf(
        "c0ffee",
        [Namespace(seen_inside, ["172.17.0.2/16"], 2)],
        names={7: "nginx"},
        boot_id="one",
    )
    # The listener has one inode in both views.
    inside[0].inode = seen_inside[0].inode = 10
    graph = stitched(host, container)
    assert graph.coverage.sockets == 3
    assert flows(graph) == [("host/curl", "host/nginx", "tcp", 80, "reciprocal", 1)]
    assert [n.pids for n in graph.nodes if n.label == "nginx"] == [(300,)]


def test_container_that_hides_the_boot_id_counts_once() -> None:
    """Its namespace has the inode of the host's, and a connection of the same inode."""
    sockets = [connect("172.17.0.2", 80, "172.17.0.1", 40000, 300, inode=12)]
    host = MachineOf(
        "host",
        [
            Namespace(
                [connect("172.17.0.1", 40000, "172.17.0.2", 80, 2, inode=11)], ["172.17.0.1/16"], 1
            ),
            Namespace(sockets, ["172.17.0.2/16"], 2),
        ],
        names={300: "nginx", 2: "curl", 9: "other"},
    )
    seen = [connect("172.17.0.2", 80, "172.17.0.1", 40000, 7, inode=12)]
    inside = MachineOf(
        "c0ffee", [Namespace(seen, ["172.17.0.2/16"], 2)], names={7: "nginx"}, boot_id="fake"
    )
    graph = stitched(host, inside)
    assert graph.coverage.sockets == 2
    assert [f[:2] for f in flows(graph)] == [("host/nginx", "host/curl")] or [
        f[:2] for f in flows(graph)
    ] == [("host/curl", "host/nginx")]


def test_equal_inodes_of_two_kernels_alone_merge_nothing() -> None:
    """The first namespace has the same inode on most machines, and clones even have equal ports."""
    one = simple("one", "10.0.0.1", *TALK)
    two = simple(
        "two",
        "10.0.0.1",
        listen("127.0.0.1", 80, 3),
        connect("127.0.0.1", 40000, "127.0.0.1", 80, 2, inode=91),
        connect("127.0.0.1", 80, "127.0.0.1", 40000, 3, inode=92),
    )
    assert stitched(one, two).coverage.sockets == 6


def test_machines_that_look_alike_are_not_compared_in_pairs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Thousands of boots that somebody made up, with one inode and one address, are soon read."""
    asked: list[int] = []

    def sockets(fleet: Fleet, connected: Sequence[Connected], number: int) -> set[Any]:
        asked.append(number)
        return of_namespace(fleet, connected, number)

    of_namespace = identity._sockets
    monkeypatch.setattr(identity, "_sockets", sockets)
    alike = [
        simple(f"m{n}", "10.0.0.1", connect("10.0.0.1", 80, "10.0.0.9", 40000 + n), boot_id=f"b{n}")
        for n in range(40)
    ]
    assert len(stitch(map(snapshot, alike)).machines) == 40
    assert sorted(asked) == list(range(40))


def test_null_boot_ids_merge_nothing() -> None:
    one = simple("m", "10.0.0.1", *TALK, boot_id=None, source="a/m.json")
    two = simple("m", "10.0.0.1", *TALK, boot_id=None, source="b/m.json")
    graph = stitched(one, two)
    assert [m.id for m in graph.machines] == ["m@a/m.json", "m@b/m.json"]
    assert graph.coverage.sockets == 6
    assert len(graph.flows) == 2


def test_rebooted_machine_is_one() -> None:
    before = simple("m", "10.0.0.1", *TALK, boot_id="x", machine_id="id", source="1.json")
    after = simple(
        "m",
        "10.0.0.1",
        *TALK,
        boot_id="y",
        machine_id="id",
        source="2.json",
        captured=CAPTURED + 1000,
        btime=int(CAPTURED) + 500,
    )
    graph = stitched(before, after)
    assert len(graph.machines) == 1


def test_clone_that_runs_at_the_same_time_is_another() -> None:
    one = simple("m", "10.0.0.1", *TALK, boot_id="x", machine_id="id", source="1.json")
    clone = simple(
        "m",
        "10.0.0.1",
        *TALK,
        boot_id="y",
        machine_id="id",
        source="2.json",
        captured=CAPTURED + 1000,
    )
    graph = stitched(one, clone)
    assert [m.id for m in graph.machines] == ["m@1.json", "m@2.json"]


@pytest.mark.parametrize("times", [(CAPTURED, None), (None, CAPTURED), (CAPTURED, CAPTURED)])
def test_kernels_that_may_have_run_at_one_time_are_two_machines(
    times: tuple[float | None, float | None],
) -> None:
    """A time of a capture is unknown, or both are the same."""
    machines = [
        simple(
            *("m", "10.0.0.1", *TALK),
            boot_id=source,
            machine_id="id",
            source=source,
            captured=captured,
            btime=None,
        )
        for source, captured in zip(("1.json", "2.json"), times, strict=True)
    ]
    assert [m.id for m in stitched(*machines).machines] == ["m@1.json", "m@2.json"]


def test_a_machine_of_which_no_namespace_was_captured_has_no_addresses() -> None:
    graph = stitched(MachineOf("bare", []), simple("m", "10.0.0.1", *TALK))
    assert [(m.id, m.addresses) for m in graph.machines] == [("bare", ()), ("m", ("10.0.0.1",))]


def test_a_reused_pid_is_another_process() -> None:
    old = simple("m", "10.0.0.1", *TALK, source="1.json", names={2: "old"})
    new = simple(
        "m",
        "10.0.0.1",
        connect("127.0.0.1", 40001, "127.0.0.1", 80, 2, inode=21),
        connect("127.0.0.1", 80, "127.0.0.1", 40001, 3, inode=22),
        source="2.json",
        names={2: "new"},
        born=101,
        captured=CAPTURED + 5,
    )
    graph = stitched(old, new)
    assert {f[0] for f in flows(graph)} == {"m/old", "m/new"}
