"""Pipes: from the process that writes into one to the process that reads from it (rule 13)."""

from __future__ import annotations

from netviz.fleet.fleet import Fleet
from netviz.join.joined import JoinedFlow
from netviz.join.local_ends import ends_shown, local_flow, samples_by_kernel


def join_pipes(fleet: Fleet) -> list[JoinedFlow]:
    """A flow for each pipe of which both ends are held, each pipe of a kernel once."""
    flows = []
    for samples in samples_by_kernel(fleet):
        joined: set[int] = set()
        for sample in samples:
            pipes = fleet.pipes.get(sample)
            if pipes is None:
                continue
            for inode, writers, readers in pipes.with_both_ends():
                if inode in joined:
                    continue
                joined.add(inode)
                writer, reader = ends_shown(fleet, writers, readers, {}, {})
                flows.append(local_flow(fleet, writer, reader, "pipe", None, True))
    return flows
