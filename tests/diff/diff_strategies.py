"""Random graphs of processes, small enough that keys collide often."""

from __future__ import annotations

from hypothesis import strategies as st

from netviz.graph import MATCHES, Coverage, Flow, Graph, Listener, Machine, Node

MACHINES = ("alpha", "beta", "gamma")

LISTENERS = tuple(
    Listener(proto, address, port)
    for proto, address, port in (
        ("tcp", "0.0.0.0", 80),
        ("tcp", "127.0.0.1", 80),
        ("tcp", "0.0.0.0", 45000),
        ("tcp", "127.0.0.1", 45001),
        ("udp", "::", 53),
        ("icmp", "0.0.0.0", 7),
        ("packet", "veth1234567", 3),
    )
)
PROBLEMS = (
    "fd: EACCES x42, such as /proc/1/fd",
    "process: ENOENT x2, such as /proc/9",
    "tcp6: EACCES x1, such as /proc/net/tcp6",
    "tcp: 1 line could not be read, the first: '?'",
    "nf_conntrack: EACCES x1",
)

_some = st.sampled_from


@st.composite
def _nodes(draw: st.DrawFn, number: int, machines: tuple[str, ...]) -> Node:
    machine = draw(_some(machines))
    owner = draw(_some((None, None, None, "none", "unseen")))
    name = None if owner else draw(_some(("web", "java")))
    label = draw(_some(("java", "java a.jar"))) if name == "java" else name or "?"
    return Node(
        id=f"{machine}/{number}",
        machine=machine,
        name=name,
        label=label,
        netns=draw(_some((None, None, "netns 7", "netns 8", "blue"))),
        pids=() if owner else (draw(st.integers(1, 9)),),
        uid=None if owner else draw(_some((0, 33, None))),
        security=None if owner else draw(_some((None, "unconfined", "u:r:t_t:s0:c1,c2"))),
        unit=None if owner else draw(_some((None, "a.service", "session-1.scope"))),
        container=None if owner else draw(_some((None, None, "docker:0123456789ab", "lxc:m"))),
        owner=owner,
        listeners=tuple(sorted(draw(st.sets(_some(LISTENERS), max_size=3)))),
    )


@st.composite
def _flows(draw: st.DrawFn, ids: list[str], machines: tuple[str, ...]) -> Flow:
    matches = draw(st.dictionaries(_some(MATCHES), st.integers(1, 50), min_size=1, max_size=2))
    stream = draw(_some((True, True, True, False)))
    return Flow(
        source=draw(_some(ids)),
        target=draw(_some(ids)),
        proto="tcp" if stream else "unix",
        port=draw(_some((80, 45000, 45001, 45002))) if stream else None,
        connections=sum(matches.values()),
        match=min(matches, key=MATCHES.index),
        matches={kind: matches[kind] for kind in MATCHES if kind in matches},
        directed=draw(_some((True, True, False))),
        path=None if stream else draw(_some(("/run/a", "/run/b"))),
        via=tuple(sorted(draw(st.sets(_some(machines), max_size=1)))),
    )


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Two or three machines, not always everything readable; one flow per place, as stitched."""
    machines = MACHINES[draw(st.integers(0, 1)) :]
    nodes = [draw(_nodes(number, machines)) for number in range(draw(st.integers(0, 8)))]
    ids = [node.id for node in nodes]
    flows: dict[object, Flow] = {}
    for _ in range(draw(st.integers(0, 10)) if nodes else 0):
        flow = draw(_flows(ids, machines))
        flows.setdefault((flow.source, flow.target, flow.proto, flow.port, flow.path), flow)
    return Graph(
        machines=tuple(
            Machine(name, name, problems=tuple(sorted(draw(st.sets(_some(PROBLEMS), max_size=1)))))
            for name in machines
        ),
        nodes=tuple(sorted(nodes, key=lambda node: node.id)),
        flows=tuple(flows.values()),
        coverage=Coverage(),
    )
