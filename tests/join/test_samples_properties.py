"""Samples of groups at random: what does not change between them changes nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from groups import MachineOf, snapshot
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from random_machines import groups

from netviz.graph import Graph
from netviz.stitch import StitchOptions, stitch

OPTIONS = StitchOptions(recent=True, attempts=True, doubtful=True, self_flows=True)


def sample(machine: MachineOf, number: int) -> MachineOf:
    captured = None if machine.captured is None else machine.captured + number / 10
    source = f"{machine.source or machine.name}:{number}"
    return replace(machine, captured=captured, source=source)


def has_each_tuple_once(machine: MachineOf) -> bool:
    """As it is in a kernel, but for a connection that was closed and its successor."""
    return all(
        max(counted.values(), default=0) < 2
        for namespace in machine.namespaces
        for counted in [
            Counter((s.proto, s.local, s.port, s.remote, s.remote_port) for s in namespace.sockets)
        ]
    )


def timeless(graph: Graph) -> Graph:
    machines = tuple(replace(one, captured=None, snapshots=1) for one in graph.machines)
    flows = tuple(replace(flow, seen=None) for flow in graph.flows)
    return replace(graph, machines=machines, flows=flows)


@given(groups(), st.integers(2, 4))
@settings(max_examples=150, deadline=None)
def test_samples_that_are_alike_give_what_one_gives(machines: list[MachineOf], count: int) -> None:
    assume(all(map(has_each_tuple_once, machines)))
    assume(all(machine.boot_id for machine in machines))
    one = stitch([snapshot(machine) for machine in machines], OPTIONS)
    samples = [snapshot(sample(machine, n)) for machine in machines for n in range(count)]
    several = stitch(samples, OPTIONS)
    assert timeless(several) == timeless(one)
    for flow in several.flows:
        assert flow.seen is not None
        assert flow.seen.snapshots == flow.seen.of
        assert flow.seen.of % count == 0
