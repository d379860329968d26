"""Snapshots in, graph out: the whole way from what was captured to what can be drawn.

What is only done where somebody asks for it is imported there: imports are a tenth of the time that
a group of a million sockets takes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from netviz.fleet.fleet import Fleet
from netviz.fleet.machines import view_machines
from netviz.fleet.parsed import parsed_samples
from netviz.graph import FLOW_KINDS, LEVELS, Flow, Graph, Node
from netviz.group import Ungrouped, group
from netviz.join.flows_between import FlowsBetween
from netviz.join.join import join
from netviz.join.joined import JoinOptions, Pairs
from netviz.join.nodes import Nodes
from netviz.join.outcome import Joined
from netviz.join.timeline import Timeline
from netviz.snapshot.model import Snapshot


@dataclass(frozen=True, slots=True)
class StitchOptions:
    """What is drawn beside the certain flows between processes.

    ``recent``: closed connections (TIME_WAIT). ``attempts``: half-open ones. ``doubtful``:
    one-sided ones of which a condition is unknown. ``self_flows``: those within one process.
    ``kinds``: which of ``graph.FLOW_KINDS``. ``strangers``: count for each listener the sockets
    that were joined with none. ``external``: nodes for what is outside, one of
    ``graph.EXTERNAL``, None for none. ``by_address``: connections become one flow only where
    both ends have the same addresses, so that a sample tells the addresses of all. ``unjoined``:
    say whose sockets were joined with none.
    """

    recent: bool = False
    attempts: bool = False
    doubtful: bool = False
    self_flows: bool = False
    kinds: frozenset[str] = frozenset({"net"})
    strangers: bool = False
    external: str | None = None
    by_address: bool = False
    unjoined: bool = False


def stitch(
    snapshots: Iterable[Snapshot],
    options: StitchOptions = StitchOptions(),
    level: str = "process",
) -> Graph:
    """Join the snapshots of a group to a graph of processes, or of a coarser ``level``.

    ``connection`` gives one flow per connection; what a level above ``process`` gives is what
    ``netviz.group.group`` makes of ``process``. Raises as ``join_group`` does.
    """
    return group(join_group(snapshots, options, level), level)


def join_group(
    snapshots: Iterable[Snapshot],
    options: StitchOptions = StitchOptions(),
    level: str = "process",
) -> Ungrouped:
    """Join the snapshots of a group, to make graphs of ``level`` or a coarser one of.

    A thread takes the snapshots, the next one while one is worked on. Raises TableError for text
    that is no table, ValueError for an unknown level or kind of flow.
    """
    if level not in LEVELS:
        raise ValueError(f"unknown level {level!r}: not one of {', '.join(LEVELS)}")
    unknown = options.kinds.difference(FLOW_KINDS)
    if unknown:
        raise ValueError(f"unknown kind of flow {min(unknown)!r}: not one of {FLOW_KINDS}")
    fleet = Fleet(options.kinds)
    for sample in parsed_samples(snapshots):
        fleet.absorb(sample)
    with_trace = options.strangers or options.unjoined or options.external is not None
    how = JoinOptions(options.recent, options.attempts, options.doubtful, trace=with_trace)
    joined = join(fleet, how)
    view = view_machines(fleet, joined.owned)
    timeline = Timeline(fleet, view.machine)
    nodes = Nodes(fleet, joined.listeners, view)
    if "net" in options.kinds:
        nodes.add_ingress()
    else:
        joined.pairs, joined.flows = Pairs(), []
    outer_nodes: list[Node] = []
    outer_flows: list[Flow] = []
    if joined.trace is not None and options.strangers:
        from netviz.join.strangers import strangers

        joined.coverage.strangers = strangers(joined.trace, nodes)
    if joined.trace is not None and options.external is not None and "net" in options.kinds:
        from netviz.join.outside import outside
        from netviz.outside_nodes import outside_graph

        counts = outside(joined.trace, fleet, options.external, how)
        outer_nodes, outer_flows = outside_graph(
            counts, options.external, nodes.of_end, timeline.seen
        )
    _add_local(fleet, joined, nodes, options.kinds)
    flows = FlowsBetween(
        joined,
        nodes,
        timeline,
        with_self=options.self_flows,
        by_address=options.by_address,
        apart=level == "connection",
        outer=outer_flows,
    )
    shown = tuple(sorted((*nodes.finished(), *outer_nodes), key=lambda node: node.id))
    if joined.trace is not None and options.unjoined:  # the nodes of those are not shown
        from netviz.join.unjoined import unjoined

        joined.coverage.unjoined = unjoined(joined.trace, nodes, view.machines)
    finest = "connection" if level == "connection" else "process"
    return Ungrouped(view.machines, shown, flows, joined.coverage, finest)


def _add_local(fleet: Fleet, joined: Joined, nodes: Nodes, kinds: frozenset[str]) -> None:
    """Add what stays inside a kernel, where it was asked for (rule 13)."""
    if "unix" in kinds:
        from netviz.join.unix_flows import join_unix

        unix = join_unix(fleet)
        joined.flows += unix.flows
        joined.coverage.other["unix_unjoined"] = unix.unjoined
        for process, listener in unix.listeners:
            nodes.add_listener(process, listener)
    if "pipe" in kinds:
        from netviz.join.pipe_flows import join_pipes

        joined.flows += join_pipes(fleet)
