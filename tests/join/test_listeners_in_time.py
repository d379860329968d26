"""What a sample says of a listener holds for what is seen at the same time (rules 6 and 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from groups import (
    BTIME,
    CAPTURED,
    LISTEN,
    MachineOf,
    Namespace,
    Socket,
    connect,
    flows,
    listen,
    simple,
    snapshot,
    stitched,
)

from netviz.explain.endpoint import Endpoint
from netviz.explain.explainer import Explainer
from netviz.explain.wanted import WantedEndpoint
from netviz.fleet.fleet import Fleet
from netviz.fleet.parsed import parse_sample
from netviz.graph import Graph, Strangers
from netviz.join import listener_times
from netviz.snapshot.model import Snapshot
from netviz.stitch import StitchOptions, stitch

HERE, THERE, ELSEWHERE = "10.0.0.1", "10.0.0.2", "8.8.8.8"
SECONDS = 60
"""From one sample to the next."""


def held(socket: Socket, inode: int) -> Socket:
    return replace(socket, inode=inode)


def samples(
    name: str,
    address: str,
    *lives: Sequence[Socket],
    names: dict[int, str],
    times: Sequence[float] | None = None,
) -> list[MachineOf]:
    """Samples of one machine, each with these sockets; ``times`` in samples since the first."""
    machines = []
    for number, sockets in enumerate(lives):
        machine = simple(name, address, *sockets, names=names)
        machine.captured = CAPTURED + SECONDS * (number if times is None else times[number])
        machine.source = f"{name}.jsonl:{number + 1}"
        machines.append(machine)
    return machines


def born(machines: Sequence[MachineOf], pid: int, sample: float) -> list[Snapshot]:
    """The snapshots of machines, on which one process was started at the time of a sample."""
    start = int((CAPTURED + SECONDS * sample - BTIME) * 100)
    return [
        replace(
            one,
            processes=[replace(p, start=start) if p.pid == pid else p for p in one.processes],
        )
        for one in map(snapshot, machines)
    ]


OLD = held(listen("0.0.0.0", 53, 5, proto="udp"), 900)
NEW = held(listen("0.0.0.0", 53, 6, proto="udp"), 901)
SERVERS = {5: "old", 6: "new"}


def dns(*lives: Sequence[Socket], times: Sequence[float] | None = None) -> list[MachineOf]:
    return samples("dns", THERE, *lives, names=SERVERS, times=times)


def client(*times: float) -> list[MachineOf]:
    """Samples of a client of port 53, in samples of the server's since its first."""
    asks = connect(HERE, 50000, THERE, 53, 7, proto="udp", inode=77)
    return samples("web", HERE, *[[asks]] * len(times), names={7: "curl"}, times=times)


def called(graph: Graph) -> list[str]:
    return [server for _, server, *_ in flows(graph)]


# In one namespace


@pytest.mark.parametrize("proto", ["tcp", "udp"])
def test_a_port_that_was_listened_on_earlier_is_a_clients_now(proto: str) -> None:
    earlier = held(listen("0.0.0.0", 40000, 7, proto=proto), 1)
    now = connect(HERE, 40000, THERE, 53, 8, proto=proto, inode=2)
    web = samples("web", HERE, [earlier], [now], names={7: "dnsmasq", 8: "app"})
    server = simple("dns", THERE, listen("0.0.0.0", 53, 5, proto=proto), names={5: "named"})
    graph = stitched(*web, server)
    assert flows(graph) == [("web/app", "dns/named", proto, 53, "one-sided", 1)]


def outside(*lives: Sequence[Socket]) -> Graph:
    options = StitchOptions(external="service", strangers=True)
    machines = samples("web", HERE, *lives, names={7: "dnsmasq", 8: "app"})
    graph = stitch(map(snapshot, machines), options)
    assert stitch(map(snapshot, reversed(machines)), options) == graph
    return graph


EARLIER = held(listen("0.0.0.0", 40000, 7, proto="udp"), 1)
ASKS = connect(HERE, 40000, ELSEWHERE, 53, 8, proto="udp", inode=2)


def test_so_it_is_of_sockets_whose_other_end_is_outside() -> None:
    graph = outside([EARLIER], [ASKS])
    assert flows(graph) == [("web/app", "/to udp/53 outside", "udp", 53, "external", 1)]
    assert [(one.address, one.port, one.sockets) for one in graph.coverage.missing] == [
        (ELSEWHERE, 53, 1)
    ]
    assert graph.coverage.strangers == ()


def test_together_with_the_listener_it_is_one_of_the_listeners() -> None:
    groups: list[list[list[Socket]]] = [
        [[EARLIER, ASKS], []],
        [[EARLIER], [EARLIER, ASKS], []],
        [[ASKS], [ASKS, EARLIER]],
    ]
    for lives in groups:
        graph = outside(*lives)
        assert [flow[1] for flow in flows(graph)] == ["web/app"]
        assert graph.coverage.missing == ()
        assert graph.coverage.strangers == (
            Strangers("web", None, "udp", "0.0.0.0", 40000, outside=1, unknown=0),
        )


def test_of_a_port_both_kinds_of_sockets_are_told_apart() -> None:
    before = connect(HERE, 40000, ELSEWHERE, 123, 7, proto="udp", inode=3)
    graph = outside([EARLIER, before], [ASKS])
    assert [flow[:2] for flow in flows(graph)] == [
        ("/from outside to udp/40000", "web/dnsmasq"),
        ("web/app", "/to udp/53 outside"),
    ]
    assert [one.port for one in graph.coverage.missing] == [53]
    assert [one.outside for one in graph.coverage.strangers or ()] == [1]


def test_other_ports_keep_their_listener() -> None:
    ntp = held(listen("0.0.0.0", 123, 8, proto="udp"), 4)
    answers = connect(HERE, 123, ELSEWHERE, 999, 8, proto="udp", inode=5)
    graph = outside([EARLIER, ntp, answers], [ntp, answers, ASKS])
    assert [flow[:2] for flow in flows(graph)] == [
        ("/from outside to udp/123", "web/app"),
        ("web/app", "/to udp/53 outside"),
    ]


def queued(*lives: Sequence[Socket]) -> Graph:
    calls = simple("web", HERE, connect(HERE, 50000, THERE, 80, 7), names={7: "curl"})
    return stitched(replace(calls, captured=CAPTURED + SECONDS), *dns(*lives))


OLD_WEB = held(listen("0.0.0.0", 80, 5), 900)
NEW_WEB = held(listen("0.0.0.0", 80, 6), 901)
AGAIN = replace(OLD_WEB, inode=902)
WAITS = connect(THERE, 80, HERE, 50000, inode=0)


def test_what_waits_to_be_accepted_waits_for_the_listener_of_then() -> None:
    for lives in ([OLD_WEB], [NEW_WEB, WAITS]), ([OLD_WEB], [NEW_WEB, WAITS], [AGAIN]):
        assert flows(queued(*lives)) == [("web/curl", "dns/new", "tcp", 80, "queued", 1)]


def test_a_listener_on_one_address_that_is_gone_leaves_it_to_the_wildcard() -> None:
    for address in ("0.0.0.0", "::"):
        on_one = held(listen(THERE, 80, 5), 900)
        on_all = held(listen(address, 80, 6), 901)
        graph = queued([on_one], [on_all, WAITS])
        assert flows(graph) == [("web/curl", "dns/new", "tcp", 80, "queued", 1)]


def test_several_that_listen_together_are_told_together() -> None:
    """With SO_REUSEPORT. The one that is shown is the first that was started (rule 9)."""
    third = held(listen("0.0.0.0", 80, 4), 902)
    graph = queued([third], [OLD_WEB, NEW_WEB, WAITS])
    assert called(graph) == ["dns/old"]


def test_a_listener_that_the_kernel_left_out_once_was_there_all_the_same() -> None:
    graph = queued([OLD_WEB], [WAITS], [OLD_WEB])
    assert flows(graph) == [("web/curl", "dns/old", "tcp", 80, "queued", 1)]
    away = queued([OLD_WEB], [WAITS], [NEW_WEB])
    assert flows(away) == [("web/curl", "dns/?", "tcp", 80, "reciprocal", 1)]


def test_a_table_that_a_sample_has_not_says_nothing_of_its_listeners() -> None:
    """The listener is in tcp6, the socket that was accepted in tcp."""
    dual = held(listen("::", 80, 5), 900)
    assert called(queued([dual], [WAITS])) == ["dns/old"]
    other = held(listen("::", 81, 5), 905)
    assert called(queued([dual], [WAITS, other])) == ["dns/?"]


def test_captures_of_two_machines_of_one_namespace_are_no_samples_in_time() -> None:
    """Nobody has several samples here, so nothing changes."""
    host = dns([OLD_WEB])[0]
    inside = replace(
        dns([NEW_WEB, WAITS])[0],
        name="inside",
        boot_id="dns-boot",
        captured=CAPTURED + SECONDS,
        source="inside.json",
    )
    calls = simple("web", HERE, connect(HERE, 50000, THERE, 80, 7), names={7: "curl"})
    assert len(called(stitched(host, inside, calls))) == 1
    assert stitched(host, inside, calls).flows[0].match == "queued"


# At another machine


def test_a_client_called_who_listened_then() -> None:
    for time, name in ((0, "old"), (1, "new"), (-5, "old"), (9, "new")):
        graph = stitched(*client(time), *dns([OLD], [NEW]))
        assert flows(graph) == [("web/curl", f"dns/{name}", "udp", 53, "one-sided", 1)]
        assert graph.coverage.joined == 1


def test_between_two_samples_nobody_knows_which() -> None:
    machines = (*client(0.5), *dns([OLD], [NEW]))
    graph = stitched(*machines)
    assert flows(graph) == []
    assert graph.coverage.reasons == {"the age of its listener is unknown": 1}
    assert len(stitched(*machines, options=StitchOptions(doubtful=True)).flows) == 1


def test_unless_the_later_one_was_not_born_yet() -> None:
    machines = born([*client(0.5), *dns([OLD], [NEW])], 6, 0.8)
    assert called(stitch(machines)) == ["dns/old"]


def test_unless_one_was_there_all_the_time() -> None:
    graph = stitched(*client(0.5), *dns([OLD, NEW], [NEW]))
    assert called(graph) == ["dns/new"]


def test_clocks_may_differ_by_a_second() -> None:
    near = 0.9 / SECONDS
    assert called(stitched(*client(1 + near), *dns([OLD], [NEW]))) == ["dns/new"]
    lives = dns([OLD], [NEW], times=(0, 2 * near))
    assert called(stitched(*client(near), *lives)) == []
    assert called(stitched(*client(5), *lives)) == ["dns/new"]


def test_of_several_it_called_the_one_that_was_there_first() -> None:
    assert called(stitched(*client(0, 1, 2), *dns([OLD], [OLD], [NEW]))) == ["dns/old"]
    long = client(-1, 1, 2)
    assert called(stitched(*long, *dns([OLD], [NEW], [NEW]))) == ["dns/old"]
    # Where the first one may have been gone already, another one that is older does not count.
    assert called(stitched(*client(0, 1), *dns([OLD], [NEW]))) == []


def test_where_nobody_listened_then_nobody_was_called() -> None:
    for lives, time in ((([OLD], []), 5), (([], [OLD]), 0), (([OLD], [], [NEW]), 1)):
        others = [held(listen("0.0.0.0", 54, 5, proto="udp"), 903)]
        graph = stitched(*client(time), *dns(*[[*life, *others] for life in lives]))
        assert flows(graph) == []
        assert graph.coverage.reasons == {"nothing listens there": 1}


def test_where_one_of_two_samples_shows_a_listener_it_may_have_been_called() -> None:
    other = held(listen("0.0.0.0", 54, 5, proto="udp"), 903)
    for lives, name in (([OLD, other], [other]), "old"), (([other], [NEW, other]), "new"):
        assert called(stitched(*client(0.5), *dns(*lives))) == [f"dns/{name}"]


def test_who_listens_on_the_wildcard_takes_over() -> None:
    on_one = held(listen(THERE, 53, 5, proto="udp"), 900)
    for time, name in ((0, "old"), (1, "new")):
        assert called(stitched(*client(time), *dns([on_one, NEW], [NEW]))) == [f"dns/{name}"]


def test_without_times_nobody_knows_which() -> None:
    machines = [replace(one, captured=None) for one in dns([OLD], [NEW])]
    graph = stitched(*client(0), *machines)
    assert flows(graph) == []
    assert graph.coverage.reasons == {"the age of its listener is unknown": 1}


def test_within_one_capture_no_clock_is_asked() -> None:
    """The number of a namespace was given out again, to another container."""
    machines = []
    for number, socket in enumerate(
        (
            held(listen("127.0.0.1", 8125, 5, proto="udp"), 900),
            connect("127.0.0.1", 50000, "127.0.0.1", 8125, 6, proto="udp", inode=901),
        )
    ):
        container = Namespace([socket], ["127.0.0.1/8"], id=2)
        machines.append(
            MachineOf(
                "host",
                [Namespace((), ["10.0.0.5/24"]), container],
                SERVERS,
                captured=CAPTURED + number / 10,
                source=f"host:{number}",
            )
        )
    graph = stitched(*machines)
    assert flows(graph) == []
    assert graph.coverage.reasons == {"nothing listens there": 1}


# Bounds, and what is said of it


def test_times_of_an_end_with_very_many_holders_are_not_told_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listener_times, "MOST_HELD", 1)
    assert len(called(stitched(*client(0.5), *dns([OLD], [NEW])))) == 1


def test_each_listener_is_said_to_serve_what_it_served() -> None:
    fleet = Fleet()
    inside = connect(THERE, 53, ELSEWHERE, 50000, 6, proto="udp", inode=909)
    for machine in (*client(0), *dns([OLD], [NEW, inside])):
        fleet.absorb(parse_sample(snapshot(machine)))
    explainer = Explainer(fleet)
    wanted = WantedEndpoint(Endpoint(None, 53), explainer.joined.owned)
    said = {
        one.holder: one.reasons[-1]
        for one in explainer.explain(wanted)
        if "unconnected" in one.socket
    }
    assert said == {
        "old (pid 5)": "serves 1 connection: 1 seen at the client only",
        "new (pid 6)": "serves 1 connection: 1 external",
    }


def test_a_state_is_none_of_a_listener_that_was_no_listener_yet() -> None:
    """A socket that is bound and does not listen covers nothing."""
    bound = Socket("tcp", "0.0.0.0", 80, state=7, pids=(5,), inode=900)
    listening = replace(bound, state=LISTEN)
    assert called(queued([bound], [bound, WAITS], [listening])) == ["dns/?"]
