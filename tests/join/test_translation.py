"""Rule 5: connections that a machine between the two ends translated."""

from __future__ import annotations

from itertools import pairwise

import pytest
from groups import (
    ESTABLISHED,
    TIME_WAIT,
    MachineOf,
    Namespace,
    Socket,
    connect,
    flows,
    listen,
    simple,
    stitched,
)

from netviz.addresses import AddressBook
from netviz.spans import EVER, Span
from netviz.stitch import StitchOptions


def entry(original: str, reply: str, proto: str = "tcp", replied: bool = True) -> str:
    """A line of conntrack; each way is ``source:port>destination:port``."""
    number = {"tcp": 6, "udp": 17}[proto]
    words = []
    for way in (original, reply):
        (source, sport), (destination, dport) = (end.rsplit(":", 1) for end in way.split(">"))
        words.append(f"src={source} dst={destination} sport={sport} dport={dport}")
    family = "ipv6 10" if ":" in words[0].split()[0][4:] else "ipv4 2"
    unreplied = "" if replied else "[UNREPLIED] "
    return f"{family} {proto} {number} 100 {words[0]} {unreplied}{words[1]} mark=0 use=1\n"


CLIENT = simple("client", "192.0.2.10", connect("192.0.2.10", 50000, "192.0.2.1", 8080, 2))


def container(*sockets: Socket, address: str = "172.18.0.2") -> Namespace:
    return Namespace(sockets, [f"{address}/16"], 7)


def router(conntrack: str | None, *more: Namespace, name: str = "router") -> MachineOf:
    own = Namespace([], ["192.0.2.1/24", "172.18.0.1/16"], 1, forwarding=True, conntrack=conntrack)
    return MachineOf(name, [own, *more])


SERVER = container(listen("0.0.0.0", 80, 3), connect("172.18.0.2", 80, "192.0.2.10", 50000, 3))
DNAT = entry("192.0.2.10:50000>192.0.2.1:8080", "172.18.0.2:80>192.0.2.10:50000")


def test_published_port_of_a_container() -> None:
    graph = stitched(CLIENT, router(DNAT, SERVER))
    assert flows(graph) == [("client/p2", "router/p3", "tcp", 80, "nat", 1)]
    (flow,) = graph.flows
    assert (flow.via, flow.dialled) == (("router",), ("192.0.2.1", 8080))
    assert flow.samples == (("192.0.2.10", 50000, "172.18.0.2", 80),)
    assert (graph.coverage.nat, graph.coverage.joined) == (1, 2)


@pytest.mark.parametrize("closed", ["both", "client", "server"])
def test_closed_connection_on_request(closed: str) -> None:
    """It is told of as one that was not translated is: no pair."""
    state = dict.fromkeys(("client", "server"), ESTABLISHED)
    state.update(dict.fromkeys(state if closed == "both" else [closed], TIME_WAIT))
    dialled = connect("192.0.2.10", 50000, "192.0.2.1", 8080, 2, state=state["client"])
    answer = connect("172.18.0.2", 80, "192.0.2.10", 50000, 3, state=state["server"])
    group = (
        simple("client", "192.0.2.10", dialled),
        router(DNAT, container(listen("0.0.0.0", 80, 3), answer)),
    )
    graph = stitched(*group, options=StitchOptions(recent=True))
    assert flows(graph) == [("client/p2", "router/p3", "tcp", 80, "recent", 1)]
    assert (graph.flows[0].via, graph.flows[0].dialled) == (("router",), ("192.0.2.1", 8080))
    coverage = graph.coverage
    assert (coverage.nat, coverage.pairs, coverage.joined) == (0, 0, 2)
    assert stitched(*group).coverage.nat == 0


def test_without_the_entry_there_are_two_halves() -> None:
    for conntrack in (None, ""):
        graph = stitched(CLIENT, router(conntrack, SERVER))
        assert [f for f in flows(graph) if f[0] == "client/p2"] == []
        assert graph.coverage.nat == 0


def test_masquerade() -> None:
    """The server sees the router; the client's own address is known to the router alone."""
    inside = container(connect("172.18.0.2", 50000, "203.0.113.5", 443, 2))
    masquerading = router(
        entry("172.18.0.2:50000>203.0.113.5:443", "203.0.113.5:443>192.0.2.1:61000"), inside
    )
    server = simple(
        "server",
        "203.0.113.5",
        listen("0.0.0.0", 443, 4),
        connect("203.0.113.5", 443, "192.0.2.1", 61000, 4),
    )
    graph = stitched(masquerading, server)
    assert flows(graph) == [("router/p2", "server/p4", "tcp", 443, "nat", 1)]
    assert graph.flows[0].dialled is None
    assert graph.flows[0].via == ("router",)


def test_chain_of_masquerade_and_load_balancer() -> None:
    inside = container(connect("172.18.0.2", 50000, "198.51.100.80", 80, 2))
    edge = MachineOf(
        "edge",
        [
            Namespace(
                [],
                ["192.0.2.1/24", "172.18.0.1/16"],
                1,
                forwarding=True,
                conntrack=entry(
                    "172.18.0.2:50000>198.51.100.80:80", "198.51.100.80:80>192.0.2.1:61000"
                ),
            ),
            inside,
        ],
    )
    balancer = MachineOf(
        "balancer",
        [
            Namespace(
                [],
                ["198.51.100.80/24", "10.0.0.1/24"],
                1,
                forwarding=True,
                conntrack=entry(
                    "192.0.2.1:61000>198.51.100.80:80", "10.0.0.9:8000>192.0.2.1:61000"
                ),
            )
        ],
    )
    server = simple(
        "server",
        "10.0.0.9",
        listen("0.0.0.0", 8000, 4),
        connect("10.0.0.9", 8000, "192.0.2.1", 61000, 4),
    )
    graph = stitched(edge, balancer, server)
    assert flows(graph) == [("edge/p2", "server/p4", "tcp", 8000, "nat", 1)]
    assert graph.flows[0].via == ("balancer", "edge")
    assert graph.flows[0].dialled == ("198.51.100.80", 80)
    # Without the balancer's snapshot nothing is guessed.
    assert [f for f in flows(stitched(edge, server)) if f[4] == "nat"] == []


def test_redirect_to_loopback_is_read_in_the_entrys_namespace() -> None:
    there = MachineOf(
        "there",
        [
            Namespace(
                [listen("127.0.0.1", 3128, 5), connect("127.0.0.1", 3128, "192.0.2.10", 50000, 5)],
                ["192.0.2.1/24", "127.0.0.1/8"],
                1,
                conntrack=entry(
                    "192.0.2.10:50000>192.0.2.1:8080", "127.0.0.1:3128>192.0.2.10:50000"
                ),
            )
        ],
    )
    assert flows(stitched(CLIENT, there)) == [("client/p2", "there/p5", "tcp", 3128, "nat", 1)]


def test_hairpin_comes_back_to_the_same_machine() -> None:
    one = container(connect("172.18.0.3", 40000, "192.0.2.1", 8080, 2), address="172.18.0.3")
    one.id = 8
    two = container(listen("0.0.0.0", 80, 3), connect("172.18.0.2", 80, "172.18.0.1", 40000, 3))
    hairpin = entry("172.18.0.3:40000>192.0.2.1:8080", "172.18.0.2:80>172.18.0.1:40000")
    graph = stitched(router(hairpin, one, two))
    assert flows(graph) == [("router/p2", "router/p3", "tcp", 80, "nat", 1)]


def test_ipv6() -> None:
    client = MachineOf(
        "c", [Namespace([connect("fd00::1", 40000, "fd00::f", 80, 2)], ["fd00::1/64"])]
    )
    there = MachineOf(
        "r",
        [
            Namespace(
                [],
                ["fd00::f/64"],
                1,
                forwarding=True,
                conntrack=entry("fd00::1:40000>fd00::f:80", "fd01::2:8080>fd00::1:40000"),
            ),
            Namespace(
                [listen("::", 8080, 3), connect("fd01::2", 8080, "fd00::1", 40000, 3)],
                ["fd01::2/64"],
                2,
            ),
        ],
    )
    assert flows(stitched(client, there)) == [("c/p2", "r/p3", "tcp", 8080, "nat", 1)]


def test_unconnected_udp_server_behind_a_translation() -> None:
    client = simple(
        "client", "192.0.2.10", connect("192.0.2.10", 50000, "192.0.2.1", 53, 2, proto="udp")
    )
    there = container(listen("0.0.0.0", 5353, 3, proto="udp"))
    dns = entry("192.0.2.10:50000>192.0.2.1:53", "172.18.0.2:5353>192.0.2.10:50000", "udp")
    graph = stitched(client, router(dns, there))
    assert flows(graph) == [("client/p2", "router/p3", "udp", 5353, "nat", 1)]
    unanswered = dns.replace("src=172", "[UNREPLIED] src=172")
    assert flows(stitched(client, router(unanswered, there))) == []


def test_listener_behind_a_translated_port_is_not_guessed() -> None:
    """Something of the router listens on the port, but the entry sends the connection elsewhere."""
    there = router(DNAT)
    there.namespaces[0].sockets = [listen("0.0.0.0", 8080, 9)]
    graph = stitched(CLIENT, there)
    assert flows(graph) == []
    assert (graph.coverage.external, graph.coverage.unmatched) == (1, 0)


def test_a_proxy_stays_between_its_two_flows() -> None:
    """moby #1435: from the machine itself, a published port is served by a relay."""
    host = Namespace(
        [
            connect("127.0.0.1", 50000, "127.0.0.1", 8080, 2),
            listen("::", 8080, 3),
            connect("::ffff:127.0.0.1", 8080, "::ffff:127.0.0.1", 50000, 3),
            connect("172.18.0.1", 40000, "172.18.0.2", 80, 3),
        ],
        ["172.18.0.1/16", "127.0.0.1/8"],
        1,
        forwarding=True,
        conntrack="",
    )
    inside = container(listen("0.0.0.0", 80, 4), connect("172.18.0.2", 80, "172.18.0.1", 40000, 4))
    assert flows(stitched(MachineOf("h", [host, inside]))) == [
        ("h/p2", "h/p3", "tcp", 8080, "reciprocal", 1),
        ("h/p3", "h/p4", "tcp", 80, "reciprocal", 1),
    ]


def test_two_different_answers_are_ambiguous() -> None:
    """Two routers claim to have translated one tuple to different servers."""
    servers = []
    for number in (1, 2):
        inside = container(
            listen("0.0.0.0", 80, 3),
            connect(f"172.18.0.{number + 1}", 80, "192.0.2.10", 50000, 3),
            address=f"172.18.0.{number + 1}",
        )
        line = DNAT.replace("172.18.0.2", f"172.18.0.{number + 1}")
        own = Namespace([], [f"192.0.2.{number}/24"], 1, forwarding=True, conntrack=line)
        servers.append(MachineOf(f"r{number}", [own, inside]))
    graph = stitched(CLIENT, *servers)
    assert [f for f in flows(graph) if f[4] == "nat"] == []
    assert graph.coverage.ambiguous == 1


def test_a_forged_entry_leads_to_no_listener_of_tcp() -> None:
    """What two others have in common is made up: the one never spoke to the other."""
    web, db = "192.0.2.10", "192.0.2.11"
    victims = (
        simple("web", web, connect(web, 50000, "198.51.100.9", 443, 2)),
        simple("db", db, listen("0.0.0.0", 443, 3)),
    )
    liar = router(entry(f"{web}:50000>198.51.100.9:443", f"{db}:443>{web}:50000"))
    assert flows(stitched(*victims, liar)) == []


def test_a_loop_of_translations_ends() -> None:
    there = entry("192.0.2.10:50000>192.0.2.1:8080", "192.0.2.2:8080>192.0.2.10:50000")
    back = entry("192.0.2.10:50000>192.0.2.2:8080", "192.0.2.1:8080>192.0.2.10:50000")
    one = MachineOf("one", [Namespace([], ["192.0.2.1/24"], 1, conntrack=there)])
    two = MachineOf("two", [Namespace([], ["192.0.2.2/24"], 1, conntrack=back)])
    assert flows(stitched(CLIENT, one, two)) == []


def test_forged_entries_do_not_keep_the_join_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 20 namespaces each translates onward, alike: 20**8 ways through 8 of them."""
    steps = [f"198.51.100.{step}:80" for step in range(10)]
    lines = "".join(
        entry(f"192.0.2.10:50000>{here}", f"{there}>192.0.2.10:50000")
        for here, there in pairwise(steps)
    )
    liar = MachineOf("liar", [Namespace([], [], id, conntrack=lines) for id in range(1, 21)])
    client = simple("client", "192.0.2.10", connect("192.0.2.10", 50000, "198.51.100.0", 80, 2))
    asked = 0

    def resolve(book: AddressBook, namespace: int, address: int, when: Span = EVER) -> int:
        nonlocal asked
        asked += 1
        assert asked < 100_000, "the join is kept busy"
        return resolved(book, namespace, address, when)

    resolved = AddressBook.resolve
    monkeypatch.setattr(AddressBook, "resolve", resolve)
    graph = stitched(client, liar)
    assert flows(graph) == []
    assert graph.coverage.ambiguous == 1


def test_unreadable_lines_are_told() -> None:
    graph = stitched(router("nonsense\n" + DNAT))
    assert graph.machines[0].problems == (
        "nf_conntrack: 1 line could not be read, the first: 'nonsense'",
    )


def test_routers_that_share_their_entries_name_the_same_one_whatever_the_order() -> None:
    """Both have the entry (conntrackd), so either may have translated it."""
    routers = [
        simple(name, f"192.0.2.{number}", conntrack=DNAT)
        for number, name in ((4, "b"), (3, "a"), (5, "c"))
    ]
    server = MachineOf("s", [SERVER])
    graph = stitched(CLIENT, *routers, server)
    assert [flow.via for flow in graph.flows] == [("a",)]
