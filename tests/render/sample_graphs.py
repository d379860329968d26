"""Graphs that the tests draw: two machines with one of everything, and hostile names."""

from __future__ import annotations

from netviz.graph import Coverage, Flow, Graph, Listener, Machine, Missing, Node

HOSTILE = (
    "\x1b[31mred",
    "quote \" apostrophe ' both",
    "back\\slash",
    "ends in a backslash\\",
    "\\N \\G \\L \\E \\H \\T \\l \\r \\n",
    "<b>bold</b>",
    "<unbalanced",
    "]]> --> <!-- &amp; &lt; &#92; &#x1b;",
    "]",
    "]]]",
    "{record|fields} <port>",
    "new\nline\r\n\ttab",
    "\u202egnp.exe",
    "lone \ud83d surrogate \udcff byte",
    "a  b   two blanks ",
    "\x00\x7f\x9b",
    "'];n1->n2[label='",
    '"];n1->n2[label="',
    "</TD></TR></TABLE>>];evil;",
    "n1:port",
    "[bold red]marked up[/] :smile: [/link]",
    "",
    " ",
    "日本 ünïcode 😀",
)


def two_machines() -> Graph:
    """A web server, its workers, a database in a container, and every kind of flow."""
    nodes = (
        Node(
            "app/10",
            "app",
            "httpd",
            "httpd",
            pids=(10,),
            uid=0,
            security="unconfined",
            unit="httpd.service",
            exe="/usr/sbin/httpd",
            listeners=(Listener("tcp", "0.0.0.0", 80), Listener("tcp", "::", 80)),
        ),
        *(
            Node(
                f"app/{pid}",
                "app",
                "httpd",
                "httpd",
                pids=(pid,),
                uid=48,
                security="system_u:system_r:httpd_t:s0",
                unit="httpd.service",
                exe="/usr/sbin/httpd",
            )
            for pid in (11, 12, 13, 14, 15, 16)
        ),
        Node("app/?none", "app", None, "?", owner="none"),
        Node(
            "app/99",
            "app",
            "pinger",
            "pinger",
            pids=(99,),
            uid=1000,
            unit="session-4.scope",
            listeners=(
                Listener("icmp", "0.0.0.0", 7),
                Listener("packet", "2", 0x0806),
                Listener("raw", "0.0.0.0", 1),
                Listener("raw", "10.1.0.1", 200),
                Listener("sctp", "0.0.0.0", 3868),
            ),
        ),
        Node(
            "store/7",
            "store",
            "postgres",
            "postgres",
            netns="netns 4026532100",
            pids=(7,),
            uid=70,
            security="docker-default (enforce)",
            container="docker:0123456789ab",
            listeners=(Listener("tcp", "0.0.0.0", 5432),),
        ),
        Node("store/?unseen", "store", None, "?", netns="netns 4026532100", owner="unseen"),
        Node("store/1", "store", "init", "init", pids=(1,), uid=0, netns="blue"),
    )
    flows = (
        *(
            Flow(
                f"app/{pid}",
                "store/7",
                "tcp",
                5432,
                10,
                "reciprocal",
                {"reciprocal": 9, "queued": 1},
                samples=(("10.1.0.1", 40000 + pid, "10.1.0.2", 5432),),
            )
            for pid in (11, 12, 13, 14, 15, 16)
        ),
        Flow("app/11", "app/12", "tcp", 9000, 3, "reciprocal", {"reciprocal": 3}),
        Flow(
            "app/99",
            "store/7",
            "tcp",
            5432,
            1,
            "nat",
            {"nat": 1},
            via=("store",),
            dialled=("10.2.0.9", 15432),
            samples=(("10.1.0.1", 50000, "172.17.0.2", 5432),),
        ),
        Flow("app/?none", "store/7", "tcp", 5432, 2, "queued", {"queued": 2}),
        Flow("app/99", "store/1", "udp", 53, 1, "one-sided", {"one-sided": 1}),
        Flow(
            "app/99",
            "store/1",
            "tcp",
            22,
            1,
            "attempt",
            {"attempt": 1},
            samples=(("2001:db8::1", 50001, "2001:db8::2", 22),),
        ),
        Flow("app/99", "store/1", "tcp", 23, 1, "recent", {"recent": 1}),
        Flow("app/99", "app/99", "unix", None, 1, "peer", {"peer": 1}, path="/run/p.sock"),
        Flow("app/99", "store/1", "tcp", 7000, 2000, "reciprocal", {"reciprocal": 2000}, False),
    )
    machines = (
        Machine("app", "app", ("10.1.0.1", "10.1.1.1", "10.1.2.1", "2001:db8::1"), (1e9, 1e9 + 2)),
        Machine("store", "store", ("10.1.0.2",), None, ("fd: EACCES x42, such as /proc/7/fd",)),
        Machine("void", "void"),
    )
    coverage = Coverage(
        sockets=4200,
        joined=4100,
        listening=4,
        external=90,
        unmatched=6,
        pairs=2064,
        reciprocal=2057,
        nat=1,
        queued=8,
        one_sided=1,
        unowned=2,
        other={"unix": 2, "raw": 2, "packet": 1, "icmp": 1},
        missing=(Missing("tcp", "10.1.0.3", 6379, 80),),
        reasons={"half open": 2, "nothing listens there": 4},
    )
    return Graph(
        machines,
        tuple(sorted(nodes, key=lambda node: node.id)),
        tuple(sorted(flows, key=lambda f: (f.source, f.target, f.proto, f.port or -1))),
        coverage,
    )


def named(name: str, number: int = 0) -> tuple[tuple[Node, ...], tuple[Flow, ...]]:
    """Two nodes and a flow of the machine ``m`` that bear ``name`` wherever a target can."""
    client = Node(
        f"m/{number}/{name}",
        "m",
        name,
        name,
        pids=(1, 2),
        uid=0,
        security=name,
        unit=name,
        exe=name,
        listeners=(Listener("tcp", name, 80),),
    )
    server = Node(
        f"m/{number}/inside/{name}", "m", name, name, netns=f"{name} {number}", container=name
    )
    flow = Flow(
        client.id,
        server.id,
        "unix",
        None,
        1,
        "peer",
        {"peer": 1},
        path=name,
        via=(name,),
        dialled=(name, 1),
        samples=((name, 1, name, 2),),
    )
    return (client, server), (flow,)


def hostile(names: list[str]) -> Graph:
    """A graph in which each of ``names`` stands wherever a target chooses the text."""
    nodes: list[Node] = []
    flows: list[Flow] = []
    for number, name in enumerate(names):
        two, one = named(name, number)
        nodes += two
        flows += one
    bad = "".join(names)[:300]
    machine = Machine("m", names[0] if names else "m", (bad,), None, (bad,))
    return Graph((machine,), tuple(nodes), tuple(flows), Coverage(other={bad: 1}))
