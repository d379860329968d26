"""In groups at random, what is drawn of the outside is what was counted as external."""

from __future__ import annotations

from groups import MachineOf, snapshot
from hypothesis import given, settings
from hypothesis import strategies as st
from random_machines import groups

from netviz.graph import EXTERNAL, OUTSIDE
from netviz.stitch import StitchOptions, stitch


@given(groups(), st.sampled_from(EXTERNAL))
@settings(max_examples=200, deadline=None)
def test_each_external_socket_is_drawn_once(machines: list[MachineOf], by: str) -> None:
    snapshots = [snapshot(machine) for machine in machines]
    graph = stitch(snapshots, StitchOptions(attempts=True, external=by))
    outside = {node.id for node in graph.nodes if node.owner == OUTSIDE}
    drawn = [flow for flow in graph.flows if {flow.source, flow.target} & outside]
    assert sum(flow.connections for flow in drawn) == graph.coverage.external
    plain = stitch(snapshots, StitchOptions(attempts=True))
    assert plain.coverage == graph.coverage
    assert [flow for flow in graph.flows if flow not in drawn] == list(plain.flows)
