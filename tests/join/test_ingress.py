"""Rule 15: what takes traffic without a connection is shown on the process that holds it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from groups import MachineOf, Namespace, Socket, listen, simple, snapshot, stitched

from netviz.graph import Listener
from netviz.stitch import stitch


def test_listening_and_unconnected_sockets() -> None:
    graph = stitched(
        simple(
            "m",
            "10.0.0.1",
            listen("0.0.0.0", 80, 2),
            listen("::", 80, 2),
            listen("127.0.0.1", 53, 2, proto="udp"),
            listen("10.0.0.1", 7, 2, proto="udplite"),
            Socket("raw", "0.0.0.0", 1, state=7, pids=(2,)),
            Socket("raw", "::", 58, state=7, pids=(2,)),
            Socket("icmp", "0.0.0.0", 17, state=7, pids=(2,)),
        )
    )
    assert graph.nodes[0].listeners == (
        Listener("icmp", "0.0.0.0", 17),
        Listener("raw", "0.0.0.0", 1),
        Listener("raw", "::", 58),
        Listener("tcp", "0.0.0.0", 80),
        Listener("tcp", "::", 80),
        Listener("udp", "127.0.0.1", 53),
        Listener("udplite", "10.0.0.1", 7),
    )
    coverage = graph.coverage
    assert (coverage.listening, coverage.unconnected) == (2, 2)
    assert coverage.other == {"unix": 0, "raw": 2, "packet": 0, "icmp": 1, "unknown": 0}


def test_bound_but_not_listening_is_no_ingress() -> None:
    graph = stitched(simple("m", "10.0.0.1", Socket("tcp", "10.0.0.1", 80, state=7, pids=(2,))))
    assert graph.nodes == ()
    assert graph.coverage.unconnected == 1


def test_udp_socket_without_a_port_takes_nothing() -> None:
    graph = stitched(simple("m", "10.0.0.1", listen("0.0.0.0", 0, 2, proto="udp")))
    assert graph.nodes == ()
    assert graph.coverage.unconnected == 1


def test_packet_socket_with_ethertype_and_interface() -> None:
    text = (
        "sk       RefCnt Type Proto  Iface R Rmem   User   Inode\n"
        "0000000000000000 3      3    0003   2     1 0      0      4711  \n"
    )
    machine = snapshot(simple("m", "10.0.0.1"))
    process = replace(
        snapshot(simple("m", "10.0.0.1", names={7: "tcpdump"})).processes[0], sockets=[4711, 4712]
    )
    netns = replace(machine.netns[0], tables={"packet": text})
    graph = stitch([replace(machine, processes=[process], netns=[netns])])
    assert graph.nodes[0].listeners == (Listener("packet", "2", 3),)
    assert graph.coverage.other["packet"] == 1
    assert graph.coverage.other["unknown"] == 1


def test_unowned_listener_stands_on_the_machines_unknown() -> None:
    graph = stitched(simple("m", "10.0.0.1", listen("0.0.0.0", 80)))
    assert [(n.label, n.owner) for n in graph.nodes] == [("?", "none")]
    assert graph.coverage.unowned == 1


@pytest.mark.parametrize(
    ("names", "shown"), [({}, "2"), ({3: "eth1"}, "2"), ({2: "eth0"}, "eth0"), ({2: "1"}, "2")]
)
def test_packet_socket_is_shown_with_the_name_of_its_interface(
    names: dict[int, str], shown: str
) -> None:
    packet = "sk RefCnt Type Proto Iface R Rmem User Inode\n0 3 3 88cc 2 1 0 0 77\n"
    machine = snapshot(MachineOf("a", [Namespace([], ["10.0.0.1/24"], 1)], names={7: "lldpd"}))
    netns = replace(machine.netns[0], tables={"packet": packet}, interfaces=names)
    process = replace(machine.processes[0], sockets=[77])
    graph = stitch([replace(machine, processes=[process], netns=[netns])])
    assert [node.listeners for node in graph.nodes] == [(Listener("packet", shown, 0x88CC),)]
