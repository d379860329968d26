"""Snapshots in, graph out: the whole way from what was captured to what can be drawn.

What is only done where somebody asks for it is imported there: imports are a tenth of the time that
a group of a million sockets takes.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from netviz.fleet.fleet import Fleet
from netviz.fleet.machines import view_machines
from netviz.fleet.parsed import parsed_samples
from netviz.fleet.sockets import CONNECTION_PROTOCOLS
from netviz.folding import flow_order, fold_flows
from netviz.graph import FLOW_KINDS, LEVELS, Flow, Graph, Node
from netviz.group import coarser_nodes
from netviz.join.bundles import Bundles
from netviz.join.join import join
from netviz.join.joined import JoinedFlow, JoinOptions, Pairs
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
    both ends have the same addresses, so that a sample tells the addresses of all.
    """

    recent: bool = False
    attempts: bool = False
    doubtful: bool = False
    self_flows: bool = False
    kinds: frozenset[str] = frozenset({"net"})
    strangers: bool = False
    external: str | None = None
    by_address: bool = False


def stitch(
    snapshots: Iterable[Snapshot],
    options: StitchOptions = StitchOptions(),
    level: str = "process",
) -> Graph:
    """Join the snapshots of a group to a graph of processes, or of a coarser ``level``.

    ``connection`` gives one flow per connection; what a level above ``process`` gives is what
    ``netviz.group.group`` makes of ``process``. A thread takes the snapshots, the next one while
    one is worked on. Raises TableError for text that is no table, ValueError for an unknown level
    or kind of flow.
    """
    if level not in LEVELS:
        raise ValueError(f"unknown level {level!r}: not one of {', '.join(LEVELS)}")
    unknown = options.kinds.difference(FLOW_KINDS)
    if unknown:
        raise ValueError(f"unknown kind of flow {min(unknown)!r}: not one of {FLOW_KINDS}")
    fleet = Fleet(options.kinds)
    for sample in parsed_samples(snapshots):
        fleet.absorb(sample)
    with_trace = options.strangers or options.external is not None
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
    flows = _Flows(joined, nodes, timeline, options, apart=level == "connection")
    shown = nodes.finished()
    if outer_nodes:
        shown = tuple(sorted((*shown, *outer_nodes), key=lambda node: node.id))
    node_of: Mapping[str, str] = {node.id: node.id for node in shown}
    if level not in ("connection", "process"):
        shown, node_of = coarser_nodes(shown, view.machines, level)
    drawn = flows.between(node_of)
    if outer_flows:
        drawn = tuple(sorted((*drawn, *fold_flows(outer_flows, node_of)), key=flow_order))
    return Graph(view.machines, shown, drawn, joined.coverage, level)


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


class _Flows:
    """The flows of a joined group: its pairs of sockets, folded, and what is no such pair."""

    def __init__(
        self, joined: Joined, nodes: Nodes, timeline: Timeline, options: StitchOptions, apart: bool
    ) -> None:
        """``apart`` gives every connection a flow of its own. Every node at an end is made here."""
        self._joined = joined
        self._nodes = nodes
        self._timeline = timeline
        self._with_self = options.self_flows
        self._by_address = options.by_address
        self._apart = apart
        self._ends = joined.maker.ends_of(joined.pairs)
        self._shown = [nodes.shown(end) for _, end in self._ends]
        self._single = [
            *joined.flows,
            *joined.maker.single(joined.pairs, undirected_only=not apart),
        ]
        for flow in joined.flows:
            nodes.of_end(flow.client)
            nodes.of_end(flow.server)

    def between(self, node_of: Mapping[str, str]) -> tuple[Flow, ...]:
        """The flows between coarser nodes, sorted; ``node_of`` has the one of each process node.

        Connections within one process are counted, too.
        """
        flows: list[Flow] = []
        bundles = Bundles(self._timeline.seen)
        if not self._apart:
            flows += self._folded_pairs(bundles, node_of)
        for flow in self._single:
            source, target = self._nodes.of_end(flow.client), self._nodes.of_end(flow.server)
            samples, port = flow.samples, flow.port
            if self._within_process(flow):
                self._joined.coverage.self += flow.connections
                if not self._with_self:
                    continue
            if not flow.directed and _turned(source, target, flow):
                source, target, port = target, source, flow.client_port
                samples = tuple((c, d, a, b) for a, b, c, d in samples)
            bundles.add(
                (node_of[source], node_of[target], flow.proto, port, flow.path),
                flow.kind,
                flow.connections,
                flow.directed,
                samples,
                tuple(map(self._nodes.machine_of, flow.via)),
                flow.dialled,
                flow.seen,
            )
            if self._apart or self._by_address:
                flows += bundles.flows()
                bundles = Bundles(self._timeline.seen)
        return tuple(sorted([*flows, *bundles.flows()], key=flow_order))

    def _folded_pairs(self, bundles: Bundles, node_of: Mapping[str, str]) -> Iterator[Flow]:
        """Add the pairs to bundles; gives the flows that have to be apart from the others."""
        places: dict[str, int] = {}
        blank = bytes(4 * self._joined.maker.end_count)
        place, process = array("i", blank), array("i", blank)
        for (number, _), (name, shown) in zip(self._ends, self._shown, strict=True):
            place[number] = places.setdefault(node_of[name], len(places))
            process[number] = -1 if shown is None else shown
        names = list(places)
        folded, within = self._joined.maker.folded(
            self._joined.pairs, place, process, self._with_self, self._by_address
        )
        self._joined.coverage.self += within
        for found, seen in folded:
            own = Bundles(self._timeline.seen) if self._by_address else bundles
            own.add(
                (
                    names[found.client],
                    names[found.server],
                    CONNECTION_PROTOCOLS[found.proto],
                    found.port,
                    None,
                ),
                found.kind,
                found.connections,
                True,
                found.samples,
                seen=seen,
            )
            if own is not bundles:
                yield from own.flows()

    def _within_process(self, flow: JoinedFlow) -> bool:
        process = self._nodes.process_of(flow.client)
        return process is not None and process == self._nodes.process_of(flow.server)


def _turned(source: str, target: str, flow: JoinedFlow) -> bool:
    """Whether the ends of an undirected flow stand the wrong way round: the smaller id first."""
    if not flow.samples:
        return source > target
    address, port, other_address, other_port = flow.samples[0]
    return (source, address, port) > (target, other_address, other_port)
