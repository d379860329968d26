"""The flows of a joined group, between nodes of whatever level."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence

from netviz.fleet.sockets import CONNECTION_PROTOCOLS
from netviz.folding import flow_order, fold_flows
from netviz.graph import Flow, Sample
from netviz.join.bundles import Bundles
from netviz.join.joined import JoinedFlow
from netviz.join.nodes import Nodes
from netviz.join.outcome import Joined
from netviz.join.timeline import Timeline


class FlowsBetween:
    """Makes flows of what was joined: of pairs of sockets, folded, and of what is no such pair."""

    def __init__(
        self,
        joined: Joined,
        nodes: Nodes,
        timeline: Timeline,
        *,
        with_self: bool,
        by_address: bool,
        apart: bool,
        outer: Sequence[Flow] = (),
    ) -> None:
        """``with_self`` makes flows of connections within one process, ``by_address`` separate ones
        where ends have other addresses, and ``apart`` one of every connection. ``outer`` are flows
        that have an end outside of the group.

        Every node at an end is made here.
        """
        self._joined = joined
        self._nodes = nodes
        self._timeline = timeline
        self._with_self = with_self
        self._by_address = by_address
        self._apart = apart
        self._outer = outer
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

        Connections within one process are counted, too, in ``coverage.self``.
        """
        coverage = self._joined.coverage
        coverage.self = 0
        flows: list[Flow] = []
        bundles = Bundles(self._timeline.seen)
        if not self._apart:
            flows += self._folded_pairs(bundles, node_of)
        for flow in self._single:
            if self._within_process(flow):
                coverage.self += flow.connections
                if not self._with_self:
                    continue
            source, target, port, samples = self._shown_ends(flow)
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
        flows += bundles.flows()
        if self._outer:
            flows += fold_flows(self._outer, node_of)
        return tuple(sorted(flows, key=flow_order))

    def linked(self, node_of: Mapping[str, str]) -> int:
        """How many pairs of different coarser nodes have flows from the one to the other."""
        names, place = self._places(node_of)
        clients, servers = self._joined.maker.places_of(self._joined.pairs, place)
        ends = {(names[c], names[s]) for c, s in zip(clients, servers, strict=True)}
        for flow in self._single:
            source, target, _, _ = self._shown_ends(flow)
            ends.add((node_of[source], node_of[target]))
        ends.update((node_of[flow.source], node_of[flow.target]) for flow in self._outer)
        return sum(source != target for source, target in ends)

    def _folded_pairs(self, bundles: Bundles, node_of: Mapping[str, str]) -> Iterator[Flow]:
        """Add the pairs to bundles; gives the flows that have to be apart from the others."""
        names, place = self._places(node_of)
        process = array("i", bytes(4 * self._joined.maker.end_count))
        for (number, _), (_, shown) in zip(self._ends, self._shown, strict=True):
            process[number] = -1 if shown is None else shown
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

    def _shown_ends(self, flow: JoinedFlow) -> tuple[str, str, int | None, tuple[Sample, ...]]:
        """Source, target, the port of that, and samples; an undirected flow may be turned."""
        source, target = self._nodes.of_end(flow.client), self._nodes.of_end(flow.server)
        if flow.directed or not _turned(source, target, flow):
            return source, target, flow.port, flow.samples
        return target, source, flow.client_port, tuple((c, d, a, b) for a, b, c, d in flow.samples)

    def _places(self, node_of: Mapping[str, str]) -> tuple[list[str], array[int]]:
        """The coarser nodes, and for each number of an end which of them it is at."""
        places: dict[str, int] = {}
        place = array("i", bytes(4 * self._joined.maker.end_count))
        for (number, _), (name, _) in zip(self._ends, self._shown, strict=True):
            place[number] = places.setdefault(node_of[name], len(places))
        return list(places), place

    def _within_process(self, flow: JoinedFlow) -> bool:
        process = self._nodes.process_of(flow.client)
        return process is not None and process == self._nodes.process_of(flow.server)


def _turned(source: str, target: str, flow: JoinedFlow) -> bool:
    """Whether the ends of an undirected flow stand the wrong way round: the smaller id first."""
    if not flow.samples:
        return source > target
    address, port, other_address, other_port = flow.samples[0]
    return (source, address, port) > (target, other_address, other_port)
