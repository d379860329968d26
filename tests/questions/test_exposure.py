"""Who can reach what listens, who was seen using it, and in which order that is told."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest
from small_graphs import flow, graph, node

from netviz.graph import Coverage, Graph, Listener, Machine, Strangers
from netviz.questions.exposure import Exposed, Exposure, exposed, exposure
from netviz.questions.exposure_output import FORMATS, summary
from netviz.render.options import DEFAULTS

ANY = Listener("tcp", "0.0.0.0", 80)
ANY6 = Listener("tcp", "::", 80)
ONE = Listener("tcp", "10.0.0.2", 80)
LOCAL = Listener("tcp", "127.0.0.1", 80)
REMOTELY = ("10.0.0.1", 40000, "10.0.0.2", 80)
NEARBY = ("10.0.0.2", 40000, "10.0.0.2", 80)
OVER_LOOPBACK = ("127.0.0.1", 40000, "127.0.0.1", 80)
REMOTELY6 = ("2001:db8::1", 40000, "2001:db8::2", 80)


def seen(given: Graph) -> dict[str, str]:
    """What was seen of each listener, by its address."""
    return {one.listener.address: one.seen for one in exposed(given)}


def used(*listeners: Listener, flows: tuple[str, ...] = ()) -> Graph:
    """A server with these listeners; flows are named: remote, near, loopback, remote6."""
    samples = {"remote": REMOTELY, "near": NEARBY, "loopback": OVER_LOOPBACK, "remote6": REMOTELY6}
    return graph(
        node("web/client"),
        node("db/client"),
        node("db/server", *listeners),
        flows=tuple(
            flow("db/client" if name in ("near", "loopback") else "web/client", "db/server", 80, at)
            for name, at in samples.items()
            if name in flows
        ),
        level="connection",
    )


@pytest.mark.parametrize(
    ("listener", "scope"),
    [
        (ANY, "all"),
        (ANY6, "all"),
        (ONE, "address"),
        (LOCAL, "loopback"),
        (Listener("tcp", "::1", 80), "loopback"),
        (Listener("udp", "127.0.0.53", 53), "loopback"),
        (Listener("packet", "0", 3), "all"),
        (Listener("packet", "2", 3), "address"),
    ],
)
def test_scope(listener: Listener, scope: str) -> None:
    (one,) = exposed(used(listener))
    assert one.scope == scope


@pytest.mark.parametrize(
    ("flows", "farthest"),
    [
        ((), "nobody"),
        (("loopback",), "loopback"),
        (("loopback", "near"), "machine"),
        (("loopback", "remote"), "group"),
    ],
)
def test_the_farthest_user_counts(flows: tuple[str, ...], farthest: str) -> None:
    assert seen(used(ANY, flows=flows)) == {"0.0.0.0": farthest}


def test_a_connection_counts_for_the_listener_that_took_it() -> None:
    assert seen(used(ANY, ONE, LOCAL, flows=("loopback",))) == {
        "0.0.0.0": "nobody",
        "10.0.0.2": "nobody",
        "127.0.0.1": "loopback",
    }
    assert seen(used(ANY, ANY6, flows=("remote6",))) == {"0.0.0.0": "nobody", "::": "group"}
    assert seen(used(ANY6, flows=("remote",))) == {"::": "group"}
    assert seen(used(ONE, flows=("loopback",))) == {"10.0.0.2": "nobody"}
    assert seen(used(ANY._replace(port=81), flows=("remote",))) == {"0.0.0.0": "nobody"}
    assert seen(used(ANY._replace(proto="udp"), flows=("remote",))) == {"0.0.0.0": "nobody"}


def test_what_a_worker_accepted_counts_for_who_listens() -> None:
    """The parent listens as root, the child that holds the connection is another service."""
    given = graph(
        node("web/client"),
        node("db/server", ANY, uid=0),
        node("db/worker"),
        flows=(flow("web/client", "db/worker", 80, REMOTELY),),
        level="connection",
    )
    assert seen(given) == {"0.0.0.0": "group"}


def test_where_either_end_may_be_the_client_both_are_used() -> None:
    at = Listener("udp", "0.0.0.0", 123)
    both = flow("a/ntpd", "b/ntpd", 123, ("10.0.0.1", 123, "10.0.0.2", 123), directed=False)
    given = graph(
        node("a/ntpd", at),
        node("b/ntpd", at),
        flows=(replace(both, proto="udp"),),
        level="connection",
    )
    assert [one.seen for one in exposed(given)] == ["group", "group"]


def test_a_translated_connection_counts_for_the_port_that_was_dialled_too() -> None:
    """docker-proxy listens on the host; its clients are translated to the container."""
    given = graph(
        node("web/client"),
        node("db/docker-proxy", Listener("tcp", "0.0.0.0", 8080), uid=0),
        node("db/server", ANY),
        flows=(replace(flow("web/client", "db/server", 80, REMOTELY), dialled=("10.0.0.2", 8080)),),
        level="connection",
    )
    given = replace(given, machines=(Machine("db", "db", ("10.0.0.2",)), Machine("web", "web")))
    assert [(one.node.label, one.seen) for one in exposed(given)] == [
        ("docker-proxy", "group"),
        ("server", "group"),
    ]


def test_callers_are_services_and_their_machines() -> None:
    given = graph(
        node("a/x"),
        node("a/y"),
        node("b/x"),
        node("db/server", ANY),
        flows=tuple(flow(f"{one}", "db/server", 80, REMOTELY) for one in ("a/x", "a/y", "b/x")),
        level="connection",
    )
    (one,) = exposed(given)
    assert (len(one.remote), one.machines) == (3, 2)


def strange(outside: int, unknown: int, flows: tuple[str, ...] = ()) -> Exposed:
    strangers = (Strangers("db", None, "tcp", "0.0.0.0", 80, outside, unknown),)
    given = replace(used(ANY, flows=flows), coverage=Coverage(strangers=strangers))
    (one,) = exposed(given)
    return one


def test_strangers() -> None:
    assert strange(0, 1).seen == "unknown"
    assert strange(0, 1, flows=("loopback",)).seen == "unknown"
    assert strange(0, 1, flows=("remote",)).seen == "group"
    one = strange(2, 1, flows=("remote",))
    assert (one.seen, one.outside, one.unknown) == ("outside", 2, 1)


def test_the_table_tells_strangers_and_what_has_no_port() -> None:
    told = FORMATS["table"](Exposure([strange(2, 1)], ()), DEFAULTS).decode()
    assert told.rstrip().endswith("2 sockets from outside, 1 socket from unknown")
    bare = FORMATS["table"](exposure(used(Listener("sctp", "::", None))), DEFAULTS).decode()
    assert "sctp ::  " in bare


def test_of_some_protocols_it_cannot_be_told() -> None:
    raw, sctp = Listener("raw", "0.0.0.0", 1), Listener("sctp", "0.0.0.0", 80)
    assert [one.seen for one in exposed(used(raw, sctp))] == ["unknown", "unknown"]
    assert "cannot be told" in FORMATS["table"](exposure(used(raw)), DEFAULTS).decode()


def test_the_order() -> None:
    root, plain = node("m/root", ANY, LOCAL, uid=0), node("m/plain", ONE, ANY6)
    nobody = replace(node("m/?", Listener("tcp", "0.0.0.0", 9), uid=None), owner="unseen")
    free = node("m/free", Listener("tcp", "0.0.0.0", 81), security="unconfined")
    found = exposed(graph(plain, nobody, free, root, level="connection"))
    assert [(one.scope, one.node.label) for one in found] == [
        ("all", "root"),
        ("all", "free"),
        ("all", "?"),
        ("all", "plain"),
        ("address", "plain"),
        ("loopback", "root"),
    ]


def test_what_is_not_used_from_afar_comes_first() -> None:
    ports = range(80, 84)
    samples = {80: REMOTELY, 81: NEARBY, 82: OVER_LOOPBACK}
    given = graph(
        node("web/c"),
        node("db/c"),
        node("db/server", *(Listener("tcp", "0.0.0.0", port) for port in ports)),
        flows=tuple(
            flow("web/c" if port == 80 else "db/c", "db/server", port, (*at[:3], port))
            for port, at in samples.items()
        ),
        level="connection",
    )
    assert [one.listener.port for one in exposed(given)] == [83, 82, 81, 80]


def test_formats_agree() -> None:
    found = exposure(used(ANY, ONE, LOCAL, flows=("remote", "near", "loopback")))
    listeners = json.loads(FORMATS["json"](found, DEFAULTS))["listeners"]
    lines = list(csv.DictReader(io.StringIO(FORMATS["csv"](found, DEFAULTS).decode())))
    table = FORMATS["table"](found, DEFAULTS).decode().splitlines()[2:]
    for key in ("scope", "machine", "address", "process", "seen"):
        assert [one[key] for one in listeners] == [line[key] for line in lines]
    assert [one["scope"] for one in listeners] == ["all", "address", "loopback"]
    assert [line["machines"] for line in lines] == ["0", "1", "0"]
    users = [line.rsplit("  ", 1)[1].strip() for line in table]
    assert users == [
        "nobody",
        "1 service on 1 other machine, 1 service of this machine",
        "1 service over loopback",
    ]
    assert summary(found) == (
        "3 listeners, 1 on all interfaces, 1 of those used by nobody or over loopback alone;"
        " nothing unreadable"
    )


@pytest.mark.parametrize("name", ["=1+1", "\x1b[31m", "a\nb", "\u202egnp", "\udc80"])
def test_no_name_can_steer_what_shows_it(name: str) -> None:
    hostile = replace(node("m/x", ANY, security=name), label=name, name=name, unit=name)
    blind = Machine("m", "m", problems=(f"fd: {name}",))
    found = exposure(replace(graph(hostile, level="connection"), machines=(blind,)))
    assert json.loads(FORMATS["json"](found, DEFAULTS))["netviz_exposure"] == 1
    for text in (
        FORMATS["table"](found, DEFAULTS).decode(),
        FORMATS["csv"](found, DEFAULTS).decode(),
    ):
        assert all(c.isprintable() or c in "\r\n" for c in text)
    assert len(list(csv.reader(io.StringIO(FORMATS["csv"](found, DEFAULTS).decode())))) == 2
    assert ",=1" not in FORMATS["csv"](found, DEFAULTS).decode()


def test_it_says_what_captures_could_not_see() -> None:
    refused = "fd: EACCES x42, such as /proc/1/fd"
    machines = (Machine("a", "a", problems=(refused,)), Machine("b", "b"))
    found = Exposure([], machines)
    assert FORMATS["table"](found, DEFAULTS).decode().endswith(f"\nNot seen on a: {refused}\n")
    assert json.loads(FORMATS["json"](found, DEFAULTS))["machines"] == [
        {"name": "a", "problems": [refused]},
        {"name": "b", "problems": []},
    ]
    assert summary(found).endswith("; not everything readable on 1 machine")
