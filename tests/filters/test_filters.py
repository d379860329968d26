"""What each filter leaves of a graph."""

from __future__ import annotations

from netviz.filters import around, busy, hide, hide_unlinked, only, parse_expression
from netviz.graph import Coverage, Flow, Graph, Machine, Node

NAMES = ("web1/nginx", "web2/nginx", "app/gunicorn", "db/postgres", "db/sshd", "mon/prometheus")


def node(name: str, number: int) -> Node:
    machine, label = name.split("/")
    return Node(name, machine, label, label, unit=f"{label}.service", uid=number, pids=(number,))


def flow(source: str, target: str, port: int, count: int = 1, **more: object) -> Flow:
    sample = ("10.0.0.1", 40000, "10.2.0.9" if port == 5432 else "192.168.0.1", port)
    return Flow(
        *(source, target, "tcp", port, count, "reciprocal", {"reciprocal": count}),
        samples=(sample,),
        **more,  # type: ignore[arg-type]
    )


GRAPH = Graph(
    tuple(Machine(name, name) for name in ("app", "db", "mon", "web1", "web2")),
    tuple(sorted((node(name, n) for n, name in enumerate(NAMES)), key=lambda n: n.id)),
    (
        flow("app/gunicorn", "db/postgres", 5432, 20),
        flow("mon/prometheus", "app/gunicorn", 9100),
        flow("mon/prometheus", "web1/nginx", 9100),
        flow("web1/nginx", "app/gunicorn", 8000, 5),
        flow("web2/nginx", "app/gunicorn", 8000, 7),
    ),
    Coverage(sockets=10),
)


def left(graph: Graph) -> tuple[set[str], set[tuple[str, str]]]:
    assert graph.coverage == GRAPH.coverage
    assert graph.machines == GRAPH.machines
    return {n.id for n in graph.nodes}, {(f.source, f.target) for f in graph.flows}


def kept(text: str) -> tuple[set[str], set[tuple[str, str]]]:
    return left(only(GRAPH, parse_expression(text)))


def hidden(text: str) -> tuple[set[str], set[tuple[str, str]]]:
    nodes, flows = left(hide(GRAPH, parse_expression(text)))
    every_node, every_flow = left(GRAPH)
    return every_node - nodes, every_flow - flows


PG = ("app/gunicorn", "db/postgres")


def test_only_keeps_flows_with_their_ends() -> None:
    assert kept("port=5432") == ({"app/gunicorn", "db/postgres"}, {PG})
    assert kept("address=10.2.0.0/16")[1] == {PG}
    assert kept("proto=udp") == (set(), set())
    assert kept("match=recip*")[1] == left(GRAPH)[1]


def test_only_takes_either_end_or_the_one_that_is_named() -> None:
    assert len(kept("machine=app")[1]) == 4
    assert kept("client.machine=app")[1] == {PG}
    assert len(kept("server.unit=gunicorn.service")[1]) == 3
    assert kept("user=3")[1] == {PG}


def test_only_keeps_nodes_of_which_it_is_true() -> None:
    assert kept("process=sshd") == ({"db/sshd"}, set())
    assert kept("machine=db")[0] == {"app/gunicorn", "db/postgres", "db/sshd"}


def test_hide_takes_a_node_with_its_flows() -> None:
    assert hidden("process=prometheus") == (
        {"mon/prometheus"},
        {("mon/prometheus", "app/gunicorn"), ("mon/prometheus", "web1/nginx")},
    )


def test_hide_takes_a_flow_and_leaves_its_ends() -> None:
    assert hidden("port=5432") == (set(), {PG})
    assert hidden("not port=5432")[0] == set()
    assert len(hidden("not port=5432")[1]) == 4
    assert hidden("server.process=postgres") == (set(), {PG})


def test_around_goes_both_ways_and_never_turns() -> None:
    nodes, flows = left(around(GRAPH, "gunicorn", 1))
    assert nodes == {"app/gunicorn", "db/postgres", "mon/prometheus", "web1/nginx", "web2/nginx"}
    assert len(flows) == 4  # not the one from prometheus to nginx: it is no step from there
    assert left(around(GRAPH, "postgres", 1))[1] == {PG}
    nodes, flows = left(around(GRAPH, "postgres", 2))
    assert nodes == {*PG, "mon/prometheus", "web1/nginx", "web2/nginx"}
    assert len(left(around(GRAPH, "db", 3))[1]) == 5
    assert left(around(GRAPH, "sshd", 9)) == ({"db/sshd"}, set())
    assert left(around(GRAPH, "nobody", 9)) == (set(), set())


def test_around_follows_a_flow_without_direction_either_way() -> None:
    both = Graph(
        GRAPH.machines,
        GRAPH.nodes,
        (flow("db/postgres", "db/sshd", 1, directed=False),),
        GRAPH.coverage,
    )
    for name in ("sshd", "postgres"):
        assert left(around(both, name, 1))[0] == {"db/postgres", "db/sshd"}


def test_busy_and_unlinked() -> None:
    assert left(busy(GRAPH, 7))[1] == {PG, ("web2/nginx", "app/gunicorn")}
    assert left(busy(GRAPH, 7))[0] == left(GRAPH)[0]
    assert left(hide_unlinked(GRAPH))[0] == left(GRAPH)[0] - {"db/sshd"}
