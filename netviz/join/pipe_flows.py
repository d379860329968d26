"""Pipes: from the process that writes into one to the process that reads from it (rule 13)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from netviz.fleet.fleet import Fleet
from netviz.join.joined import JoinedFlow
from netviz.join.local_ends import ends_shown, local_flow, samples_by_kernel
from netviz.join.local_flows import LocalFlows


def join_pipes(fleet: Fleet) -> list[JoinedFlow]:
    """A flow for each pipe of which both ends are held, each pipe of a kernel once."""
    flows: list[JoinedFlow] = []
    sampled = fleet.is_sampled
    for samples in samples_by_kernel(fleet):
        joined: LocalFlows[int] = LocalFlows()
        for sample in samples:
            pipes = fleet.pipes.get(sample)
            if pipes is None:
                continue
            for inode, writers, readers in pipes.with_both_ends():
                joined.add(inode, sample, partial(_flow, fleet, writers, readers))
        flows += joined.flows(fleet.sightings if sampled else None)
    return flows


def _flow(fleet: Fleet, writers: Sequence[int], readers: Sequence[int]) -> JoinedFlow:
    writer, reader = ends_shown(fleet, writers, readers, {}, {})
    return local_flow(fleet, writer, reader, "pipe", None, True)
