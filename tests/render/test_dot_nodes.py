"""What a node, a machine and the note below a picture say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sample_graphs import two_machines
from svg_reading import Painted, painted

from netviz.graph import Coverage, Graph, Listener, Machine, Node
from netviz.group import group
from netviz.render import render
from netviz.render.wording import is_unconfined, listener, processes

NODE = Node("m/1", "m", "web", "web", pids=(1,), uid=33)


def picture(*nodes: Node, level: str = "process", machine: Machine | None = None) -> Painted:
    graph = Graph((machine or Machine("m", "m"),), nodes, (), Coverage(), level)
    return painted(render(graph, "dot"))


@pytest.mark.usefixtures("dot_program")
class TestBox:
    def test_shows_everything_that_is_known(self) -> None:
        node = replace(
            NODE,
            pids=(7, 8),
            security="web (enforce)",
            unit="web.service",
            listeners=(Listener("tcp", "0.0.0.0", 80), Listener("udp", "10.0.0.1", 53)),
        )
        assert picture(node).node["n1"] == [
            *("web", " x2", "pids 7, 8", "uid 33", "web (enforce)", "web.service"),
            "listens: tcp/80 http",
            "udp/53 domain on 10.0.0.1",
        ]

    def test_says_root_in_a_badge_and_a_thick_border(self) -> None:
        assert "root" in picture(replace(NODE, uid=0)).node["n1"]
        assert "root" not in picture(NODE).node["n1"]
        source = render(Graph((Machine("m", "m"),), (replace(NODE, uid=0),), (), Coverage()), "dot")
        assert b' BORDER="3"' in source

    def test_says_unconfined_in_a_badge(self) -> None:
        assert "unconfined" in picture(replace(NODE, security="unconfined")).node["n1"]
        shown = picture(replace(NODE, security="snap.x (unconfined)")).node["n1"]
        assert {"unconfined", "snap.x (unconfined)"} <= set(shown)

    def test_says_why_there_is_no_process(self) -> None:
        unowned = Node("m/?", "m", None, "?")
        assert "sockets that no process holds" in picture(replace(unowned, owner="none")).node["n1"]
        unseen = picture(replace(unowned, owner="unseen")).node["n1"]
        assert "holder not visible to the capture" in unseen

    def test_counts_listeners_that_it_leaves_out(self) -> None:
        ports = tuple(Listener("tcp", "::", port) for port in range(100, 120))
        texts = picture(replace(NODE, listeners=ports)).node["n1"]
        assert texts[-1] == "and 12 more"
        assert "listens: tcp/100, tcp/101, tcp/102, tcp/103" in texts

    def test_shortens_a_long_name_in_its_middle(self) -> None:
        name = picture(replace(NODE, label="a" * 100 + "z" * 100)).node["n1"][0]
        assert len(name) == 44
        assert name.startswith("aaa") and "…" in name and name.endswith("zzz")


@pytest.mark.usefixtures("dot_program")
class TestMachines:
    def test_are_boxes_with_their_addresses(self) -> None:
        machine = Machine("m", "server", tuple(f"10.0.0.{n}" for n in range(1, 6)))
        assert picture(NODE, machine=machine).cluster["cluster_1"][:3] == [
            "server",
            "10.0.0.1, 10.0.0.2, 10.0.0.3",
            "and 2 more",
        ]

    def test_a_container_alone_in_its_namespace_is_one_box(self) -> None:
        inside = replace(NODE, netns="netns 5", container="docker:1")
        unowned = Node("m/?", "m", None, "?", netns="netns 5", owner="none")
        boxes = picture(inside, unowned).cluster
        assert list(boxes) == ["cluster_1", "cluster_2"]
        assert boxes["cluster_2"][:2] == ["container docker:1", "network namespace 5"]

    def test_containers_that_share_a_namespace_are_boxes_in_it(self) -> None:
        one = replace(NODE, netns="netns 5", container="docker:1")
        two = replace(NODE, id="m/2", netns="netns 5", container="docker:2")
        boxes = picture(one, two).cluster
        assert [texts[0] for texts in boxes.values()] == [
            *("m", "network namespace 5", "container docker:1", "container docker:2")
        ]

    def test_a_container_in_the_machines_own_namespace_is_a_box(self) -> None:
        boxes = picture(replace(NODE, container="docker:1")).cluster
        assert boxes["cluster_2"][0] == "container docker:1"

    def test_hosts_and_containers_are_not_drawn_twice(self) -> None:
        graph = two_machines()
        linked = {end for flow in graph.flows for end in (flow.source, flow.target)}
        linked_only = replace(graph, nodes=tuple(n for n in graph.nodes if n.id in linked))
        boxes = painted(render(group(linked_only, "host"), "dot")).cluster
        assert set(boxes) == {"cluster_legend"}
        boxes = painted(render(group(linked_only, "container"), "dot")).cluster
        assert set(boxes) == {"cluster_1", "cluster_2", "cluster_legend"}


@pytest.mark.usefixtures("dot_program")
class TestNote:
    def test_says_what_was_not_seen(self) -> None:
        note = painted(render(two_machines(), "dot")).graph
        assert "Nothing to show of: void" in note
        assert "Not seen on store: fd: EACCES x42, such as /proc/7/fd" in note

    def test_says_why_sockets_were_not_joined(self) -> None:
        reasons = {"half open": 2, "nothing listens there": 1200}
        graph = Graph((), (), (), Coverage(unmatched=1202, reasons=reasons))
        assert (
            "Unmatched: nothing listens there (1,200), half open (2)"
            in painted(render(graph, "dot")).graph
        )

    def test_counts_the_machines_it_does_not_name(self) -> None:
        machines = tuple(Machine(f"m{n}", f"m{n}", problems=("fd: EACCES x1",)) for n in range(14))
        nodes = tuple(replace(NODE, id=m.id, machine=m.id) for m in machines)
        note = painted(render(Graph(machines, nodes, (), Coverage()), "dot")).graph
        assert note[-1] == "and 4 more machines with such gaps"
        assert len([text for text in note if text.startswith("Not seen on")]) == 10

    def test_an_empty_graph_says_so(self) -> None:
        read = painted(render(Graph((), (), (), Coverage()), "dot"))
        assert read.node == {"empty": ["Nothing to show: no flow and no listener was found."]}


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (Listener("tcp", "::", 80), "tcp/80"),
        (Listener("sctp", "10.0.0.1", 3868), "sctp/3868 on 10.0.0.1"),
        (Listener("raw", "0.0.0.0", 1), "raw icmp (1)"),
        (Listener("raw", "::", 58), "raw ipv6-icmp (58)"),
        (Listener("raw", "127.0.0.1", 61), "raw protocol 61 on 127.0.0.1"),
        (Listener("raw", "0.0.0.0", 255), "raw any (255)"),
        (Listener("packet", "0", 3), "packet all (0x0003)"),
        (Listener("packet", "2", 0x88CC), "packet lldp (0x88cc) on interface 2"),
        (Listener("packet", "2", 0x1234), "packet 0x1234 on interface 2"),
        (Listener("icmp", "0.0.0.0", 12), "icmp echo 12"),
    ],
)
def test_listeners_in_words(one: Listener, text: str) -> None:
    assert listener(one) == text


@pytest.mark.parametrize(
    ("security", "unconfined"),
    [
        (None, False),
        ("unconfined", True),
        ("snap.x (unconfined)", True),
        ("snap.x (complain)", False),
        ("unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023", True),
        ("system_u:system_r:unconfined_service_t:s0", True),
        ("unconfined_u:unconfined_r:mozilla_t:s0", False),
        ("unconfined_u", False),
    ],
)
def test_what_counts_as_unconfined(security: str | None, unconfined: bool) -> None:
    assert is_unconfined(replace(NODE, security=security)) is unconfined


@pytest.mark.parametrize(
    ("pids", "text"),
    [
        ((), ""),
        ((9,), "pid 9"),
        ((1, 2, 3, 4), "pids 1, 2, 3, 4"),
        (tuple(range(1, 1205)), "pids 1, 2, 3, 4 and 1,200 more"),
    ],
)
def test_processes_in_words(pids: tuple[int, ...], text: str) -> None:
    assert processes(pids) == text
