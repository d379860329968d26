"""Containers: where they are drawn, and captures of them that overlap."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from groups import MachineOf, Namespace, connect, flows, listen, simple, snapshot, stitched

from netviz.graph import Graph
from netviz.group import group
from netviz.render import render
from netviz.render.text import shortened
from netviz.render.wording import LONGEST
from netviz.stitch import stitch

ID = "7c" * 32
CGROUPS = {
    "docker": (f"0::/system.slice/docker-{ID}.scope\n", f"docker:{ID[:12]}"),
    "podman": (f"0::/machine.slice/libpod-{ID}.scope/container\n", f"podman:{ID[:12]}"),
    "lxc": ("0::/lxc.payload.shop/system.slice/web.service\n", "lxc:shop"),
    "kubernetes": (
        f"11:pids:/kubepods/burstable/pod{'5e' * 16}/{ID}\n",
        f"pod {'5e' * 16}/{ID[:12]}",
    ),
}


TITLE = re.compile(r"graph \[label=<<B>(?:<FONT[^>]*>)?([^<]*)")


def boxes(dot: str) -> list[tuple[int, str]]:
    """The depth and the first title line of each cluster, in the order of the text."""
    found, depth = [], 0
    for line in dot.split("\n"):
        if line.strip().startswith("subgraph cluster_") and "legend" not in line:
            depth += 1
            found.append((depth, ""))
        elif line.strip() == "}":
            depth = max(depth - 1, 0)
        elif found and not found[-1][1] and (title := TITLE.search(line)):
            found[-1] = (depth, title[1])
    return found


@pytest.mark.parametrize("runtime", CGROUPS)
def test_a_container_is_a_box_in_the_box_of_its_machine(runtime: str) -> None:
    cgroup, container = CGROUPS[runtime]
    machine = snapshot(
        MachineOf(
            "host",
            [
                Namespace([connect("172.17.0.1", 40000, "172.17.0.2", 80, 2)], ["172.17.0.1/16"]),
                Namespace(
                    [
                        listen("0.0.0.0", 80, 9),
                        connect("172.17.0.2", 80, "172.17.0.1", 40000, 9),
                    ],
                    ["172.17.0.2/16"],
                    2,
                ),
            ],
        )
    )
    for process in machine.processes:
        if process.pid == 9:
            process.cgroup = cgroup
    graph = stitch([machine])
    assert {n.pids: n.container for n in graph.nodes} == {(2,): None, (9,): container}
    drawn = boxes(render(group(graph, "service"), "dot").decode())
    assert drawn == [(1, "host"), (2, shortened(f"container {container}", LONGEST))]


def insides(name: str, address: str, inode: int, boot_id: str | None = "one") -> MachineOf:
    """A container, captured from inside: one server that talks to itself over the loopback."""
    sockets = [
        listen("0.0.0.0", 80, 7),
        connect("127.0.0.1", 40000, "127.0.0.1", 80, 8, inode=inode + 1),
        connect("127.0.0.1", 80, "127.0.0.1", 40000, 7, inode=inode + 2),
    ]
    sockets[0].inode = inode
    space = Namespace(sockets, [f"{address}/16", "127.0.0.1/8"], inode)
    return MachineOf(name, [space], boot_id=boot_id, source=f"{name}-{inode}.json")


def shown(graph: Graph) -> list[tuple[str, tuple[int, ...]]]:
    return sorted((node.machine, node.pids) for node in graph.nodes)


def test_two_containers_of_one_kernel_keep_their_own_pids() -> None:
    """Both number their processes alike."""
    graph = stitched(insides("a", "172.17.0.2", 100), insides("b", "172.17.0.3", 200))
    assert flows(graph) == [
        ("a/p8", "a/p7", "tcp", 80, "reciprocal", 1),
        ("b/p8", "b/p7", "tcp", 80, "reciprocal", 1),
    ]
    assert shown(graph) == [("a", (7,)), ("a", (8,)), ("b", (7,)), ("b", (8,))]
    assert graph.coverage.sockets == 6


def host_of(*containers: MachineOf, name: str = "host") -> MachineOf:
    """The kernel of containers, captured from outside: their processes have other pids here."""
    spaces = [Namespace([listen("0.0.0.0", 22, 3)], ["172.17.0.1/16"], 1)]
    for number, container in enumerate(containers, 1):
        (inside,) = container.namespaces
        outer = [
            replace(socket, pids=tuple(pid + 1000 * number for pid in socket.pids))
            for socket in inside.sockets
        ]
        spaces.append(Namespace(outer, inside.addresses, inside.id))
    return MachineOf(name, spaces, boot_id="one")


@pytest.mark.parametrize("name", ["host", "a"])
@pytest.mark.parametrize("captured", [(0,), (1,), (0, 1)], ids=str)
def test_a_host_and_its_containers_double_nothing(name: str, captured: tuple[int, ...]) -> None:
    """Also where a container has the name of its host, as with the network of the host."""
    containers = insides("a", "172.17.0.2", 100), insides("b", "172.17.0.3", 200)
    host = host_of(*containers, name=name)
    alone = stitched(host)
    together = stitched(host, *(containers[number] for number in captured))
    assert together.coverage == alone.coverage
    assert [f[4:] for f in flows(together)] == [("reciprocal", 1)] * 2
    assert shown(together) == shown(alone)
    assert {pid for _, pids in shown(together) for pid in pids} == {3, 1007, 1008, 2007, 2008}


def test_what_only_the_capture_from_inside_could_see_is_taken_from_it() -> None:
    """The host was captured without the right to see who holds the sockets."""
    container = insides("a", "172.17.0.2", 100)
    host = host_of(container)
    for socket in host.namespaces[1].sockets:
        socket.pids = ()
    host.names |= {pid: f"other{pid}" for pid in range(50, 60)}
    graph = stitched(host, container)
    assert graph.coverage.unowned == 0
    assert [f[:2] for f in flows(graph)] == [("a/p8", "a/p7")]


def test_a_container_of_another_host_with_equal_numbers_is_another() -> None:
    """A kernel of its own: neither the namespace's number nor the pids say anything."""
    graph = stitched(
        insides("a", "172.17.0.2", 100), insides("b", "172.17.0.2", 100, boot_id="two")
    )
    assert graph.coverage.sockets == 6
    assert len(flows(graph)) == 2


def test_pids_of_a_rebooted_machine_are_told_apart() -> None:
    before = simple("m", "10.0.0.1", listen("0.0.0.0", 80, 7), boot_id="x", machine_id="id")
    after = simple(
        "m",
        "10.0.0.1",
        listen("0.0.0.0", 81, 7),
        boot_id="y",
        machine_id="id",
        source="2.json",
        captured=3_000_000.0,
        btime=2_500_000,
    )
    graph = stitched(before, after)
    assert [n.pids for n in graph.nodes] == [(7,), (7,)]
    assert len({n.id for n in graph.nodes}) == 2
