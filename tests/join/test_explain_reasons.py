"""Each reason that a socket was joined, or was not, is told with the rule that it comes from."""

from __future__ import annotations

import pytest
from groups import (
    CAPTURED,
    SYN_RECV,
    SYN_SENT,
    TIME_WAIT,
    MachineOf,
    Namespace,
    Socket,
    connect,
    listen,
    simple,
    snapshot,
)

from netviz.explain.asking import explain_endpoint, explain_process
from netviz.explain.endpoint import parse_endpoint
from netviz.explain.explained import Explained, Explanation
from netviz.snapshot.model import Problem, Process

ASKED = connect("10.0.0.1", 40000, "10.0.0.2", 80, 7)
ANSWER = connect("10.0.0.2", 80, "10.0.0.1", 40000, 3)


def client(*sockets: Socket, **options: object) -> MachineOf:
    return simple("c", "10.0.0.1", *(sockets or (ASKED,)), names={7: "curl"}, **options)


def server(*sockets: Socket, **options: object) -> MachineOf:
    return simple("s", "10.0.0.2", *sockets, names={3: "nginx"}, **options)


def explained(endpoint: str, *machines: MachineOf) -> Explained:
    return explain_endpoint(map(snapshot, machines), parse_endpoint(endpoint))


def only(endpoint: str, *machines: MachineOf) -> Explanation:
    """The one socket of machine c that has the endpoint."""
    found = explained(endpoint, *machines).sockets
    (one,) = [e for e in found if e.place == "c"]
    return one


def test_the_other_end_of_a_mirrored_pair() -> None:
    one = only("10.0.0.1:40000", client(), server(listen("0.0.0.0", 80, 3), ANSWER))
    assert one.socket == "tcp 10.0.0.1:40000 -> 10.0.0.2:80 ESTABLISHED"
    assert (one.holder, one.fate) == ("curl (pid 7)", "joined")
    assert one.reasons == (
        "joined (reciprocal; rule 3) with tcp 10.0.0.2:80 -> 10.0.0.1:40000 ESTABLISHED on s,"
        " held by nginx (pid 3)",
        "this is the client: the other end's port has a listener (rule 11)",
    )


def test_both_ends_and_what_listens_for_them_are_asked_about_together() -> None:
    found = explained("10.0.0.2:80", client(), server(listen("0.0.0.0", 80, 3), ANSWER))
    assert [(e.place, e.socket) for e in found.sockets] == [
        ("c", "tcp 10.0.0.1:40000 -> 10.0.0.2:80 ESTABLISHED"),
        ("s", "tcp 0.0.0.0:80 LISTEN"),
        ("s", "tcp 10.0.0.2:80 -> 10.0.0.1:40000 ESTABLISHED"),
    ]
    assert found.sockets[1].reasons == (
        "a listener itself, shown on its process (rule 15)",
        "serves 1 connection: 1 joined",
    )


@pytest.mark.parametrize(
    ("asked", "listeners"),
    [("10.0.0.2:80", 1), ("127.0.0.1:80", 1), ("0.0.0.0:80", 1), ("*:80", 1), ("10.0.0.3:80", 0)],
)
def test_a_wildcard_listener_has_the_addresses_of_its_namespace(asked: str, listeners: int) -> None:
    found = explained(asked, server(listen("0.0.0.0", 80, 3)))
    assert len(found.sockets) == listeners


def test_direction_by_port_range_and_unknown() -> None:
    ranged = only("10.0.0.1:40000", client(), server(ANSWER))
    assert "conntrack or the local port ranges tell" in ranged.reasons[1]
    unknown = only("10.0.0.1:40000", client(port_range=None), server(ANSWER))
    assert "drawn without an arrow (rule 11)" in unknown.reasons[1]


def test_a_connection_that_waits_to_be_accepted() -> None:
    waiting = connect("10.0.0.2", 80, "10.0.0.1", 40000, inode=0)
    found = explained("10.0.0.1:40000", client(), server(listen("0.0.0.0", 80, 3), waiting))
    ours, theirs = found.sockets
    assert ours.reasons[0].startswith("joined (queued: the server has not accepted it yet;")
    assert theirs.holder == "nginx (pid 3)"


def test_within_one_process() -> None:
    alone = client(
        listen("127.0.0.1", 80, 7),
        connect("127.0.0.1", 40000, "127.0.0.1", 80, 7),
        connect("127.0.0.1", 80, "127.0.0.1", 40000, 7),
    )
    for one in explained("127.0.0.1:40000", alone).sockets:
        assert one.reasons[-1].endswith("drawn with --self only (rule 14)")


def test_connected_to_itself() -> None:
    one = only("10.0.0.1:80", client(connect("10.0.0.1", 80, "10.0.0.1", 80, 7)))
    assert "with itself" in one.reasons[0]


def test_an_address_of_several_machines() -> None:
    other = simple("t", "10.0.0.2", listen("0.0.0.0", 443, 1))
    one = only("10.0.0.1:40000", client(), server(ANSWER), other)
    assert "rule 4: one of the two addresses is of several machines" in one.reasons[0]


def test_ambiguous_names_the_owners() -> None:
    others = [simple(name, "10.0.0.2", listen("0.0.0.0", 80, 1)) for name in ("x", "y")]
    one = only("10.0.0.1:40000", client(), *others)
    assert one.fate == "ambiguous"
    assert one.reasons == (
        "ambiguous: 10.0.0.2 belongs to 2 namespaces, none nearer than the others (rule 2): x; y",
    )


def test_ambiguous_link() -> None:
    asked = connect("fe80::1", 40000, "fe80::2", 80, 7)
    mine = MachineOf("c", [Namespace([asked], ["fe80::1/64"])])
    others = [MachineOf(name, [Namespace([], ["fe80::2/64"])]) for name in ("x", "y")]
    one = only("[fe80::2]:80", mine, *others)
    assert "a link-local address does not say of which link it is" in one.reasons[0]


def test_external_and_its_listener() -> None:
    one = only("192.0.2.9:443", client(connect("10.0.0.1", 40000, "192.0.2.9", 443, 7)), server())
    assert one.fate == "external"
    assert "no machine of the group has 192.0.2.9" in one.reasons[0]


def test_external_because_the_subnet_is_inside_several_machines() -> None:
    def bridge(name: str, *sockets: Socket, inside: str) -> MachineOf:
        spaces = [Namespace([], ["172.17.0.1/16"], 1), Namespace(sockets, [f"{inside}/16"], 2)]
        return MachineOf(name, spaces)

    asked = connect("172.17.0.2", 40000, "172.17.0.3", 80, 7)
    machines = bridge("a", asked, inside="172.17.0.2"), bridge("b", inside="172.17.0.3")
    (one,) = explained("172.17.0.3:80", *machines).sockets
    assert one.place == "a, network namespace 2"
    assert "looked for on a alone, where nobody has it (rule 4)" in one.reasons[0]


def test_nothing_listens_there() -> None:
    one = only("10.0.0.1:40000", client(), server())
    assert one.fate == "unmatched"
    assert one.reasons == (
        "unmatched: 10.0.0.2 belongs to s, where no socket mirrors it and nothing listens on tcp/80"
        " (rule 6)",
    )


def test_what_the_capture_of_the_other_machine_could_not_read_is_told() -> None:
    there = snapshot(server())
    there.problems.append(Problem("tcp6", "EACCES", 1, "/proc/1/net/tcp6"))
    found = explain_endpoint([snapshot(client()), there], parse_endpoint("10.0.0.1:40000"))
    assert found.sockets[0].reasons[-1] == (
        "the capture of s could not see everything: tcp6: EACCES x1, such as /proc/1/net/tcp6"
    )


def test_doubtful_says_what_is_unknown_and_what_draws_it() -> None:
    one = only("10.0.0.1:40000", client(), server(listen("0.0.0.0", 80, 3), forwarding=None))
    assert "a translation could hide there (rule 6)" in one.reasons[0]
    assert "--doubtful" in one.reasons[1]


def test_one_sided_in_both_directions() -> None:
    asked = only("10.0.0.1:40000", client(), server(listen("0.0.0.0", 80, 3)))
    assert asked.reasons[0] == (
        "joined (one-sided; rule 6) with the listener tcp 0.0.0.0:80 on s, held by nginx (pid 3)"
    )
    gone = explained(
        "10.0.0.2:80", client(listen("0.0.0.0", 1, 7)), server(listen("0.0.0.0", 80, 3), ANSWER)
    )
    assert gone.sockets[-1].reasons[0] == "joined (one-sided; rule 6) with ? of c"


def test_client_whose_socket_shows_another_end_or_none() -> None:
    unconnected = listen("10.0.0.1", 40000, 7, proto="udp")
    answer = connect("10.0.0.2", 53, "10.0.0.1", 40000, 3, proto="udp")
    names = listen("0.0.0.0", 53, 3, proto="udp")
    asked = explained("10.0.0.2:53", client(unconnected), server(names, answer))
    assert asked.sockets[-1].reasons == (
        "joined (one-sided; rule 6) with the listener udp 10.0.0.1:40000 on c,"
        " held by curl (pid 7)",
        "that socket is not connected, so it does not show its peers",
    )
    dialled = connect("10.0.0.1", 40000, "10.0.0.99", 80, 7)
    asked = explained("10.0.0.2:80", client(dialled), server(listen("0.0.0.0", 80, 3), ANSWER))
    assert asked.sockets[-1].reasons == (
        "joined (one-sided; rule 6) with the client on c, held by curl (pid 7)",
        "it has the one socket there of that address and port, which dialled another",
    )


def test_listener_that_only_its_clients_show() -> None:
    names = listen("0.0.0.0", 53, 3, proto="udp")
    asked = connect("10.0.0.1", 40000, "10.0.0.2", 53, 7, proto="udp")
    found = explained("10.0.0.2:53", client(asked), server(names))
    ours, theirs = found.sockets
    assert ours.fate == "joined"
    assert (theirs.socket, theirs.fate) == ("udp 0.0.0.0:53 unconnected", "unconnected")
    assert theirs.reasons[-1] == "serves 1 connection: 1 seen at the client only"


def test_half_open_at_the_server() -> None:
    half = connect("10.0.0.2", 80, "10.0.0.1", 40000, state=SYN_RECV, inode=0)
    there = server(listen("0.0.0.0", 80, 3), half)
    found = explained("10.0.0.1:40000", client(listen("0.0.0.0", 1, 7)), there)
    assert "may have lied about its address" in found.sockets[0].reasons[0]


@pytest.mark.parametrize("listening", [True, False])
def test_attempt(listening: bool) -> None:
    asked = connect("10.0.0.1", 40000, "10.0.0.2", 80, 7, state=SYN_SENT)
    one = only("10.0.0.1:40000", client(asked), server(*[listen("0.0.0.0", 80, 3)][:listening]))
    assert one.fate == "attempt"
    assert ("it calls the listener tcp 0.0.0.0:80 on s" in one.reasons[0]) == listening
    assert "--attempts" in one.reasons[0]


def test_closed_already() -> None:
    one = only(
        "10.0.0.1:40000",
        client(connect("10.0.0.1", 40000, "10.0.0.2", 80, state=TIME_WAIT, inode=0)),
        server(ANSWER),
    )
    assert (one.fate, one.holder) == ("recent", "nobody")
    assert "--recent" in one.reasons[0]


ENTRY = (
    "ipv4     2 tcp      6 100 ESTABLISHED src=10.0.0.1 dst=10.0.0.9 sport=40000 dport=8080"
    " src=10.0.0.2 dst=10.0.0.1 sport=80 dport=40000 [ASSURED] mark=0 use=2\n"
)
DIALLED = connect("10.0.0.1", 40000, "10.0.0.9", 8080, 7)


def test_translated_by_which_machine() -> None:
    router = simple("lb", "10.0.0.9", conntrack=ENTRY)
    one = only("10.0.0.9:8080", client(DIALLED), server(listen("0.0.0.0", 80, 3), ANSWER), router)
    assert one.reasons == (
        "joined (nat; rule 5) with tcp 10.0.0.2:80 -> 10.0.0.1:40000 ESTABLISHED on s,"
        " held by nginx (pid 3)",
        "the client dialled 10.0.0.9:8080; it came out at 10.0.0.2:80, translated by lb",
    )


def test_translated_to_a_machine_that_is_not_there() -> None:
    router = simple("lb", "10.0.0.9", conntrack=ENTRY)
    one = only("10.0.0.9:8080", client(DIALLED), router)
    assert one.fate != "joined"
    assert one.reasons[-1] == (
        "conntrack of lb has its other end as 10.0.0.2:80 -> 10.0.0.1:40000, which led to no one"
        " socket of the group"
    )


def test_translators_that_disagree() -> None:
    """Two machines have the dialled address, and each sent the connection elsewhere."""
    elsewhere = ENTRY.replace("10.0.0.2", "10.0.0.3")
    routers = [
        simple("lb", "10.0.0.9", conntrack=ENTRY),
        simple("other", "10.0.0.9", conntrack=elsewhere),
    ]
    servers = [
        server(listen("0.0.0.0", 80, 3), ANSWER),
        simple(
            "t",
            "10.0.0.3",
            listen("0.0.0.0", 80, 4),
            connect("10.0.0.3", 80, "10.0.0.1", 40000, 4),
        ),
    ]
    one = only("10.0.0.9:8080", client(DIALLED), *servers, *routers)
    assert one.fate == "ambiguous"
    assert one.reasons[0] == (
        "ambiguous: conntrack leads to several answers, and none is preferred (rule 5)"
    )


def test_the_capture_of_the_translator_is_missing() -> None:
    one = only("10.0.0.9:8080", client(DIALLED), server(listen("0.0.0.0", 80, 3), ANSWER))
    assert one.fate == "external"
    assert "its snapshot is missing" in one.reasons[0]


def test_a_mirrored_socket_that_is_not_the_other_end() -> None:
    """A container holds 10.0.0.2 itself: the other machine is never asked."""
    near = MachineOf(
        "c",
        [Namespace([ASKED], ["10.0.0.1/24"], 1), Namespace([], ["10.0.0.2/24"], 2)],
        names={7: "curl"},
    )
    one = only("10.0.0.1:40000", near, server(ANSWER))
    assert one.reasons[-1].startswith(
        "mirrored, but not its other end: tcp 10.0.0.2:80 -> 10.0.0.1:40000 ESTABLISHED on s"
    )


def test_nobody_and_nobody_that_was_seen_are_told_apart() -> None:
    unheld = snapshot(client(connect("10.0.0.1", 40000, "192.0.2.9", 80)))
    (nobody,) = explain_endpoint([unheld], parse_endpoint("*:80")).sockets
    unheld.problems.append(Problem("fd", "EACCES", 3, "/proc/9/fd"))
    (unseen,) = explain_endpoint([unheld], parse_endpoint("*:80")).sockets
    assert nobody.holder == "nobody"
    assert unseen.holder == "a process that the capture could not see"


def test_all_holders_are_named_the_shown_one_first() -> None:
    there = simple(
        "s", "10.0.0.2", listen("0.0.0.0", 80, 1, 5, 6), names={1: "init", 5: "web", 6: "web"}
    )
    (one,) = explained("*:80", there).sockets
    assert one.holder == "web (pid 5), also by init (pid 1) and web (pid 6)"


def test_a_process_with_all_that_it_holds() -> None:
    there = server(
        listen("0.0.0.0", 80, 3),
        ANSWER,
        Socket("raw", "0.0.0.0", 1, state=7, pids=(3,)),
        Socket("tcp", "0.0.0.0", 0, state=7, pids=(3,)),
        Socket("udp", "0.0.0.0", 0, state=7, pids=(3,)),
        listen("0.0.0.0", 22, 9),
    )
    found = explain_process(map(snapshot, (client(), there)), "nginx")
    assert [(e.socket, e.fate) for e in found.sockets] == [
        ("raw icmp (1)", "other"),
        ("tcp 0.0.0.0:0 unconnected", "unconnected"),
        ("tcp 0.0.0.0:80 LISTEN", "listening"),
        ("tcp 10.0.0.2:80 -> 10.0.0.1:40000 ESTABLISHED", "joined"),
        ("udp 0.0.0.0:0 unconnected", "unconnected"),
    ]
    assert found.notes == []


PACKETS = (
    "sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n"
    "0000000000000000 3      3    0003   2     1 0      0      777\n"
)


def test_a_packet_socket_of_a_process() -> None:
    there = snapshot(server(listen("0.0.0.0", 80, 3)))
    there.netns[0].tables["packet"] = PACKETS
    there.processes[0].sockets = [*there.processes[0].sockets, 777]
    packet, listening = explain_process([there], "nginx").sockets
    assert packet == Explanation(
        "packet all (0x0003) on interface 2",
        "s",
        "nginx (pid 3)",
        "other",
        ("shown on its process: a socket of this kind has no other end (rule 15)",),
    )
    assert listening.fate == "listening"
    (by_port,) = explain_endpoint([there], parse_endpoint("*:80")).sockets
    assert by_port == listening


def test_a_process_of_which_no_socket_was_seen() -> None:
    there = snapshot(client())
    there.processes.append(Process(pid=50, comm="idle"))
    there.problems.append(Problem("fd", "EACCES", 3, "/proc/9/fd"))
    found = explain_process([there], "idle")
    assert found.found
    assert found.notes == [
        "idle (pid 50) on c: no socket of it was seen",
        "the capture of c could not see everything: fd: EACCES x3, such as /proc/9/fd",
    ]


def test_descriptors_of_sockets_in_no_table_are_counted() -> None:
    there = snapshot(client())
    there.processes[0].sockets = [*there.processes[0].sockets, 424242, 424243]
    found = explain_process([there], "curl")
    assert found.notes == [
        "curl (pid 7) on c: holds 2 sockets of unknown kind, in no table (rule 8)"
    ]


def test_a_pattern_stands_for_every_name_that_it_fits() -> None:
    there = snapshot(client())
    there.processes[0].sockets = [*there.processes[0].sockets, 424242]
    there.processes.append(Process(pid=51, comm="curl2", sockets=[424243]))
    there.processes.append(Process(pid=52, comm="cursor"))
    there.processes.append(Process(pid=53, comm="other"))
    assert explain_process([there], "cur*").notes == [
        "cursor (pid 52) on c: no socket of it was seen",
        "curl (pid 7) and curl2 (pid 51) on c: hold 2 sockets of unknown kind, in no table"
        " (rule 8)",
    ]


@pytest.mark.parametrize("asked", ["python3 celery", "python3", "* celery", "py[t]hon3"])
def test_a_process_is_called_what_a_picture_calls_it_too(asked: str) -> None:
    there = snapshot(client())
    worker = Process(pid=50, comm="python3", cgroup="0::/system.slice/celery.service")
    there.processes.append(worker)
    assert explain_process([there], asked).notes == [
        "python3 (pid 50) on c: no socket of it was seen"
    ]


def test_a_name_stands_for_itself_whatever_is_in_it() -> None:
    there = snapshot(client())
    there.processes.append(Process(pid=50, comm="[mux]"))
    assert explain_process([there], "[mux]").found
    assert not explain_process([there], "[mu]").found


def test_nothing_matches_and_what_would() -> None:
    machines = client(), server(listen("0.0.0.0", 80, 3), ANSWER)
    assert explained("10.0.0.2:81", *machines).advice == "sockets of 10.0.0.2 have port 80"
    assert explained("10.0.0.7:80", *machines).advice == "port 80 is on 10.0.0.2, 0.0.0.0"
    assert explained("10.0.0.7:81", *machines).advice == ""
    wrong = explain_process(map(snapshot, machines), "ngnix")
    assert not wrong.found
    assert wrong.advice == "processes that hold sockets: nginx, curl"


def test_two_samples_of_one_socket_are_told_once() -> None:
    again = client(captured=CAPTURED + 5, source="again.json")
    found = explained(
        "10.0.0.1:40000", client(connect("10.0.0.1", 40000, "10.0.0.2", 80, 7)), again
    )
    assert len(found.sockets) == 1
