"""Anonymous groups stitch to the same picture: groups at random, and SCTP, unix sockets, pipes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import random_machines
import sctp_machines
from groups import MachineOf, Namespace, connect, listen, snapshot
from hypothesis import given, settings
from hypothesis import strategies as st
from same_pictures import EVERYTHING, assert_same_pictures
from sctp_machines import Association, Endpoint
from unix_groups import Kernel, Unix, both_ways, snapshot_of

from netviz.anonymize.anonymous import anonymous
from netviz.anonymize.left_out import LeftOut
from netviz.anonymize.map_file import written_map
from netviz.anonymize.pseudonyms import Pseudonyms
from netviz.render.wording import is_unconfined
from netviz.snapshot.model import Snapshot
from netviz.stitch import stitch

KEYS = st.binary(min_size=32, max_size=32)


def check(snapshots: Sequence[Snapshot], key: bytes = b"k" * 32, forged: int = 0) -> list[Snapshot]:
    """Compare the pictures at every level that has nodes of its own; gives the anonymous group."""
    pseudonyms = Pseudonyms(key)
    left_out = LeftOut()
    replaced = [anonymous(one, pseudonyms, left_out) for one in snapshots]
    sourced = [replace(one, source=f"{number}") for number, one in enumerate(replaced)]
    original = [replace(one, source=f"{number}") for number, one in enumerate(snapshots)]
    document = json.loads(written_map(pseudonyms))
    assert_same_pictures(original, sourced, document, forged)
    return replaced


@settings(deadline=None, max_examples=150)
@given(random_machines.groups(), KEYS)
def test_groups_at_random(group: list[MachineOf], key: bytes) -> None:
    check([snapshot(machine) for machine in group], key)


@pytest.mark.parametrize("byteorder", ["little", "big"])
def test_either_byte_order(byteorder: str) -> None:
    sockets = [
        connect(address, *ports, pid)
        for address in ("10.0.0.1", "fd00::1")
        for ports, pid in (((40000, address, 80), 7), ((80, address, 40000), 8))
    ]
    own = Namespace(sockets, ["10.0.0.1/24", "fd00::1/64"])
    client = MachineOf("m", [own], {7: "client", 8: "server"}, byteorder=byteorder)
    (replaced,) = check([snapshot(client)])
    assert replaced.host.byteorder == byteorder


def test_either_port_of_what_has_no_client_may_be_that_of_the_line() -> None:
    """The larger address is the second end, and there are keys with which it is the other one."""
    calls = [
        connect("10.0.0.1", 53, "10.0.0.1", 53, 7),
        connect("10.0.0.1", 53, "10.0.0.2", 80, 7),
        connect("10.0.0.2", 80, "10.0.0.1", 53, 7),
    ]
    one = snapshot(MachineOf("m", [Namespace(calls)], {7: "server"}, captured=None))
    ports = set()
    for number in range(8):
        (replaced,) = check([one], bytes([number]) * 32)
        ports.add(tuple(flow.port for flow in stitch([replaced], EVERYTHING).flows))
    assert ports == {(53, 80), (53,)}


def test_addresses_of_several_machines_and_inner_subnets() -> None:
    """The bridges of two machines are alike; a third translates for one of their containers."""
    entry = (
        "ipv4     2 tcp      6 100 ESTABLISHED src=10.0.0.3 dst=10.0.0.1 sport=40000 dport=8080 "
        "src=172.17.0.2 dst=10.0.0.3 sport=80 dport=40000 [ASSURED] mark=0 zone=0 use=2\n"
    )
    machines = []
    for number, name in enumerate(("one", "two"), 1):
        bridge = [f"10.0.0.{number}/24", "172.17.0.1/16"]
        host = Namespace((), bridge, 1, True, entry if number == 1 else "")
        server = connect("172.17.0.2", 80, "10.0.0.3", 40000, 20)
        inside = Namespace([listen("0.0.0.0", 80, 20), server], ["172.17.0.2/16"], 2, name="blue")
        machines.append(MachineOf(name, [host, inside], {20: "nginx"}))
    client = connect("10.0.0.3", 40000, "10.0.0.1", 8080, 30)
    machines.append(MachineOf("three", [Namespace([client], ["10.0.0.3/24"])], {30: "curl"}))
    group = [snapshot(machine) for machine in machines]
    assert stitch(group).coverage.nat == 1
    check(group)


def test_sctp() -> None:
    both, there = "10.0.0.1 10.1.0.1", "*10.0.0.2 10.1.0.2"
    group = [
        sctp_machines.machine(
            "one", both, Association(both, 5000, there, 80, 7), Endpoint(both, 5000, 7, state=7)
        ),
        sctp_machines.machine(
            "two",
            "10.0.0.2 10.1.0.2",
            Association("10.0.0.2 10.1.0.2", 80, "*10.0.0.1 10.1.0.1", 5000, inode=77, style=2),
            Association("10.0.0.2", 80, "10.0.0.9", 6000, style=2, socket_state=10, number=2),
            Endpoint("10.0.0.2 10.1.0.2", 80, 8),
            Endpoint("10.0.0.2 10.1.0.2", 80, 8, inode=5),
        ),
    ]
    assert stitch(group).coverage.reciprocal == 1
    check(group)


UNIX = Kernel(
    [
        Unix(10, "/run/my app/sql.sock", (1,), listening=True),
        Unix(11, "/run/my app/sql.sock", (1,)),
        Unix(12, "", (2,)),
        Unix(13, "@bus", (3,), listening=True, netns=2),
        Unix(14, "@bus", (3,), netns=2),
        Unix(15, "", (2,)),
        Unix(16, "@evil\n0: 00000002 00000000 00010000 0001 01 10 /run/forged", (4,), True),
    ],
    both_ways((11, 12), (14, 15)),
    {1: [(90, "w")], 2: [(90, "r")]},
    {1: "mysqld", 2: "php", 3: "dbus", 4: "evil"},
)


@pytest.mark.parametrize("told", [True, False], ids=["names-told", "names-not-told"])
def test_unix_sockets_and_pipes(told: bool) -> None:
    names = [(16, UNIX.sockets[-1].path)] if told else []
    group = [snapshot_of(replace(UNIX, unix_names=names))]
    (replaced,) = check(group, forged=int(told))
    graph = stitch([replaced], EVERYTHING)
    assert len(graph.flows) == 3
    listeners = {node.name: len(node.listeners) for node in graph.nodes}
    assert listeners["process-1"] == int(told)  # what another line says otherwise is not believed
    assert replaced.unix_names == []


def test_programs_units_containers_users_and_labels() -> None:
    told: list[dict[str, Any]] = [
        {"comm": "python3.11", "exe": "/usr/bin/python3.11", "argv": ("python3", "/srv/bill.py")},
        {"comm": "MainThread", "exe": "/opt/node/bin/node", "argv": ("node", "/srv/app/index.js")},
        {"comm": "java", "exe": None, "argv": ("/usr/bin/java", "-jar", "/srv/secret.jar")},
        {"comm": "gunicorn", "cgroup": "0::/system.slice/billing@eu.service\n"},
        {"comm": "uwsgi", "cgroup": "0::/system.slice/uwsgi.service\n"},
        {"comm": "nova-api", "security": "snap.microstack.nova-api (complain)"},
        {"comm": "python3", "security": "snap.microstack.nova-uwsgi (enforce)"},
        {"comm": "sh", "cgroup": "0::/user.slice/user-1000.slice/session-3.scope\n", "uid": 1000},
        {"comm": "web", "cgroup": f"0::/system.slice/docker-{'ab12' * 16}.scope\n"},
        {"comm": "lxd", "cgroup": "0::/lxc.payload.accounting/system.slice/cron.service\n"},
        {"comm": "a", "security": "unconfined", "exe": "/usr/sbin/a (deleted)"},
        {"comm": "b", "security": "system_u:system_r:billing_t:s0:c12,c34"},
        {"comm": "c", "security": "/usr/sbin/c (unconfined)"},
        {"comm": "", "security": "", "uid": 0, "caps": "000001ffffffffff"},
    ]
    sockets = [listen("0.0.0.0", 8000 + pid, pid) for pid in range(1, len(told) + 1)]
    machine = snapshot(MachineOf("m", [Namespace(sockets, ["10.0.0.1/24"])]))
    processes = [
        replace(process, **{"exe": f"/usr/bin/{fields['comm']}", **fields})
        for process, fields in zip(machine.processes, told, strict=True)
    ]
    group = [replace(machine, processes=processes)]
    labels = {node.label for node in stitch(group).nodes}
    assert {"python3.11 bill.py", "MainThread app/index.js", "java secret.jar"} <= labels
    assert {"gunicorn billing@eu", "uwsgi", "nova-api", "python3 nova-uwsgi"} <= labels
    (replaced,) = check(group)
    shown = {node.label for node in stitch([replaced]).nodes}
    assert {"python3.11 program-1", "MainThread program-2", "java program-3"} <= shown
    assert {"gunicorn unit-1@instance-1", "uwsgi", "process-1", "python3 process-2"} <= shown
    unconfined = [is_unconfined(node) for node in stitch([replaced], level="process").nodes]
    assert sum(unconfined) == 2
