"""When flows of SCTP, unix sockets and pipes were seen, where there are several samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from groups import CAPTURED
from sctp_machines import Association, Endpoint, machine
from test_sctp_samples import FIRST, sampled
from unix_groups import Kernel, Unix, both_ways, snapshot_of

from netviz.graph import Graph
from netviz.snapshot.model import Snapshot
from netviz.stitch import StitchOptions, stitch

LOCAL = StitchOptions(kinds=frozenset({"unix", "pipe"}))


def seen(graph: Graph) -> dict[str, tuple[float | None, float | None, int, int]]:
    """By protocol: first and last in seconds since the first sample, how many, of how many."""
    return {
        flow.proto: (
            (flow.seen.first or 0) - CAPTURED,
            (flow.seen.last or 0) - CAPTURED,
            flow.seen.snapshots,
            flow.seen.of,
        )
        for flow in graph.flows
        if flow.seen
    }


def test_an_association() -> None:
    lost = replace(FIRST, remote="10.1.0.2")
    gone = replace(FIRST, remote="192.0.2.1", inode=92)
    server = machine(
        "b",
        "10.0.0.2 10.1.0.2",
        Association("10.0.0.2 10.1.0.2", 3868, "10.0.0.1 10.1.0.1", 40000, 3),
        Endpoint("0.0.0.0", 3868, 3),
    )
    graph = stitch([*sampled(FIRST, lost, gone), server])
    assert seen(graph) == {"sctp": (0, 1, 3, 4)}


def test_an_association_that_waits_and_is_accepted() -> None:
    listener = Endpoint("0.0.0.0", 3868, 3, 55)
    waits = Association("10.0.0.2", 3868, "10.0.0.1", 40000, 3, 55, socket_state=10, number=9)
    accepted = replace(waits, pid=4, inode=56, socket_state=1)
    client = machine("a", "10.0.0.1", replace(FIRST, local="10.0.0.1", remote="10.0.0.2"))
    servers = [
        machine("b", "10.0.0.2", one, listener, source=f"b:{place}", captured=CAPTURED + place)
        for place, one in enumerate((waits, accepted))
    ]
    assert seen(stitch([client, *servers])) == {"sctp": (0, 1, 3, 3)}


def kernels(*parts: Sequence[bool]) -> list[Snapshot]:
    """Samples that have, or do not, a connection of two unix sockets, and a pipe."""
    samples = []
    for number, (unix, pipe) in enumerate(parts):
        kernel = Kernel(
            [Unix(11, pids=(2,)), Unix(12, "/run/s", pids=(3,))] if unix else [],
            both_ways((11, 12)) if unix else [],
            {2: [(7, "w")], 3: [(7, "r")]} if pipe else {},
            {2: "client", 3: "server"},
            source=f"m:{number}",
        )
        moment = CAPTURED + number
        samples.append(replace(snapshot_of(kernel), started=moment, finished=moment))
    return samples


def test_what_stays_within_a_kernel() -> None:
    samples = kernels((True, False), (True, True), (False, True), (False, False))
    for order in (samples, samples[::-1]):
        assert seen(stitch(order, LOCAL)) == {"unix": (0, 1, 2, 4), "pipe": (1, 2, 2, 4)}


def test_one_sample_tells_nothing_of_when() -> None:
    graph = stitch(kernels((True, True)), LOCAL)
    assert [flow.seen for flow in graph.flows] == [None, None]
