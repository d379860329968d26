"""Public reports about networks: equal addresses, translation, proxies, scopes of loopback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from documents import document, flows, graph_of, netns, table

from netviz.graph import Graph
from netviz.parse import parse_conntrack

REST = "00000000:00000000 00:00000000 00000000  1000        0"


def hexed(address: str, port: int) -> str:
    """An IPv4 address and port as a little-endian machine prints them."""
    words = "".join(f"{int(part):02X}" for part in reversed(address.split(".")))
    return f"{words}:{port:04X}"


def line(local: tuple[str, int], remote: tuple[str, int], inode: int, state: str = "01") -> str:
    return f"0: {hexed(*local)} {hexed(*remote)} {state} {REST} {inode} 1 0"


def mapped(entry: str) -> str:
    """The same line in the table of IPv6: IPv4 addresses in IPv6 ones."""
    number, local, remote, rest = entry.split(" ", 3)
    wide = [f"{'0' * 16}FFFF0000{end}" for end in (local, remote)]
    return " ".join((number, *wide, rest))


def conntrack(proto: str, original: str, reply: str) -> str:
    return (
        f"ipv4     2 {proto} {original} packets=3 bytes=9 {reply} packets=2 bytes=8 mark=0 use=2\n"
    )


LOOPBACKS = {
    "tcp": ("0100007F", "0100007F"),
    "tcp of another address of the block": ("0500047F", "0200017F"),
    "tcp6": ("0" * 24 + "01000000",) * 2,
    "tcp6 mapped": ("0000000000000000FFFF00000100007F",) * 2,
}


@pytest.mark.parametrize("machines", [1, 2])
@pytest.mark.parametrize("kind", LOOPBACKS)
def test_21_loopback_is_of_one_namespace(tmp_path: Path, kind: str, machines: int) -> None:
    """Two namespaces with the same ports, of one machine or of two: a flow in each, none across."""
    client, server = LOOPBACKS[kind]
    spaces: list[dict[str, Any]] = []
    held: list[dict[int, list[int]]] = []
    for number in (1, 2):
        text = table(
            f"0: {client}:B001 {server}:0463 01 {REST} {number}1 1 0",
            f"1: {server}:0463 {client}:B001 01 {REST} {number}2 1 0",
            f"2: {server}:0463 {'0' * len(server)}:0000 0A {REST} {number}3 1 0",
        )
        spaces.append(netns({kind.split(" ")[0]: text}, None, number))
        held.append({number * 10: [number * 10 + 1], number * 10 + 1: [number * 10 + 2]})
    if machines == 1:
        documents = [document("m", spaces, held[0] | held[1])]
        names = ("m", "m")
    else:
        documents = [document(f"m{n}", [spaces[n]], held[n]) for n in (0, 1)]
        names = ("m0", "m1")
    assert flows(graph_of(tmp_path, *documents)) == [
        (f"{name}/p{pid}", f"{name}/p{pid + 1}", "tcp", 1123, "reciprocal", 1)
        for name, pid in zip(names, (10, 20), strict=True)
    ]


@pytest.mark.parametrize("halves", ["across", "client only", "server only"])
def test_21_half_of_a_loopback_connection_meets_no_other_half(tmp_path: Path, halves: str) -> None:
    ends = [
        line(("127.0.0.1", 45057), ("127.0.0.1", 1123), 11),
        line(("127.0.0.1", 1123), ("127.0.0.1", 45057), 22),
    ]
    chosen = {"across": ends, "client only": [ends[0]] * 2, "server only": [ends[1]] * 2}[halves]
    spaces = [netns({"tcp": table(end)}, None, n) for n, end in enumerate(chosen, 1)]
    assert flows(graph_of(tmp_path, document("m", spaces, {1: [11], 2: [22]}))) == []


def bridged(name: str, *containers: tuple[str, str], pid: int = 5) -> dict[str, Any]:
    """A machine with a bridge 172.19.0.1/16 and containers: address and table of each."""
    spaces = [netns({"tcp": table()}, ["192.0.2.1/32", "172.19.0.1/16"], 1)]
    for number, (address, text) in enumerate(containers, 2):
        spaces.append(netns({"tcp": text}, [f"{address}/16"], number))
    held = {pid + n: [100 * n + k for k in range(1, 10)] for n in range(1, len(containers) + 1)}
    return document(name, spaces, held)


def test_22_equal_bridges_of_two_machines_have_no_flow_between_them(tmp_path: Path) -> None:
    client = table(line(("172.19.0.2", 50000), ("172.19.0.3", 80), 101))
    server = table(line(("172.19.0.3", 80), ("172.19.0.2", 50000), 101))
    one = bridged("a", ("172.19.0.2", client))
    two = bridged("b", ("172.19.0.3", server))
    graph = graph_of(tmp_path, one, two)
    assert flows(graph) == []
    assert graph.coverage.external == 2


def test_22_each_machine_keeps_its_own_flow(tmp_path: Path) -> None:
    """The same addresses and ports on both machines: two flows, each inside its machine."""

    def containers(other: int) -> tuple[tuple[str, str], tuple[str, str]]:
        client = table(line(("172.19.0.2", 50000), ("172.19.0.3", 80), 101 + other))
        server = table(
            line(("0.0.0.0", 80), ("0.0.0.0", 0), 201 + other, "0A"),
            line(("172.19.0.3", 80), ("172.19.0.2", 50000), 202 + other),
        )
        return ("172.19.0.2", client), ("172.19.0.3", server)

    graph = graph_of(tmp_path, bridged("a", *containers(0)), bridged("b", *containers(5)))
    assert flows(graph) == [
        (f"{name}/p6", f"{name}/p7", "tcp", 80, "reciprocal", 1) for name in ("a", "b")
    ]


def test_22_several_candidates_are_ambiguous_and_none_is_picked(tmp_path: Path) -> None:
    """An address that two machines have, outside of any bridge, and both mirror the tuple."""
    client = document(
        "c",
        [
            netns(
                {"tcp": table(line(("192.0.2.7", 50000), ("192.0.2.8", 80), 11))}, ["192.0.2.7/24"]
            )
        ],
        {1: [11]},
    )
    servers = [
        document(
            name,
            [
                netns(
                    {"tcp": table(line(("192.0.2.8", 80), ("192.0.2.7", 50000), inode))},
                    ["192.0.2.8/24"],
                )
            ],
            {2: [inode]},
        )
        for name, inode in (("x", 21), ("y", 22))
    ]
    graph = graph_of(tmp_path, client, *servers)
    assert flows(graph) == []
    assert graph.coverage.ambiguous == 1


ORIGINAL = "src=198.51.100.7 dst=198.51.100.1 sport=51000 dport=8080"
REPLY = "src=172.20.0.2 dst=198.51.100.7 sport=80 dport=51000"
DNAT = conntrack("tcp      6 431990 ESTABLISHED", ORIGINAL, REPLY)


def published(folder: Path, entries: str | None) -> Graph:
    """A client dials a port of a router, which leads to a container on it."""
    client = document(
        "client",
        [
            netns(
                {"tcp": table(line(("198.51.100.7", 51000), ("198.51.100.1", 8080), 11))},
                ["198.51.100.7/24"],
            )
        ],
        {1: [11]},
    )
    outer = {"tcp": table()} | ({} if entries is None else {"nf_conntrack": entries})
    inner = table(
        line(("0.0.0.0", 80), ("0.0.0.0", 0), 21, "0A"),
        line(("172.20.0.2", 80), ("198.51.100.7", 51000), 22),
    )
    router = document(
        "router",
        [
            netns(outer, ["198.51.100.1/24", "172.20.0.1/16"], 1, forwarding=True),
            netns({"tcp": inner}, ["172.20.0.2/16"], 2),
        ],
        {2: [21, 22]},
    )
    return graph_of(folder, client, router)


def test_23_a_translated_connection_is_one_flow(tmp_path: Path) -> None:
    graph = published(tmp_path, DNAT)
    assert flows(graph) == [("client/p1", "router/p2", "tcp", 80, "nat", 1)]
    (flow,) = graph.flows
    assert (flow.via, flow.dialled) == (("router",), ("198.51.100.1", 8080))


@pytest.mark.parametrize("entries", [None, "", DNAT.replace("51000", "51001")])
def test_23_without_its_entry_there_are_two_halves_and_no_guess(
    tmp_path: Path, entries: str | None
) -> None:
    graph = published(tmp_path, entries)
    assert [f for f in flows(graph) if f[4] != "one-sided"] == []
    assert [f for f in flows(graph) if f[0] == "client/p1"] == []
    assert graph.coverage.unmatched >= 1


@pytest.mark.parametrize("wide", [True, False])
def test_24_a_proxy_stays_between_its_two_flows(tmp_path: Path, wide: bool) -> None:
    """What it accepts and what it opens are two connections, though the bytes are the same."""
    listens = f"0: {'0' * 32}:1389 {'0' * 32}:0000 0A {REST} 31 1 0"
    accepted = line(("198.51.100.1", 5001), ("198.51.100.7", 51000), 32)
    onward = line(("172.20.0.1", 40000), ("172.20.0.2", 5001), 33)
    tables = {"tcp6": table(listens, mapped(accepted)), "tcp": table(onward)}
    if not wide:
        listens = line(("0.0.0.0", 5001), ("0.0.0.0", 0), 31, "0A")
        tables = {"tcp": table(listens, accepted, onward)}
    inner = table(
        line(("0.0.0.0", 5001), ("0.0.0.0", 0), 41, "0A"),
        line(("172.20.0.2", 5001), ("172.20.0.1", 40000), 42),
    )
    host = document(
        "host",
        [
            netns(tables, ["198.51.100.1/24", "172.20.0.1/16"], 1),
            netns({"tcp": inner}, ["172.20.0.2/16"], 2),
        ],
        {7: [31, 32, 33], 8: [41, 42]},
    )
    client = document(
        "client",
        [
            netns(
                {"tcp": table(line(("198.51.100.7", 51000), ("198.51.100.1", 5001), 11))},
                ["198.51.100.7/24"],
            )
        ],
        {1: [11]},
    )
    graph = graph_of(tmp_path, client, host)
    assert flows(graph) == [
        ("client/p1", "host/p7", "tcp", 5001, "reciprocal", 1),
        ("host/p7", "host/p8", "tcp", 5001, "reciprocal", 1),
    ]
    assert graph.coverage.nat == 0


PORTLESS = {
    "icmp": (1, "icmp     1 29", " type=8 code=0 id=5001", " type=0 code=0 id=5001"),
    "icmpv6 by number": (58, "icmpv6   58 29", " type=128 code=0 id=7", " type=129 code=0 id=7"),
    "gre": (47, "gre      47 28 timeout=30, stream_timeout=180", " srckey=0x0 dstkey=0x5", ""),
    "unknown": (61, "unknown  61 598", "", ""),
    "esp": (50, "unknown  50 598", "", ""),
}


@pytest.mark.parametrize("kind", PORTLESS)
def test_26_an_entry_without_ports_has_none(kind: str) -> None:
    number, begin, first, second = PORTLESS[kind]
    ways = [f"src=10.9.0.{n} dst=10.9.0.{3 - n}" for n in (1, 2)]
    columns = parse_conntrack(conntrack(begin, ways[0] + first, ways[1] + second))
    assert (len(columns), columns.bad.count) == (1, 0)
    assert (columns.protocol[0], columns.has_ports[0]) == (number, 0)
    assert (columns.original_source_port[0], columns.reply_destination_port[0]) == (0, 0)


@pytest.mark.parametrize("kind", PORTLESS)
def test_26_an_entry_without_ports_leads_no_socket_astray(tmp_path: Path, kind: str) -> None:
    """Beside the entry of the connection, one of the same addresses that names no port."""
    _, begin, first, second = PORTLESS[kind]
    ways = "src=198.51.100.7 dst=198.51.100.1", "src=172.20.0.9 dst=198.51.100.7"
    beside = conntrack(begin, ways[0] + first, ways[1] + second)
    graph = published(tmp_path, beside + DNAT + beside)
    assert flows(graph) == [("client/p1", "router/p2", "tcp", 80, "nat", 1)]
    assert graph.coverage.ambiguous == 0
    assert [m.problems for m in graph.machines] == [(), ()]
