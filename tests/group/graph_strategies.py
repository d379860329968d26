"""Random graphs of processes for hypothesis, small enough that keys collide often."""

from __future__ import annotations

from hypothesis import strategies as st

from netviz.graph import LEVELS, MATCHES, Coverage, Flow, Graph, Listener, Machine, Node

COARSER = LEVELS[2:]
MACHINES = ("alpha", "beta")

_few = st.sampled_from


@st.composite
def _nodes(draw: st.DrawFn, number: int) -> Node:
    machine = draw(_few(MACHINES))
    owner = draw(_few((None, None, None, "none", "unseen")))
    name = None if owner else draw(_few(("web", "db", None, "")))
    return Node(
        id=f"{machine}/{number}",
        machine=machine,
        name=name,
        label=name or "?",
        netns=draw(_few((None, "netns 7"))),
        pids=() if owner else (draw(st.integers(1, 5)),),
        uid=None if owner else draw(_few((0, 33, None))),
        security=draw(_few((None, "unconfined"))),
        unit=draw(_few((None, "a.service", "session-1.scope", "session-2.scope"))),
        container=draw(_few((None, None, "docker:1"))),
        exe=draw(_few((None, "/bin/web"))),
        owner=owner,
        listeners=tuple(
            sorted(draw(st.sets(_few((Listener("tcp", "::", 80), Listener("udp", "::", 53))))))
        ),
    )


@st.composite
def process_graphs(draw: st.DrawFn) -> Graph:
    """A graph of level ``process``; one flow per place, as a stitch makes them."""
    nodes = [draw(_nodes(number)) for number in range(draw(st.integers(0, 9)))]
    ids = [node.id for node in nodes]
    flows: dict[object, Flow] = {}
    for _ in range(draw(st.integers(0, 14)) if nodes else 0):
        flow = draw(_flows(ids))
        flows.setdefault((flow.source, flow.target, flow.proto, flow.port, flow.path), flow)
    return Graph(
        machines=tuple(Machine(name, name) for name in MACHINES),
        nodes=tuple(sorted(nodes, key=lambda node: node.id)),
        flows=tuple(flows.values()),
        coverage=Coverage(),
    )


@st.composite
def _flows(draw: st.DrawFn, ids: list[str]) -> Flow:
    matches = draw(st.dictionaries(_few(MATCHES), st.integers(1, 50), min_size=1, max_size=3))
    stream = draw(st.booleans())
    ends = st.tuples(_few(("10.0.0.1", "10.0.0.2")), st.integers(1, 9))
    samples = draw(st.lists(st.tuples(ends, ends), max_size=5))
    return Flow(
        source=draw(_few(ids)),
        target=draw(_few(ids)),
        proto="tcp" if stream else "unix",
        port=draw(_few((80, 443))) if stream else None,
        connections=sum(matches.values()),
        match=min(matches, key=MATCHES.index),
        matches={kind: matches[kind] for kind in MATCHES if kind in matches},
        directed=draw(st.booleans()),
        path=None if stream else draw(_few(("/run/a", "/run/b"))),
        via=tuple(sorted(draw(st.sets(_few(MACHINES))))),
        dialled=draw(_few((None, ("10.2.0.1", 80), ("10.2.0.2", 80)))),
        samples=tuple(sorted((a, b, c, d) for (a, b), (c, d) in samples)),
    )
