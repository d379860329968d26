"""Rule 13, unix sockets: who is connected to whom, and who of the two is the server."""

from __future__ import annotations

from dataclasses import replace

import pytest
from unix_groups import (
    DATAGRAM,
    UNIX,
    Kernel,
    Unix,
    both_ways,
    graph_of,
    listeners,
    snapshot_of,
    unix_flows,
)

from netviz.stitch import StitchOptions, stitch

PATH = "/run/fpm.sock"
SERVED = (Unix(1, PATH, (20,), listening=True), Unix(2, PATH, (20,)), Unix(3, "", (10,)))
"""A listener, what it accepted, and the client."""


def test_the_client_has_no_name_and_the_server_the_listeners() -> None:
    graph = graph_of(Kernel(SERVED, both_ways((2, 3))))
    assert unix_flows(Kernel(SERVED, both_ways((2, 3)))) == [("p10", "p20", PATH, 1, True)]
    assert listeners(graph) == [("p20", PATH)]
    assert graph.coverage.other["unix"] == 3
    assert graph.coverage.other["unix_unjoined"] == 0
    assert (graph.coverage.sockets, graph.coverage.pairs) == (0, 0)


def test_several_connections_to_one_path_are_one_flow() -> None:
    sockets = [*SERVED, Unix(4, PATH, (20,)), Unix(5, "", (10,)), Unix(6, "/run/b", (20,))]
    sockets.append(Unix(7, "", (10,)))
    assert unix_flows(Kernel(sockets, both_ways((2, 3), (5, 4), (6, 7)))) == [
        ("p10", "p20", "/run/b", 1, True),
        ("p10", "p20", PATH, 2, True),
    ]


def test_a_chain_over_unix_sockets_is_one_path_across_the_picture() -> None:
    db = "/run/mysqld/mysqld.sock"
    sockets = [*SERVED, Unix(11, db, (30,), listening=True), Unix(12, db, (30,))]
    sockets.append(Unix(13, "", (20,)))
    names = {10: "nginx", 20: "php-fpm", 30: "mariadbd"}
    assert unix_flows(Kernel(sockets, both_ways((2, 3), (13, 12)), names=names)) == [
        ("nginx", "php-fpm", PATH, 1, True),
        ("php-fpm", "mariadbd", db, 1, True),
    ]


def test_nothing_is_drawn_unless_asked_for() -> None:
    graph = graph_of(Kernel(SERVED, both_ways((2, 3))), options=StitchOptions())
    assert (graph.flows, graph.nodes) == ((), ())
    assert graph.coverage.other["unix"] == 3
    assert "unix_unjoined" not in graph.coverage.other


def test_49_rows_without_known_peers_are_counted_and_not_joined() -> None:
    graph = graph_of(Kernel(SERVED))
    assert graph.flows == ()
    assert listeners(graph) == [("p20", PATH)]
    assert graph.coverage.other["unix_unjoined"] == 2


def test_unix_sockets_never_join_across_machines() -> None:
    here = Kernel(SERVED[:2], [(2, 3)], name="a", boot_id="a")
    there = Kernel(SERVED[2:], [(3, 2)], name="b", boot_id="b")
    graph = graph_of(here, there)
    assert graph.flows == ()
    assert graph.coverage.other["unix_unjoined"] == 2


def test_a_socket_that_nobody_holds_makes_no_edge() -> None:
    sockets = [*SERVED[:2], Unix(3, "")]
    graph = graph_of(Kernel(sockets, both_ways((2, 3))))
    assert graph.flows == ()
    assert [node.label for node in graph.nodes] == ["p20"]
    assert graph.coverage.other["unix_unjoined"] == 2


def test_a_listener_that_nobody_holds_is_not_shown() -> None:
    assert graph_of(Kernel([Unix(1, PATH, listening=True)])).nodes == ()


def test_a_socketpair_has_no_direction_and_no_path() -> None:
    kernel = Kernel([Unix(5, "", (10,)), Unix(6, "", (11,))], both_ways((5, 6)))
    assert unix_flows(kernel) == [("p10", "p11", None, 1, False)]


def test_a_named_client_is_still_the_client() -> None:
    """D-Bus clients bind abstract names of their own."""
    client = Unix(3, "@a1b2/bus/client", (10,))
    assert unix_flows(Kernel([*SERVED[:2], client], both_ways((2, 3)))) == [
        ("p10", "p20", PATH, 1, True)
    ]


def test_two_names_and_no_listener_tell_no_direction() -> None:
    sockets = [Unix(2, "/run/one", (20,)), Unix(3, "/run/other", (10,))]
    assert unix_flows(Kernel(sockets, both_ways((2, 3)))) == [("p10", "p20", None, 1, False)]


def test_the_server_has_closed_its_listener() -> None:
    assert unix_flows(Kernel(SERVED[1:], both_ways((2, 3)))) == [("p10", "p20", PATH, 1, True)]


def test_abstract_names_are_those_of_their_namespace() -> None:
    """A listener of the same abstract name elsewhere does not make a client a server."""
    sockets = [
        Unix(2, "/run/closed", (20,)),
        Unix(3, "@x", (10,)),
        Unix(9, "@x", (30,), listening=True, netns=2),
    ]
    assert unix_flows(Kernel(sockets, both_ways((2, 3)))) == [("p10", "p20", None, 1, False)]
    sockets[2] = Unix(9, "@x", (30,), listening=True)
    assert unix_flows(Kernel(sockets, both_ways((2, 3)))) == [("p20", "p10", "@x", 1, True)]


def test_a_socket_accepted_from_another_namespace_is_in_the_table_of_the_client() -> None:
    sockets = [
        Unix(1, PATH, (20,), listening=True, netns=1),
        Unix(2, PATH, (20,), netns=2),
        Unix(3, "@client", (10,), netns=2),
    ]
    assert unix_flows(Kernel(sockets, both_ways((2, 3)))) == [("p10", "p20", PATH, 1, True)]


def test_datagrams_go_to_the_socket_that_is_not_connected_back() -> None:
    log = Unix(1, "/run/systemd/journal/dev-log", (1, 7), kind=DATAGRAM, connected=False)
    clients = [Unix(n, "", (n,), kind=DATAGRAM) for n in (11, 12)]
    peers = [(11, 1), (12, 1)]
    names = {1: "systemd", 7: "journald", 11: "cron", 12: "sshd"}
    assert unix_flows(Kernel([log, *clients], peers, names=names)) == [
        ("cron", "journald", "/run/systemd/journal/dev-log", 1, True),
        ("sshd", "journald", "/run/systemd/journal/dev-log", 1, True),
    ]


def test_a_datagram_client_with_a_name_of_its_own() -> None:
    sockets = [
        Unix(1, "/run/wpa/wlan0", (20,), kind=DATAGRAM, connected=False),
        Unix(2, "/tmp/wpa_ctrl_1", (10,), kind=DATAGRAM),
    ]
    assert unix_flows(Kernel(sockets, [(2, 1)])) == [("p10", "p20", "/run/wpa/wlan0", 1, True)]


def test_not_accepted_yet_is_the_listeners() -> None:
    """The kernel tells the listener for whom a connection waits, beside a peer of 0."""
    sockets = [Unix(1, PATH, (1, 20), listening=True), Unix(3, "", (10,))]
    kernel = Kernel(sockets, [(3, 0), (3, 1)], names={1: "systemd"})
    assert unix_flows(kernel) == [("p10", "p20", PATH, 1, True)]
    assert unix_flows(Kernel(sockets, [(3, 0)])) == []
    assert graph_of(Kernel(sockets, [(3, 0)])).coverage.other["unix_unjoined"] == 1


def test_a_seqpacket_socket_one_way_is_judged_by_its_name() -> None:
    """The other's namespace was not read: nobody says who its peer is."""
    assert unix_flows(Kernel(SERVED, [(2, 3)])) == [("p10", "p20", PATH, 1, True)]


def test_prefork_shows_the_worker_that_holds_the_connection() -> None:
    sockets = [Unix(1, PATH, (20, 21, 22), listening=True), *SERVED[2:]]
    sockets.append(Unix(2, PATH, (21,)))
    graph = graph_of(Kernel(sockets, both_ways((2, 3))))
    assert unix_flows(Kernel(sockets, both_ways((2, 3)))) == [("p10", "p21", PATH, 1, True)]
    assert listeners(graph) == [("p20", PATH)]


def test_what_a_parent_forgot_to_close_does_not_make_it_the_client() -> None:
    sockets = [Unix(5, "", (10,)), Unix(6, "", (10, 11))]
    assert unix_flows(Kernel(sockets, both_ways((5, 6)))) == [("p10", "p11", None, 1, False)]


def test_both_ends_in_one_process_are_drawn_on_request() -> None:
    kernel = Kernel([Unix(5, "", (10,)), Unix(6, "", (10,))], both_ways((5, 6)))
    graph = graph_of(kernel)
    assert (graph.flows, graph.coverage.self) == ((), 1)
    with_self = StitchOptions(kinds=UNIX.kinds, self_flows=True)
    assert unix_flows(kernel, options=with_self) == [("p10", "p10", None, 1, False)]


def test_a_fork_that_closed_nothing_tells_nothing() -> None:
    kernel = Kernel([Unix(5, "", (10, 11)), Unix(6, "", (10, 11))], both_ways((5, 6)))
    assert unix_flows(kernel) == []


def test_a_master_with_several_workers_that_inherited_its_ends_is_in_doubt() -> None:
    """Each worker has an end of its own, and the master's ends of the pairs to the others."""
    pairs = [Unix(5, "", (10, 12)), Unix(6, "", (10, 11)), Unix(7, "", (10, 11))]
    pairs.append(Unix(8, "", (10, 12)))
    graph = graph_of(Kernel(pairs, both_ways((5, 6), (7, 8))))
    assert graph.flows == ()
    assert graph.coverage.other["unix_unjoined"] == 4


def test_a_container_that_hides_its_boot_id_doubles_nothing() -> None:
    tcp = (
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
        "   0: 0100000A:0016 0200000A:9C40 01 00000000:00000000 00:00000000 00000000 0 0 50 1 0\n"
    )
    names = {40: "more"}
    kernels = [
        Kernel(SERVED, both_ways((2, 3)), name="host", boot_id="a", names=names),
        Kernel(SERVED, both_ways((2, 3)), name="container", boot_id=None),
    ]
    assert len(unix_flows(*kernels)) == 2
    same = [replace(kernel, tables={"tcp": tcp}) for kernel in kernels]
    graph = graph_of(*same)
    assert unix_flows(*same) == [("p10", "p20", PATH, 1, True)]
    assert {node.machine for node in graph.nodes if node.label == "p10"} == {"host"}


def test_a_socket_connected_to_itself() -> None:
    kernel = Kernel([Unix(5, "/run/me", (10,), kind=DATAGRAM)], [(5, 5)])
    graph = graph_of(kernel)
    assert (graph.flows, graph.coverage.self) == ((), 1)


def test_two_samples_of_one_kernel_count_a_connection_once() -> None:
    first = Kernel(SERVED, both_ways((2, 3)), source="1.json")
    second = Kernel(SERVED, both_ways((2, 3)), source="2.json", names={40: "more"})
    assert unix_flows(first, second) == [("p10", "p20", PATH, 1, True)]


def test_ends_of_different_samples_are_not_joined() -> None:
    first = Kernel(SERVED[:2], both_ways((2, 3)), source="1.json")
    second = Kernel(SERVED[2:], both_ways((2, 3)), source="2.json")
    assert unix_flows(first, second) == []


def test_a_socket_that_the_table_missed_is_joined_without_its_name() -> None:
    kernel = Kernel([SERVED[0], SERVED[2]], both_ways((2, 3)))
    snapshot = snapshot_of(kernel)
    processes = [replace(p, sockets=[1, 2]) if p.pid == 20 else p for p in snapshot.processes]
    graph = stitch([replace(snapshot, processes=processes)], UNIX)
    assert [(flow.path, flow.directed) for flow in graph.flows] == [(None, False)]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/run/two  blanks ", "/run/two  blanks "),
        ("@abstract", "@abstract"),
        ("@", "@"),
        ("/run/\x1b]0;owned\x07", "/run/\\x1b]0;owned\\x07"),
        ("/run/a\rb", "/run/a\\x0db"),
        ("/run/\u202egnp", "/run/\\u{202e}gnp"),
        ("/run/\u00fc", "/run/\u00fc"),
    ],
)
def test_names_are_shown_escaped(path: str, shown: str) -> None:
    sockets = [Unix(1, path, (20,), listening=True), Unix(2, path, (20,)), Unix(3, "", (10,))]
    graph = graph_of(Kernel(sockets, both_ways((2, 3))))
    assert [flow.path for flow in graph.flows] == [shown]
    assert listeners(graph) == [("p20", shown)]


def test_a_flow_of_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown kind of flow 'ftp'"):
        stitch([], StitchOptions(kinds=frozenset({"ftp"})))
