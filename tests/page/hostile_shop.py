"""A small group for the page, with names that try to be more than names."""

from __future__ import annotations

from netviz.graph import Coverage, Flow, Graph, Listener, Machine, Missing, Node

MARKUP = "<img src=x onerror=alert(1)>"
BREAKOUT = "</script><script>alert(2)</script>"
TEMPLATE = "</template><img src=x onerror=alert(3)>"
ODD = "unit \"q\" 'a' \n\x1b[31m\u202egnp.exe"


def node(name: str, machine: str, pid: int, **more: object) -> Node:
    return Node(f"{machine}/{name}", machine, name, name, pids=(pid,), **more)  # type: ignore[arg-type]


def shop(level: str = "service") -> Graph:
    """Three machines: web calls app, app calls db twice over, a job calls db."""
    machines = (
        Machine("app", "app", ("10.0.0.2",), (1_700_000_000.0, 1_700_000_001.0)),
        Machine("db", "db", ("10.0.0.3",), None, ("fd: EACCES x3",)),
        Machine("web", f"web {MARKUP}", ("10.0.0.1",)),
    )
    nodes = (
        node("gunicorn", "app", 20, uid=33, unit="shop.service"),
        node(MARKUP, "app", 21, uid=1, unit=ODD),
        node("postgres", "db", 30, uid=0, security="unconfined", listeners=(PG,)),
        node("idle", "db", 31, uid=2, listeners=(Listener("udp", "0.0.0.0", 514),)),
        node("nginx", "web", 10, uid=0, container=BREAKOUT, listeners=(WEB,)),
    )
    flows = (
        flow("app/gunicorn", "db/postgres", 5432, 12, "reciprocal"),
        flow(f"app/{MARKUP}", "db/postgres", 5432, 1, "one-sided"),
        flow("web/nginx", "app/gunicorn", 8000, 3, "nat", via=("db",), dialled=("10.9.9.9", 80)),
    )
    coverage = Coverage(
        sockets=40, joined=32, listening=3, external=5, missing=(Missing("tcp", TEMPLATE, 443, 5),)
    )
    return Graph(machines, nodes, flows, coverage, level)


PG = Listener("tcp", "0.0.0.0", 5432)
WEB = Listener("tcp", "::", 80)


def flow(source: str, target: str, port: int, count: int, match: str, **more: object) -> Flow:
    sample = ("10.0.0.2", 40000, "10.0.0.3", port)
    return Flow(
        source,
        target,
        "tcp",
        port,
        count,
        match,
        {match: count},
        samples=(sample,),
        **more,  # type: ignore[arg-type]
    )


def crowd(machines: int, nodes: int, flows: int) -> Graph:
    """A large group: every node calls some of the next ones."""
    names = [f"host{number:04d}" for number in range(machines)]
    made = tuple(
        node(f"service{number:05d}", names[number % machines], number + 1, uid=number % 7)
        for number in range(nodes)
    )
    called = tuple(
        flow(
            made[number % nodes].id,
            made[(number * 7 + number // nodes + 1) % nodes].id,
            8000 + number % 50,
            number % 90 + 1,
            "reciprocal",
        )
        for number in range(flows)
    )
    return Graph(tuple(Machine(name, name) for name in names), made, called, Coverage())
