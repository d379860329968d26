"""Containers of a pod, captured one by one: the first process of each may be of the same pid and
start."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from groups import CAPTURED, MachineOf, Namespace, connect, flows, listen, snapshot

from netviz.capture.pid_namespace import WHOLE_MACHINE
from netviz.graph import Graph
from netviz.snapshot.model import Snapshot
from netviz.stitch import stitch

APP, ENVOY = 4026532501, 4026532502


def captured(
    comm: str, pid_namespace: int | None, holds: set[int], name: str = "pod", at: float = CAPTURED
) -> Snapshot:
    """A capture in one container of the pod, whose only process, of pid 1, holds these inodes."""
    sockets = [
        listen("0.0.0.0", 8080),
        connect("127.0.0.1", 40000, "127.0.0.1", 8080),
        connect("127.0.0.1", 8080, "127.0.0.1", 40000),
    ]
    for inode, socket in enumerate(sockets, 9000):
        socket.inode = inode
        socket.pids = (1,) if inode in holds else ()
    network = Namespace(sockets, ["10.1.0.5/24", "127.0.0.1/8"])
    machine = MachineOf(name, [network], {1: comm}, "pod-boot", captured=at, source=f"{comm}{at}")
    return replace(snapshot(machine), pid_namespace=pid_namespace)


def in_any_order(*snapshots: Snapshot) -> Graph:
    graph, *others = (stitch(order) for order in permutations(snapshots))
    assert all(other == graph for other in others)
    return graph


def app(pid_namespace: int | None, **more: object) -> Snapshot:
    return captured("app", pid_namespace, {9000, 9002}, **more)  # type: ignore[arg-type]


def envoy(pid_namespace: int | None, **more: object) -> Snapshot:
    return captured("envoy", pid_namespace, {9001}, **more)  # type: ignore[arg-type]


def test_two_containers_of_a_pod_are_two_processes() -> None:
    graph = in_any_order(app(APP), envoy(ENVOY))
    assert flows(graph) == [("pod/envoy", "pod/app", "tcp", 8080, "reciprocal", 1)]
    assert [node.id for node in graph.nodes] == [f"pod/pidns{n}/1.100" for n in (APP, ENVOY)]
    assert [node.pids for node in graph.nodes] == [(1,), (1,)]


def test_each_taken_twice_is_still_one() -> None:
    later = CAPTURED + 60
    twice = in_any_order(app(APP), envoy(ENVOY), app(APP, at=later), envoy(ENVOY, at=later))
    once = in_any_order(app(APP), envoy(ENVOY))
    assert [node.id for node in twice.nodes] == [node.id for node in once.nodes]
    assert flows(twice) == flows(once)


@pytest.mark.parametrize("namespaces", [(APP, APP), (APP, None), (None, APP), (None, None)])
def test_a_namespace_that_is_the_same_or_not_known_tells_nothing_apart(
    namespaces: tuple[int | None, int | None],
) -> None:
    first, second = namespaces
    graph = in_any_order(app(first), app(second, at=CAPTURED + 60))
    assert [node.id for node in graph.nodes if node.pids] == ["pod/1.100"]


def test_what_was_once_not_known_is_known_after() -> None:
    later = [app(None), app(APP, at=CAPTURED + 60), app(None, at=CAPTURED + 120), envoy(ENVOY)]
    assert flows(stitch(later)) == [("pod/envoy", "pod/app", "tcp", 8080, "reciprocal", 1)]


def test_the_host_of_a_container_that_has_its_name() -> None:
    host = captured("init", WHOLE_MACHINE, set())
    graph = in_any_order(host, app(APP))
    assert {node.label for node in graph.nodes if node.listeners} == {"app"}
