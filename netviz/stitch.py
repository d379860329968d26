"""Snapshots in, graph out: the whole way from what was captured to what can be drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from netviz.fleet import Fleet
from netviz.graph import MATCHES, SAMPLES, Flow, Graph, Sample
from netviz.join import join
from netviz.joined import Joined, JoinedFlow, JoinOptions
from netviz.kinds import KINDS
from netviz.machines import view_machines
from netviz.nodes import Nodes
from netviz.snapshot.model import Snapshot


@dataclass(frozen=True, slots=True)
class StitchOptions:
    """What is drawn beside the certain flows between processes.

    ``recent``: closed connections (TIME_WAIT). ``attempts``: half-open ones. ``doubtful``:
    one-sided ones of which a condition is unknown. ``self_flows``: those within one process.
    """

    recent: bool = False
    attempts: bool = False
    doubtful: bool = False
    self_flows: bool = False


def stitch(
    snapshots: Iterable[Snapshot],
    options: StitchOptions = StitchOptions(),
    level: str = "process",
) -> Graph:
    """Join the snapshots of a group to a graph of processes.

    ``level`` is ``process``, or ``connection`` for one flow per connection. Coarser levels are made
    from the graph by ``netviz.group.group``. Raises TableError for text that is no table.
    """
    fleet = Fleet()
    for snapshot in snapshots:
        fleet.absorb(snapshot)
    joined = join(
        fleet,
        JoinOptions(
            options.recent, options.attempts, options.doubtful, connections=level == "connection"
        ),
    )
    view = view_machines(fleet, joined.owned)
    nodes = Nodes(fleet, joined.listeners, view)
    nodes.add_ingress()
    flows = _flows(joined, nodes, options, level)
    return Graph(view.machines, nodes.finished(), flows, joined.coverage, level)


@dataclass(slots=True)
class _Bundle:
    """Connections that become one flow."""

    matches: dict[str, int] = field(default_factory=dict)
    directed: bool = False
    samples: list[Sample] = field(default_factory=list)
    via: set[str] = field(default_factory=set)
    dialled: set[tuple[str, int] | None] = field(default_factory=set)

    def add(self, flow: JoinedFlow, samples: Iterable[Sample], via: Iterable[str]) -> None:
        kind = KINDS[flow.kind]
        self.via.update(via)
        self.dialled.add(flow.dialled)
        self.matches[kind] = self.matches.get(kind, 0) + flow.connections
        self.directed = self.directed or flow.directed
        self.samples = sorted([*self.samples, *samples])[:SAMPLES]


def _flows(joined: Joined, nodes: Nodes, options: StitchOptions, level: str) -> tuple[Flow, ...]:
    bundles: dict[tuple[str, str, str, int], _Bundle] = {}
    single: list[tuple[tuple[str, str, str, int], _Bundle]] = []
    for flow in joined.flows:
        source, target = nodes.of_end(flow.client), nodes.of_end(flow.server)
        samples, port = flow.samples, flow.port
        process = nodes.process_of(flow.client)
        if process is not None and process == nodes.process_of(flow.server):
            joined.coverage.self += flow.connections
            if not options.self_flows:
                continue
        if not flow.directed and _turned(source, target, flow):
            source, target, port = target, source, flow.client_port
            samples = tuple((c, d, a, b) for a, b, c, d in samples)
        key = (source, target, flow.proto, port)
        if level == "connection":
            bundle = _Bundle()
            single.append((key, bundle))
        else:
            bundle = bundles.setdefault(key, _Bundle())
        bundle.add(flow, samples, map(nodes.machine_of, flow.via))
    made = [_flow(key, bundle) for key, bundle in (single or bundles.items())]
    return tuple(sorted(made, key=lambda f: (f.source, f.target, f.proto, f.port, f.samples)))


def _turned(source: str, target: str, flow: JoinedFlow) -> bool:
    """Whether the ends of an undirected flow stand the wrong way round: the smaller id first."""
    address, port, other_address, other_port = flow.samples[0]
    return (source, address, port) > (target, other_address, other_port)


def _flow(key: tuple[str, str, str, int], bundle: _Bundle) -> Flow:
    source, target, proto, port = key
    matches = {kind: bundle.matches[kind] for kind in MATCHES if kind in bundle.matches}
    return Flow(
        source=source,
        target=target,
        proto=proto,
        port=port,
        connections=sum(matches.values()),
        match=next(iter(matches)),
        matches=matches,
        directed=bundle.directed,
        via=tuple(sorted(bundle.via)),
        dialled=next(iter(bundle.dialled)) if len(bundle.dialled) == 1 else None,
        samples=tuple(bundle.samples),
    )
