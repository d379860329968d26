"""Public reports about sockets: inode 0, repeats, holders, namespaces, states."""

from __future__ import annotations

from pathlib import Path

import pytest
from documents import document, flows, graph_of, netns, table

from netviz.graph import Graph, Listener
from netviz.parse import parse_inet

REST = "00000000:00000000 00:00000000 00000000  1000        0"
SHORT = "00000000:00000000 03:00000A00 00000000     0        0 0 3 0000000000000000"


def test_02_sockets_without_inode_are_each_their_own(tmp_path: Path) -> None:
    lines = [f"{n}: 0100007F:{n:04X} 0100007F:0050 06 {SHORT}" for n in range(1, 6)]
    graph = graph_of(tmp_path, document("m", [netns({"tcp": table(*lines)})], {1: [0]}))
    assert graph.coverage.recent == 5
    assert flows(graph) == []


def test_08_short_lines_have_no_owner_and_no_user(tmp_path: Path) -> None:
    """An orphan in FIN_WAIT2 has the short form too, with the state of no TIME_WAIT."""
    lines = [
        f"0: 0100000A:9C40 0200000A:0050 05 {SHORT}",
        f"1: 0100000A:9C41 0200000A:0050 06 {SHORT}",
    ]
    columns = parse_inet(table(*lines), False, False)
    assert (list(columns.state), list(columns.inode)) == ([5, 6], [0, 0])
    server = document(
        "s",
        [
            netns(
                {
                    "tcp": table(
                        f"0: 00000000:0050 00000000:0000 0A {REST} 7 1 0",
                        f"1: 0200000A:0050 0100000A:9C40 08 {REST} 8 1 0",
                    )
                },
                ["10.0.0.2/24"],
            )
        ],
        {2: [7, 8]},
    )
    client = document("c", [netns({"tcp": table(*lines)}, ["10.0.0.1/24"])])
    graph = graph_of(tmp_path, client, server)
    assert flows(graph) == [("c/?", "s/p2", "tcp", 80, "reciprocal", 1)]
    assert [(n.owner, n.uid) for n in graph.nodes if n.label == "?"] == [("none", None)]
    assert graph.coverage.recent == 1


def waiting(folder: Path, state: str, listener: str) -> Graph:
    """A client's connection whose other end has that state, no inode and that listener's port."""
    tables = {
        "tcp": table(
            f"0: {listener}:1F91 00000000:0000 0A {REST} 20 1 0",
            f"1: 0100007F:1F91 0100007F:8272 {state} {REST} 0 0 0",
            f"2: 0100007F:8272 0100007F:1F91 01 {REST} 21 2 0",
        )
    }
    return graph_of(folder, document("m", [netns(tables)], {1: [20], 2: [21]}))


@pytest.mark.parametrize("listener", ["0100007F", "00000000"])
def test_10_half_open_belongs_to_the_listener(tmp_path: Path, listener: str) -> None:
    """SYN_RECV at the server while the client is established already: deferred accept."""
    graph = waiting(tmp_path, "03", listener)
    assert flows(graph) == [("m/p2", "m/p1", "tcp", 8081, "queued", 1)]
    assert graph.coverage.unowned == 0


@pytest.mark.parametrize("state", ["01", "08"])
def test_11_not_accepted_yet_belongs_to_the_listener(tmp_path: Path, state: str) -> None:
    graph = waiting(tmp_path, state, "00000000")
    assert flows(graph) == [("m/p2", "m/p1", "tcp", 8081, "queued", 1)]
    assert graph.coverage.unowned == 0


@pytest.mark.parametrize("state", ["01", "03", "08"])
def test_11_without_a_listener_its_owner_is_not_guessed(tmp_path: Path, state: str) -> None:
    """The only listener of that port has another address: 127.0.0.2."""
    graph = waiting(tmp_path, state, "0200007F")
    assert {flow[:2] for flow in flows(graph)} <= {("m/p2", "m/?"), ("m/?", "m/p2")}
    assert len(flows(graph)) == 1


def test_13_one_socket_printed_twice_counts_once(tmp_path: Path) -> None:
    line = f"0: 0100007F:9C40 0100007F:0050 01 {REST} 30 1 0"
    other = f"0: 0100007F:0050 0100007F:9C40 01 {REST} 31 1 0"
    tables = {"tcp": table(line, other, line, other, line)}
    graph = graph_of(tmp_path, document("m", [netns(tables)], {1: [30], 2: [31]}))
    assert graph.coverage.sockets == 2
    assert [f.connections for f in graph.flows] == [1]


@pytest.mark.parametrize("name", ["tcp", "tcp6", "udp", "udplite"])
def test_13_every_table_may_repeat_itself(tmp_path: Path, name: str) -> None:
    """Also its listeners; and other sockets that differ in the inode alone are no repeats."""
    wide = "0" * 24 if name.endswith("6") else ""
    one, other = f"{wide}0100000A", f"{wide}0200000A"
    bound = f"0: {one}:0050 {wide}00000000:0000 0A {REST} 31 1 0"
    line = f"1: {one}:9C40 {other}:0050 01 {REST} 32 1 0"
    again = line.replace(" 32 ", " 33 ")
    tables = {name: table(bound, line, bound, line, again, line, again, bound)}
    graph = graph_of(tmp_path, document("m", [netns(tables)]))
    assert graph.coverage.sockets == 3


def test_14_a_missing_line_is_no_proof_of_a_connection_to_the_outside(tmp_path: Path) -> None:
    """The server's line is not there, its descriptor is: the flow stays, from its client alone."""
    tables = {
        "tcp": table(
            f"0: 00000000:0050 00000000:0000 0A {REST} 40 1 0",
            f"1: 0100007F:9C40 0100007F:0050 01 {REST} 41 1 0",
        )
    }
    graph = graph_of(tmp_path, document("m", [netns(tables)], {1: [40, 42], 2: [41]}))
    assert flows(graph) == [("m/p2", "m/p1", "tcp", 80, "one-sided", 1)]
    assert (graph.coverage.external, graph.coverage.other["unknown"]) == (0, 1)


def test_16_a_held_socket_in_no_table_is_of_unknown_kind(tmp_path: Path) -> None:
    """Once, however many descriptors and processes hold it, and never with a zero address."""
    tables = {"tcp": table(f"0: 0100007F:0050 00000000:0000 0A {REST} 40 1 0")}
    graph = graph_of(tmp_path, document("m", [netns(tables)], {1: [40, 41, 41], 2: [41, 42]}))
    assert graph.coverage.other["unknown"] == 2
    assert [n.pids for n in graph.nodes] == [(1,)]
    assert graph.coverage.external == 0


def test_15_a_table_is_of_its_namespace_and_not_of_each_process_there(tmp_path: Path) -> None:
    tables = {
        "tcp": table(
            f"0: 0100007F:9C40 0100007F:0050 01 {REST} 45 1 0",
            f"1: 0100007F:0050 0100007F:9C40 01 {REST} 46 1 0",
        )
    }
    held = {1: [45], 2: [46], **{pid: [] for pid in range(3, 40)}}
    graph = graph_of(tmp_path, document("m", [netns(tables)], held))
    assert [flow.connections for flow in graph.flows] == [1]
    assert graph.coverage.sockets == 2
    assert sorted(pid for node in graph.nodes for pid in node.pids) == [1, 2]


def test_19_each_namespace_is_a_table_of_its_own(tmp_path: Path) -> None:
    """The listener of a container is in its own namespace, whoever of the host holds others."""
    inner = table(f"0: 00000000:18EB 00000000:0000 0A {REST} 51 1 0")
    spaces = [netns({"tcp": table()}, None, 1), netns({"tcp": inner}, None, 2)]
    spec = document("m", spaces, {1: [], 9: [51]})
    spec["processes"][1]["netns"] = 2
    graph = graph_of(tmp_path, spec)
    (node,) = graph.nodes
    assert (node.pids, node.netns) == ((9,), "netns 2")
    assert node.listeners == (Listener("tcp", "0.0.0.0", 6379),)
    assert graph.coverage.listening == 1


def test_17_a_socket_of_several_processes_is_one(tmp_path: Path) -> None:
    tables = {"tcp": table(f"0: 0100007F:1F90 00000000:0000 0A {REST} 60 1 0")}
    graph = graph_of(tmp_path, document("m", [netns(tables)], {5: [60, 60], 6: [60], 7: [60]}))
    assert graph.coverage.listening == 1
    assert [n.pids for n in graph.nodes] == [(5,)]


def test_28_unconnected_udp_server_is_seen_from_its_client(tmp_path: Path) -> None:
    tables = {
        "udp": table(
            f"0: 00000000:C7F1 00000000:0000 07 {REST} 70 1 0 0",
            f"1: 0100007F:88BF 0100007F:14E9 01 {REST} 71 1 0 0",
            f"2: 00000000:14E9 00000000:0000 07 {REST} 72 1 0 0",
        )
    }
    graph = graph_of(tmp_path, document("m", [netns(tables)], {1: [70], 2: [71], 3: [72]}))
    assert flows(graph) == [("m/p2", "m/p3", "udp", 5353, "one-sided", 1)]
    assert graph.coverage.unconnected == 2


def test_29_udp_state_7_is_a_server(tmp_path: Path) -> None:
    tables = {"udp6": table(f"0: {'0' * 32}:14EA {'0' * 32}:0000 07 {REST} 73 1 0 0")}
    graph = graph_of(tmp_path, document("m", [netns(tables)], {1: [73]}))
    assert graph.nodes[0].listeners == (Listener("udp", "::", 5354),)


def test_31_udplite_is_another_protocol(tmp_path: Path) -> None:
    """The same ports in udp and udplite are not the two ends of anything."""
    tables = {
        "udp": table(f"0: 0100007F:9C40 0100007F:0035 01 {REST} 80 1 0 0"),
        "udplite": table(f"0: 0100007F:0035 0100007F:9C40 01 {REST} 81 1 0 0"),
    }
    graph = graph_of(tmp_path, document("m", [netns(tables)], {1: [80], 2: [81]}))
    assert flows(graph) == []
    assert graph.coverage.unmatched == 2


def test_32_ipv4_is_whole_without_the_ipv6_tables(tmp_path: Path) -> None:
    tables = {"tcp": table(f"0: 0100007F:0050 00000000:0000 0A {REST} 40 1 0")}
    graph = graph_of(tmp_path, document("m", [netns(tables)], {1: [40]}))
    assert graph.coverage.listening == 1
    assert graph.machines[0].problems == ()


def test_33_an_empty_table_is_said_to_be_empty(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, document("m", [netns({"tcp": "", "udp": table()})]))
    assert graph.machines[0].problems == ("tcp: the table is empty, not even a header",)


def test_34_blanks_and_blank_lines_do_not_matter() -> None:
    line = f"  0: 0100007F:0050 00000000:0000 0A {REST}  40 1 0"
    plain = parse_inet(table(line), False, False)
    odd = parse_inet(table("", line.replace(" ", "   ") + "     ", "   ", ""), False, False)
    wide = parse_inet(
        table(line.replace("  0:", "12345:").replace("40 1", "4294967299 1")), False, False
    )
    assert plain == odd
    assert (len(wide), wide.inode[0], wide.bad.count) == (1, 4294967299, 0)


@pytest.mark.parametrize("state", ["0C", "0D", "FF"])
def test_36_unknown_states_are_kept(tmp_path: Path, state: str) -> None:
    tables = {"tcp": table(f"0: 0100000A:9C40 090200C0:0050 {state} {REST} 90 1 0")}
    graph = graph_of(tmp_path, document("m", [netns(tables, ["10.0.0.1/24"])], {1: [90]}))
    assert graph.coverage.external == 1


def test_37_the_port_of_raw_is_a_protocol(tmp_path: Path) -> None:
    """A connected raw socket makes no flow, however well another mirrors it."""
    tables = {
        "raw": table(
            f"1: 00000000:0001 00000000:0000 07 {REST} 91 1 0 0",
            f"2: 0100007F:003D 0200007F:0000 01 {REST} 92 1 0 0",
            f"3: 0200007F:003D 0100007F:0000 01 {REST} 93 1 0 0",
        ),
        "raw6": table(f"1: {'0' * 32}:003A {'0' * 32}:0000 07 {REST} 94 1 0 0"),
    }
    graph = graph_of(tmp_path, document("m", [netns(tables)], {1: [91, 92, 93, 94]}))
    assert flows(graph) == []
    assert [(x.proto, x.port) for x in graph.nodes[0].listeners] == [
        ("raw", 1),
        ("raw", 61),
        ("raw", 61),
        ("raw", 58),
    ]
    assert graph.coverage.sockets == 0
    assert graph.coverage.other["raw"] == 4


def test_52_pointers_are_no_identity(tmp_path: Path) -> None:
    """All pointers are alike, as where the kernel hides them: the sockets still are two."""
    lines = [
        f"{n}: 0100007F:{n:04X} 00000000:0000 0A {REST} {100 + n} 1 0000000000000000"
        for n in (1, 2)
    ]
    assert (
        graph_of(tmp_path, document("m", [netns({"tcp": table(*lines)})])).coverage.listening == 2
    )


def test_66_neighbours_are_no_holders(tmp_path: Path) -> None:
    tables = {"tcp": table(f"0: 0100007F:0050 00000000:0000 0A {REST} 200 1 0")}
    graph = graph_of(tmp_path, document("m", [netns(tables)], {1: [201], 2: [199]}))
    assert [(n.label, n.pids) for n in graph.nodes] == [("?", ())]
    assert (graph.coverage.unowned, graph.coverage.other["unknown"]) == (1, 2)


@pytest.mark.parametrize("held", [{1: [201], 2: [199]}, {1: [1000]}, {}])
def test_66_what_has_no_holder_is_given_to_nobody(
    tmp_path: Path, held: dict[int, list[int]]
) -> None:
    """Neither the user (1000), nor the port, nor the only other process is evidence."""
    tables = {"udp": table(f"0: 0100007F:03E8 00000000:0000 07 {REST} 200 1 0 0")}
    graph = graph_of(tmp_path, document("m", [netns(tables)], held))
    assert [(n.label, n.owner) for n in graph.nodes] == [("?", "none")]


@pytest.mark.parametrize("digits", ["0", "6", "6 specific"])
def test_67_the_listener_may_be_on_any_covering_address(tmp_path: Path, digits: str) -> None:
    """The wildcard of IPv4, that of IPv6, and the mapped address itself."""
    listener, name = {
        "0": ("00000000", "tcp"),
        "6": ("0" * 32, "tcp6"),
        "6 specific": ("0000000000000000FFFF00000200000A", "tcp6"),
    }[digits]
    bound = f"0: {listener}:D431 {'0' * len(listener)}:0000 0A {REST} 7 1 0"
    accepted = f"1: 0200000A:D431 0100000A:0050 01 {REST} 8 1 0"
    tables = {"tcp": table(accepted), name: table(bound)}
    if name == "tcp":
        tables = {"tcp": table(bound, accepted)}
    server = document("s", [netns(tables, ["10.0.0.2/24"])], {2: [7, 8]})
    client = document(
        "c",
        [netns({"tcp": table(f"0: 0100000A:0050 0200000A:D431 01 {REST} 5 1 0")}, ["10.0.0.1/24"])],
        {1: [5]},
    )
    graph = graph_of(tmp_path, client, server)
    assert flows(graph) == [("c/p1", "s/p2", "tcp", 54321, "reciprocal", 1)]


def test_67_a_listener_is_no_flow(tmp_path: Path) -> None:
    tables = {"tcp": table(f"0: 00000000:1538 00000000:0000 0A {REST} 7 1 0")}
    graph = graph_of(tmp_path, document("m", [netns(tables)], {1: [7]}))
    assert (graph.flows, graph.coverage.listening) == ((), 1)


def test_67_where_nothing_tells_the_lower_port_does_not_either(tmp_path: Path) -> None:
    lines = (
        f"0: 0100007F:0050 0100007F:0051 01 {REST} 5 1 0",
        f"1: 0100007F:0051 0100007F:0050 01 {REST} 6 1 0",
    )
    graph = graph_of(tmp_path, document("m", [netns({"tcp": table(*lines)})], {1: [5], 2: [6]}))
    assert [flow.directed for flow in graph.flows] == [False]


def test_67_direction_comes_from_the_listener(tmp_path: Path) -> None:
    """The server has the higher port here, and listens on the wildcard."""
    server = document(
        "s",
        [
            netns(
                {
                    "tcp": table(
                        f"0: 00000000:D431 00000000:0000 0A {REST} 7 1 0",
                        f"1: 0200000A:D431 0100000A:0050 01 {REST} 8 1 0",
                    )
                },
                ["10.0.0.2/24"],
            )
        ],
        {2: [7, 8]},
    )
    client = document(
        "c",
        [netns({"tcp": table(f"0: 0100000A:0050 0200000A:D431 01 {REST} 5 1 0")}, ["10.0.0.1/24"])],
        {1: [5]},
    )
    assert flows(graph_of(tmp_path, client, server)) == [
        ("c/p1", "s/p2", "tcp", 54321, "reciprocal", 1)
    ]
