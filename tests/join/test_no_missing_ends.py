"""Coverage: what is not missing, although a socket has it as its remote end and nobody owns it."""

from __future__ import annotations

import pytest
from groups import (
    ESTABLISHED,
    SYN_SENT,
    MachineOf,
    Namespace,
    Socket,
    connect,
    listen,
    simple,
    stitched,
)
from test_translation import entry

from netviz.addresses import broadcast_of, parse_address, parse_interface
from netviz.graph import Missing

CAPTURED, OUTSIDE = "10.0.0.9", "203.0.113.9"


def missing(*sockets: Socket, **options: object) -> list[Missing]:
    machine = simple("m", CAPTURED, *sockets, **options)
    return list(stitched(machine).coverage.missing)


def to(remote: str, port: int = 9) -> Socket:
    local = "fd00::9" if ":" in remote else CAPTURED
    return connect(local, 40000, remote, port, 2, proto="udp")


@pytest.mark.parametrize(
    "address",
    [
        *("224.0.0.1", "239.255.255.255", "255.255.255.255", "10.0.0.255"),
        *("ff02::1", "ff0e::1:2", "ffff::1"),
    ],
)
def test_nobody_has_an_address_of_many(address: str) -> None:
    assert missing(to(address)) == []


@pytest.mark.parametrize(
    "address", ["223.255.255.255", "240.0.0.1", "10.0.1.255", "10.0.0.254", "fe00::1", "2001::ff"]
)
def test_what_one_machine_may_have(address: str) -> None:
    assert missing(to(address)) == [Missing("udp", address, 9, 1)]


@pytest.mark.parametrize(
    ("interface", "broadcast"),
    [
        ("10.0.0.5/24", "10.0.0.255"),
        ("172.17.0.1/16", "172.17.255.255"),
        ("10.0.0.1/30", "10.0.0.3"),
        ("10.0.0.1/31", None),
        ("10.0.0.1", None),
        ("fd00::1/64", None),
    ],
)
def test_broadcast_address(interface: str, broadcast: str | None) -> None:
    expected = None if broadcast is None else parse_address(broadcast)
    assert broadcast_of(*parse_interface(interface)) == expected


def test_broadcast_of_the_network_of_another_machine() -> None:
    other = MachineOf("other", [Namespace([], ["192.0.2.5/26"])])
    machine = simple("m", CAPTURED, to("192.0.2.63"), to("192.0.2.127"))
    assert stitched(machine, other).coverage.missing == (Missing("udp", "192.0.2.127", 9, 1),)


def test_they_take_no_place_of_the_hundred() -> None:
    many = [connect(CAPTURED, 40000 + n, "10.0.0.255", 1 + n, 2, proto="udp") for n in range(150)]
    many += [connect(CAPTURED, 41000 + n, "239.1.1.1", 1 + n, 2, proto="udp") for n in range(150)]
    assert missing(*many, to("192.0.2.1")) == [Missing("udp", "192.0.2.1", 9, 1)]


def served(port: int, remote_port: int, state: int = ESTABLISHED) -> Socket:
    return connect(CAPTURED, port, OUTSIDE, remote_port, 2, state=state)


@pytest.mark.parametrize("remote_port", [32768, 51515, 65535])
def test_server_whose_listener_is_gone_dials_nobody(remote_port: int) -> None:
    """As of FTP, whose server connects from port 20, or one that was stopped."""
    assert missing(served(20, remote_port)) == []


@pytest.mark.parametrize(
    ("socket", "port_range"),
    [
        (served(40000, 51515), (32768, 60999)),
        (served(61000, 51515), (32768, 60999)),
        (served(700, 2049), (32768, 60999)),
        (served(700, 32767), (1024, 65535)),
        (served(20, 51515), None),
        (served(20, 51515, state=SYN_SENT), (32768, 60999)),
    ],
    ids=["client", "above the range", "reserved port", "wide range", "unknown range", "attempt"],
)
def test_what_may_be_dialled_is_missing(socket: Socket, port_range: tuple[int, int] | None) -> None:
    assert missing(socket, port_range=port_range) == [
        Missing("tcp", OUTSIDE, socket.remote_port, 1)
    ]


def test_sockets_whose_remote_end_a_translation_names() -> None:
    """They are not thrown away early, and judged alike."""
    line = entry(f"{OUTSIDE}:51515>192.0.2.1:21", f"192.0.2.2:21>{OUTSIDE}:51515")
    line += entry("239.1.1.1:51515>192.0.2.1:21", "192.0.2.2:21>239.1.1.1:51515")
    router = MachineOf("router", [Namespace([], ["198.51.100.1/24"], 1, True, line)])
    sockets = served(20, 51515), to("239.1.1.1"), listen("0.0.0.0", 80, 2)
    assert stitched(simple("m", CAPTURED, *sockets), router).coverage.missing == ()
    dialling = simple("m", CAPTURED, served(40000, 51515))
    assert stitched(dialling, router).coverage.missing == (Missing("tcp", OUTSIDE, 51515, 1),)
