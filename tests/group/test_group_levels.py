"""What becomes one node at each level, and what its fields say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netviz.graph import Coverage, Flow, Graph, Listener, Machine, Node
from netviz.group import group

WEB = Node(
    id="alpha/10",
    machine="alpha",
    name="web",
    label="web",
    pids=(10,),
    uid=33,
    security="unconfined",
    unit="web.service",
    exe="/usr/bin/web",
    listeners=(Listener("tcp", "0.0.0.0", 80),),
)
WORKER = replace(WEB, id="alpha/11", pids=(11,), listeners=(Listener("tcp", "::", 80),))


def graph(*nodes: Node, flows: tuple[Flow, ...] = ()) -> Graph:
    machines = tuple(Machine(f"{name}-id", name) for name in ("alpha", "beta"))
    moved = [replace(node, machine=f"{node.machine}-id") for node in nodes]
    return Graph(machines, tuple(moved), flows, Coverage())


def flow(source: Node, target: Node, **fields: object) -> Flow:
    made = Flow(source.id, target.id, "tcp", 80, 1, "reciprocal", {"reciprocal": 1})
    return replace(made, **fields)  # type: ignore[arg-type]


def test_workers_of_a_service_are_one_node() -> None:
    (node,) = group(graph(WEB, WORKER), "service").nodes
    assert node.pids == (10, 11)
    assert node.listeners == (Listener("tcp", "0.0.0.0", 80), Listener("tcp", "::", 80))
    assert (node.name, node.label, node.uid, node.exe) == ("web", "web", 33, "/usr/bin/web")


@pytest.mark.parametrize(
    "difference",
    [
        {"machine": "beta"},
        {"netns": "blue"},
        {"unit": "other.service"},
        {"container": "docker:1"},
        {"name": "bew"},
        {"exe": "/opt/web"},
        {"uid": 0},
        {"security": "web (enforce)"},
        {"owner": "none"},
    ],
    ids=lambda difference: next(iter(difference)),
)
def test_a_service_is_told_apart_by(difference: dict[str, object]) -> None:
    other = replace(WORKER, **difference)  # type: ignore[arg-type]
    assert len(group(graph(WEB, other), "service").nodes) == 2


def test_login_sessions_of_one_user_are_one_service() -> None:
    first = replace(WEB, unit="session-3.scope", uid=1000)
    second = replace(WORKER, unit="session-c12.scope", uid=1000)
    (node,) = group(graph(first, second), "service").nodes
    assert node.unit == "user-1000.slice"


def test_a_session_given_as_a_path_counts_as_the_user_who_logged_in() -> None:
    unit = "user.slice/user-1000.slice/session-3.scope"
    (node,) = group(graph(replace(WEB, unit=unit, uid=0)), "service").nodes
    assert node.unit == "user-1000.slice"


def test_a_session_of_an_unknown_user_is_still_no_session() -> None:
    (node,) = group(graph(replace(WEB, unit="session-3.scope", uid=None)), "service").nodes
    assert node.unit == "user.slice"


def test_a_scope_that_only_looks_like_a_session_stays() -> None:
    (node,) = group(graph(replace(WEB, unit="my-session-3.scope")), "service").nodes
    assert node.unit == "my-session-3.scope"


def test_containers_hold_whatever_runs_in_them() -> None:
    one = replace(WEB, container="docker:1", netns="netns 7")
    two = replace(WORKER, container="docker:1", netns="netns 7", name="db", label="db", uid=0)
    (node,) = group(graph(one, two), "container").nodes
    assert (node.label, node.name, node.uid, node.container) == ("docker:1", None, None, "docker:1")


def test_without_a_container_it_is_the_namespace_then_the_unit_then_the_machine() -> None:
    nodes = (
        replace(WEB, id="alpha/1", netns="blue"),
        replace(WEB, id="alpha/2"),
        replace(WEB, id="alpha/3", unit=None),
        replace(WEB, id="alpha/4", unit=None, name="db", label="db"),
    )
    labels = sorted(node.label for node in group(graph(*nodes), "container").nodes)
    assert labels == ["alpha", "blue", "web.service"]


def test_sockets_without_a_process_stay_apart_from_their_container() -> None:
    unowned = Node("alpha/?", "alpha", None, "?", netns="blue", owner="unseen")
    inside = replace(WEB, netns="blue")
    nodes = group(graph(inside, unowned), "container").nodes
    assert sorted((node.label, node.owner) for node in nodes) == [("?", "unseen"), ("blue", None)]


def test_a_host_is_called_as_its_machine() -> None:
    other = replace(WORKER, name="db", label="db", unit="db.service")
    unowned = Node("alpha/?", "alpha", None, "?", owner="none")
    (node,) = group(graph(WEB, other, unowned), "host").nodes
    assert (node.id, node.label) == ("alpha-id", "alpha")
    assert (node.name, node.unit, node.owner) == (None, None, None)


def test_connections_between_workers_of_a_service_go_to_itself() -> None:
    inner = flow(WEB, WORKER, connections=7, matches={"reciprocal": 7})
    grouped = group(graph(WEB, WORKER, flows=(inner,)), "service")
    (node,) = grouped.nodes
    assert [(f.source, f.target, f.connections) for f in grouped.flows] == [(node.id, node.id, 7)]


def test_a_flow_within_one_process_stays() -> None:
    grouped = group(graph(WEB, WORKER, flows=(flow(WEB, WEB),)), "host")
    assert [(f.source, f.target) for f in grouped.flows] == [("alpha-id", "alpha-id")]


def test_flows_of_workers_fold() -> None:
    db = Node("beta/1", "beta", "db", "db", pids=(1,))
    flows = (
        flow(
            WEB,
            db,
            connections=3,
            match="queued",
            matches={"queued": 3},
            directed=False,
            via=("gw-b",),
            dialled=("10.9.0.1", 80),
            samples=tuple(("10.0.0.1", port, "10.0.0.2", 80) for port in (9, 7, 8)),
        ),
        flow(
            WORKER,
            db,
            connections=4,
            matches={"reciprocal": 3, "queued": 1},
            via=("gw-a", "gw-b"),
            samples=tuple(("10.0.0.1", port, "10.0.0.2", 80) for port in (4, 3, 2, 1)),
        ),
    )
    (folded,) = group(graph(WEB, WORKER, db, flows=flows), "service").flows
    assert folded.connections == 7
    assert folded.match == "reciprocal"
    assert folded.matches == {"reciprocal": 3, "queued": 4}
    assert folded.directed
    assert folded.via == ("gw-a", "gw-b")
    assert folded.dialled is None
    assert [sample[1] for sample in folded.samples] == [1, 2, 3, 4, 7]


def test_what_all_dialled_is_kept() -> None:
    db = Node("beta/1", "beta", "db", "db", pids=(1,))
    flows = tuple(flow(node, db, dialled=("10.9.0.1", 80)) for node in (WEB, WORKER))
    (folded,) = group(graph(WEB, WORKER, db, flows=flows), "service").flows
    assert folded.dialled == ("10.9.0.1", 80)


def test_an_undirected_flow_does_not_join_one_the_other_way() -> None:
    db = Node("beta/1", "beta", "db", "db", pids=(1,))
    flows = (flow(WEB, db), flow(db, WEB, directed=False))
    grouped = group(graph(WEB, db, flows=flows), "service")
    assert len(grouped.flows) == 2


def test_names_that_imitate_an_id_give_no_equal_ids() -> None:
    one = replace(WEB, name="a'/'b", exe="c")
    two = replace(WORKER, name="a", exe="b'/'c")
    assert len(group(graph(one, two), "service").nodes) == 2
