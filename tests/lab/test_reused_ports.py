"""Machines captured one after the other, under load, while ports go from service to service.

A port that one service had when its machine was captured belongs to another service, or another
connection, when the next machine is captured. No line may join services that never spoke.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from daemons import nftables, until
from datacentre import forward
from machines import PYTHON, Lab, Machine, Process
from stitching import IMPLEMENTATIONS, Stitched, has

ACTORS = Path(__file__).with_name("load_actors.py")

DB = "10.50.0.2"

CLIENT_OF = {5432: "billing", 9200: "search"}
SERVER_OF = {5432: "postgres", 9200: "elastic"}
"""By port of the server: nobody else speaks there."""

FEW_PORTS = "40000 40009"


def start(machine: Machine, comm: str, *steps: object) -> Process:
    return machine.run([PYTHON, str(ACTORS), comm, json.dumps(steps)], ready=True)


def write(machine: Machine, setting: str, value: str) -> None:
    machine.exec(["/bin/sh", "-c", f"echo {value} > /proc/sys/net/{setting}"])


def direct(lab: Lab) -> None:
    """Two clients on one machine, whose kernel hands out the same few ports to both."""
    apps = lab.machine("apps", ["10.50.0.1/24"])
    database(lab)
    write(apps, "ipv4/ip_local_port_range", FEW_PORTS)
    start(apps, "billing", ["load", DB, 5432, 4])
    start(apps, "search", ["load", DB, 9200, 4])


def behind_a_router(lab: Lab) -> None:
    """Two client machines behind a router, which masquerades both with the same few ports."""
    router = lab.machine("router", ["10.50.0.1/24"])
    router.connect("office", ["192.168.50.1/24"])
    forward(router)
    database(lab)
    ports = FEW_PORTS.replace(" ", "-")
    nftables(
        router,
        "chain post { type nat hook postrouting priority 100\n"
        f"ip saddr 192.168.50.0/24 ip protocol tcp masquerade to :{ports} random\n}}\n",
    )
    write(router, "netfilter/nf_conntrack_tcp_timeout_close", "1")
    for number, (comm, port) in enumerate((("billing", 5432), ("search", 9200)), 2):
        client = lab.machine(f"pc{number}", [f"192.168.50.{number}/24"], network="office")
        client.ip("route add default via 192.168.50.1")
        start(client, comm, ["load", DB, port, 3])


def database(lab: Lab) -> None:
    db = lab.machine("db", [f"{DB}/24"])
    start(db, "postgres", ["serve", DB, 5432])
    start(db, "elastic", ["serve", DB, 9200])


def in_use(db: Machine) -> set[tuple[int, int]]:
    """The client's port and the server's, of each connection that the server has."""
    printed = db.exec(["ss", "-Htn", "state", "established"])
    return {
        (int(theirs), int(ours))
        for ours, theirs in re.findall(rf"{DB}:(\d+) +10\.50\.0\.1:(\d+)", printed)
    }


def changed_hands(before: set[tuple[int, int]], after: set[tuple[int, int]]) -> bool:
    """Whether either server has now a client's port that the other one had before."""
    went_to = {
        server
        for client, server in after
        for earlier_client, earlier_server in before
        if client == earlier_client and server != earlier_server
    }
    return went_to == SERVER_OF.keys()


@pytest.mark.parametrize("topology", [direct, behind_a_router])
@pytest.mark.parametrize("db_first", [True, False], ids=["server first", "client first"])
def test_services_that_never_spoke_are_not_joined(
    lab: Lab, pyz: Path, topology: Callable[[Lab], None], db_first: bool
) -> None:
    topology(lab)
    db = lab.machines["db"]
    snapshots = []
    used: list[set[tuple[int, int]]] = []
    for machine in sorted(lab.machines.values(), key=lambda machine: (machine is db) != db_first):
        if used:
            before = used[-1]
            until("ports to change hands", partial(lambda b: changed_hands(b, in_use(db)), before))
        snapshots.append(machine.capture(pyz))
        used.append(in_use(db))
    for implementation in IMPLEMENTATIONS:
        if not has(implementation):
            continue
        result = Stitched(implementation, snapshots, "--group-by", "process")
        assert result.machine_names == sorted(lab.machines)
        names = {key: node["name"] or "?" for key, node in result.nodes.items()}
        found = {(names[f["source"]], names[f["target"]], f["port"]) for f in result.flows}
        for client, server, port in found:
            # ? where the socket, or who held it, was gone when the machine was captured.
            assert client in (CLIENT_OF[port], "?")
            assert server in (SERVER_OF[port], "?")
        # Each service has one connection that stays.
        assert {end[2] for end in found if "?" not in end} == SERVER_OF.keys()


def test_a_server_that_was_replaced(lab: Lab, pyz: Path, implementation: str) -> None:
    """``cart`` spoke to ``shop``; by the time that the server was captured, its port and the
    client's belong to ``metrics`` and ``admin``."""
    apps = lab.machine("apps", ["10.50.0.1/24"])
    db = lab.machine("db", [f"{DB}/24"])
    shop = db.actor("shop", ["listen", DB, 8000])
    cart = apps.actor("cart", ["connect", DB, 8000, 1, ["10.50.0.1", 40000]])
    snapshots = [apps.capture(pyz)]
    for machine, process in ((db, shop), (apps, cart)):  # the client is left no TIME_WAIT
        machine.exec(["kill", "-KILL", str(process.pid)])
        process.wait()
    time.sleep(1.1)  # /proc/stat tells in whole seconds when the machine was started
    db.actor("metrics", ["listen", DB, 8000])
    apps.actor("admin", ["connect", DB, 8000, 1, ["10.50.0.1", 40000]])
    snapshots.append(db.capture(pyz))
    result = Stitched(implementation, snapshots, "--group-by", "process")
    names = {key: node["name"] or "?" for key, node in result.nodes.items()}
    found = {(names[f["source"]], names[f["target"]], f["match"]) for f in result.flows}
    assert found == {("?", "metrics", "one-sided")}
    assert (result.coverage["pairs"], result.coverage["unmatched"]) == (0, 1)
