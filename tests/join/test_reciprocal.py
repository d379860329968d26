"""Rules 1, 2 and 3: mirrored tuples, each address owned by the namespace of the other end."""

from __future__ import annotations

from groups import MachineOf, Namespace, connect, flows, listen, simple, stitched

WEB = simple("web", "10.0.0.1", connect("10.0.0.1", 40000, "10.0.0.2", 5432, 7), names={7: "app"})


def test_two_machines() -> None:
    db = simple(
        "db",
        "10.0.0.2",
        listen("0.0.0.0", 5432, 5),
        connect("10.0.0.2", 5432, "10.0.0.1", 40000, 6),
        names={5: "postgres", 6: "postgres-w"},
    )
    graph = stitched(WEB, db)
    assert flows(graph) == [("web/app", "db/postgres-w", "tcp", 5432, "reciprocal", 1)]
    assert graph.flows[0].samples == (("10.0.0.1", 40000, "10.0.0.2", 5432),)
    assert graph.coverage.joined == 2
    assert graph.coverage.sockets == 3


def test_ipv4_client_of_a_dual_stack_server() -> None:
    db = simple(
        "db",
        "10.0.0.2",
        listen("::", 5432, 5),
        connect("::ffff:10.0.0.2", 5432, "::ffff:10.0.0.1", 40000, 5),
    )
    assert flows(stitched(WEB, db)) == [("web/app", "db/p5", "tcp", 5432, "reciprocal", 1)]


def test_other_embeddings_of_ipv4_are_not_ipv4() -> None:
    for prefix in ("::", "64:ff9b::"):
        db = simple("db", "10.0.0.2", connect(f"{prefix}a00:2", 5432, f"{prefix}a00:1", 40000, 5))
        assert flows(stitched(WEB, db)) == []


def test_byte_order_of_each_machine_is_its_own() -> None:
    db = simple(
        "db",
        "10.0.0.2",
        listen("0.0.0.0", 5432, 5),
        connect("10.0.0.2", 5432, "10.0.0.1", 40000, 5),
        byteorder="big",
    )
    assert flows(stitched(WEB, db)) == [("web/app", "db/p5", "tcp", 5432, "reciprocal", 1)]


def test_loopback_stays_in_its_namespace() -> None:
    talk = (
        listen("127.0.0.1", 1122, 2),
        connect("127.0.0.1", 1122, "127.0.0.1", 49153, 2),
        connect("127.0.0.1", 49153, "127.0.0.1", 1122, 3),
    )
    inside = MachineOf(
        "x", [Namespace(talk, ["127.0.0.1/8"], 1), Namespace(talk, ["127.0.0.1/8"], 2)]
    )
    other = MachineOf("y", [Namespace(talk, ["127.0.0.1/8"], 1)])
    graph = stitched(inside, other)
    assert [f.connections for f in graph.flows] == [2, 1]
    assert {(f.source[:2], f.target[:2]) for f in graph.flows} == {("x/", "x/"), ("y/", "y/")}
    assert graph.coverage.reciprocal == 3


def test_only_one_half_on_each_side_of_loopback_is_no_flow() -> None:
    client = simple("a", "10.0.0.1", connect("127.0.0.1", 40000, "127.0.0.1", 80, 2))
    server = simple("b", "10.0.0.2", connect("127.0.0.1", 80, "127.0.0.1", 40000, 3))
    graph = stitched(client, server)
    assert flows(graph) == []
    assert graph.coverage.unmatched == 2


def test_other_protocol_is_other_socket() -> None:
    db = simple("db", "10.0.0.2", connect("10.0.0.2", 5432, "10.0.0.1", 40000, 5, proto="udp"))
    assert flows(stitched(WEB, db)) == []


def test_address_on_this_machine_wins_over_one_elsewhere() -> None:
    """Container and remote machine have one address: the container of this machine is meant."""
    host = MachineOf(
        "host",
        [
            Namespace([connect("172.17.0.1", 40000, "172.17.0.2", 80, 2)], ["172.17.0.1/32"], 1),
            Namespace([connect("172.17.0.2", 80, "172.17.0.1", 40000, 3)], ["172.17.0.2/32"], 2),
        ],
    )
    far = MachineOf(
        "far",
        [Namespace([connect("172.17.0.2", 80, "172.17.0.1", 40000, 9)], ["172.17.0.2/32"], 5)],
    )
    graph = stitched(host, far)
    assert len(flows(graph)) == 1
    assert all("far" not in end for flow in flows(graph) for end in flow[:2])
    assert graph.coverage.joined == 2


def test_link_local_joins_only_where_each_address_has_one_owner() -> None:
    a = MachineOf("a", [Namespace([connect("fe80::a", 40000, "fe80::b", 80, 2)], ["fe80::a/64"])])
    b = MachineOf("b", [Namespace([connect("fe80::b", 80, "fe80::a", 40000, 3)], ["fe80::b/64"])])
    assert len(flows(stitched(a, b))) == 1
    c = MachineOf("c", [Namespace([], ["fe80::b/64"])])
    graph = stitched(a, b, c)
    assert flows(graph) == []
    assert graph.coverage.ambiguous == 1


def test_address_without_owner_is_external() -> None:
    graph = stitched(simple("a", "10.0.0.1", connect("10.0.0.1", 40000, "192.0.2.9", 443, 2)))
    assert graph.coverage.external == 1
    assert [(m.address, m.port, m.sockets) for m in graph.coverage.missing] == [
        ("192.0.2.9", 443, 1)
    ]


def test_external_client_of_a_listener_is_not_missing() -> None:
    graph = stitched(
        simple(
            "a",
            "10.0.0.1",
            listen("0.0.0.0", 443, 2),
            connect("10.0.0.1", 443, "192.0.2.9", 50000, 2),
        )
    )
    assert graph.coverage.external == 1
    assert graph.coverage.missing == ()


def test_addresses_of_sockets_stand_in_where_none_were_captured() -> None:
    a = MachineOf("a", [Namespace([connect("10.0.0.1", 40000, "10.0.0.2", 80, 2)])])
    b = MachineOf("b", [Namespace([connect("10.0.0.2", 80, "10.0.0.1", 40000, 3)])])
    assert len(flows(stitched(a, b))) == 1
