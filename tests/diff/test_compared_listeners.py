"""Listeners that came, went or are bound to other addresses."""

from __future__ import annotations

import pytest
from small_diffs import differences, graph, node, tcp, told

from netviz.diff.keys import service_keys
from netviz.diff.side import folded
from netviz.graph import Listener

LOOPBACK = "127.0.0.1"


def test_a_listener_opened_to_all_interfaces_is_one_that_changed() -> None:
    old = graph(node("m/redis", tcp(6379, LOOPBACK), tcp(6379, "::1")))
    new = graph(node("m/redis", tcp(6379), tcp(6379, "::")))
    assert told(differences(old, new)) == [
        ("changed", "m/redis tcp/6379", (LOOPBACK, "::1"), ("0.0.0.0", "::"))
    ]


def test_a_port_that_came_and_one_that_went() -> None:
    old, new = graph(node("m/web", tcp(80), tcp(81))), graph(node("m/web", tcp(80), tcp(82)))
    assert told(differences(old, new)) == [
        ("went", "m/web tcp/81", ("0.0.0.0",), None),
        ("came", "m/web tcp/82", None, ("0.0.0.0",)),
    ]


def test_nodes_of_one_key_are_added_up() -> None:
    old = graph(node("m/web", tcp(80), pids=(1,)), node("m/web", tcp(81), pids=(2,)))
    assert differences(old, graph(node("m/web", tcp(80), tcp(81)))).alike


@pytest.mark.parametrize("port", [32768, 45000, 60999])
def test_a_port_that_the_kernel_chose_may_be_another_one(port: int) -> None:
    old, new = graph(node("m/rpc", tcp(port))), graph(node("m/rpc", tcp(40000)))
    assert differences(old, new).alike


@pytest.mark.parametrize("port", [32767, 61000])
def test_another_port_is_not(port: int) -> None:
    old, new = graph(node("m/rpc", tcp(port))), graph(node("m/rpc", tcp(40000)))
    assert len(told(differences(old, new))) == 2


def test_a_chosen_port_that_others_can_reach_now_is_told() -> None:
    old, new = graph(node("m/rpc", tcp(45000, LOOPBACK))), graph(node("m/rpc", tcp(46000)))
    assert told(differences(old, new)) == [("changed", "m/rpc tcp/None", (LOOPBACK,), ("0.0.0.0",))]


def test_a_first_listener_on_a_chosen_port_came() -> None:
    old, new = graph(node("m/rpc", tcp(111))), graph(node("m/rpc", tcp(111), tcp(46000)))
    assert told(differences(old, new)) == [("came", "m/rpc tcp/46000", None, ("0.0.0.0",))]


def test_a_port_on_any_number_of_addresses_is_soon_folded() -> None:
    """A set that is made anew for each address would hang here."""
    addresses = {f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in range(300_000)}
    bound = graph(node("m/web", *(tcp(80, address) for address in addresses)))
    side = folded(bound, service_keys(bound))
    assert list(side.listeners.values()) == [addresses]


def test_unix_sockets_are_told_apart_by_their_names() -> None:
    sockets = [Listener("unix", f"/run/{name}", None) for name in ("a", "b")]
    old, new = graph(node("m/db", *sockets)), graph(node("m/db", sockets[0]))
    (one,) = differences(old, new).listeners
    assert (one.change, one.key.path) == ("went", "/run/b")


def test_a_sniffer_on_half_of_a_virtual_pair_stays_one() -> None:
    old = graph(node("m/dhcpcd", Listener("packet", "veth12ab34c", 3)))
    new = graph(node("m/dhcpcd", Listener("packet", "veth98fe76d", 3)))
    assert differences(old, new).alike


def test_ids_of_pings_are_chosen_ports() -> None:
    old = graph(node("m/ping", Listener("icmp", "0.0.0.0", 7)))
    assert differences(old, graph(node("m/ping", Listener("icmp", "0.0.0.0", 19)))).alike
