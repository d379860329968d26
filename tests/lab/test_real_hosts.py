"""Real machines, captured and stitched: the flows that were set up, all of them and no others."""

from __future__ import annotations

import ipaddress
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fates import FATES
from machines import PYTHON, Lab
from needs import required_python
from pythons import REQUIRED_VERSIONS, found_pythons
from real_hosts import CAPTURED, EXTERNAL, FLOWS, OUTSIDE, PAIRS, Row, set_up
from stitching import Stitched

End = tuple[str, str, int]
"""The machine, its own address and port there."""

OLDEST, NEWEST = REQUIRED_VERSIONS


@dataclass
class Group:
    """What is left of the machines: their snapshots, and what ss printed in each."""

    snapshots: dict[str, Path]
    ss: dict[str, str]


@pytest.fixture(scope="module")
def group(
    laboratory_possible: None, pyz: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Group]:
    folder = tmp_path_factory.mktemp("snapshots")
    taken = Group({}, {})
    pythons = found_pythons()
    # The oldest that is supported, the newest, and the system's.
    capturing = {"web": pythons.get(OLDEST), "db": pythons.get(NEWEST), "app": PYTHON}
    with Lab() as lab:
        machines = set_up(lab)
        for name in CAPTURED:
            snapshot = machines[name].capture(pyz, capturing[name] or PYTHON)
            taken.snapshots[name] = snapshot.rename(folder / snapshot.name)
            taken.ss[name] = machines[name].exec(["ss", "-Htuanp"])
    yield taken


def stitched(group: Group, implementation: str, level: str = "process") -> Stitched:
    return Stitched(implementation, group.snapshots.values(), "--group-by", level)


def test_the_flows_are_those_that_were_set_up(group: Group, implementation: str) -> None:
    result = stitched(group, implementation)
    nodes, machines = result.nodes, result.machine_of
    found: Counter[Row] = Counter()
    for flow in result.flows:
        source, target = nodes[flow["source"]], nodes[flow["target"]]
        assert flow["directed"], flow
        assert sum(flow["matches"].values()) == flow["connections"]
        for match, connections in flow["matches"].items():
            row = Row(
                machines[flow["source"]],
                source["name"] or source["label"],
                machines[flow["target"]],
                target["name"] or target["label"],
                flow["proto"],
                flow["port"],
                match,
            )
            found[row] += connections
    assert found == FLOWS


def test_every_socket_is_accounted_for(group: Group, implementation: str) -> None:
    coverage = stitched(group, implementation).coverage
    assert coverage["sockets"] == sum(coverage[fate] for fate in FATES)
    assert coverage["self"] == 1
    assert coverage["pairs"] == PAIRS + coverage["self"]
    assert coverage["one_sided"] == FLOWS.total() - PAIRS
    assert coverage["queued"] == sum(n for row, n in FLOWS.items() if row.match == "queued")
    assert coverage["recent"] == 1
    assert coverage["external"] == EXTERNAL
    assert coverage["ambiguous"] == 0
    assert {"proto": "tcp", "address": OUTSIDE, "port": 443, "sockets": 2} in coverage["missing"]


def test_an_orphan_belongs_to_nobody(group: Group, implementation: str) -> None:
    result = stitched(group, implementation)
    nodes, machines = result.nodes, result.machine_of
    owners = {
        machines[flow["source"]]: nodes[flow["source"]]["owner"]
        for flow in result.flows
        if nodes[flow["source"]]["name"] is None
    }
    assert owners == {"web": "none"}


def test_listeners_and_raw_sockets_are_on_their_process(group: Group, implementation: str) -> None:
    result = stitched(group, implementation)
    nodes, machines = result.nodes, result.machine_of
    listeners = {
        (machines[key], node["name"], listener["proto"], listener["port"])
        for key, node in nodes.items()
        for listener in node["listeners"]
    }
    assert ("web", "sshd", "tcp", 22) in listeners
    assert ("db", "named", "udp", 53) in listeners
    assert ("app", "pinger", "raw", 1) in listeners
    assert ("app", "tcpdump", "packet", 3) in listeners
    assert ("app", "gunicorn", "tcp", 8000) in listeners
    assert result.machine_names == sorted(CAPTURED)


@dataclass(frozen=True)
class Seen:
    """A connected socket as ss prints it."""

    proto: str
    local: tuple[str, int]
    peer: tuple[str, int]
    pids: frozenset[int]


def canonical(printed: str) -> tuple[str, int]:
    """``[::ffff:10.0.0.1]:80``, ``fe80::1%eth0:80`` and the like as (address, port)."""
    host, _, port = printed.rpartition(":")
    address = ipaddress.ip_address(re.sub(r"%\w+|[\[\]]", "", host))
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address), int(port)


def seen_by_ss(printed: str) -> list[Seen]:
    """The sockets that have a peer and are no memory of one."""
    rows = []
    for line in printed.splitlines():
        proto, state, _, _, local, peer, *users = line.split(None, 6)
        if state in ("LISTEN", "UNCONN", "TIME-WAIT"):
            continue
        pids = frozenset(map(int, re.findall(r"pid=(\d+)", " ".join(users))))
        rows.append(Seen(proto, canonical(local), canonical(peer), pids))
    return rows


def paired_by_ss(group: Group) -> dict[frozenset[End], dict[End, frozenset[int]]]:
    """Both ends of every connection inside the group, with the processes that hold each."""
    ends = {
        (seen.proto, seen.local, seen.peer, name): seen
        for name, printed in group.ss.items()
        for seen in seen_by_ss(printed)
    }
    pairs = {}
    for (proto, local, peer, name), seen in ends.items():
        loopback = ipaddress.ip_address(local[0]).is_loopback
        for other in [name] if loopback else group.ss:
            mirror = ends.get((proto, peer, local, other))
            if mirror is None or (other == name and mirror.pids & seen.pids):
                continue
            pair = {(name, *local): seen.pids, (other, *peer): mirror.pids}
            pairs[frozenset(pair)] = pair
    return pairs


def test_every_connection_that_ss_sees_is_there(group: Group, implementation: str) -> None:
    result = stitched(group, implementation, "connection")
    nodes, machines = result.nodes, result.machine_of
    pids = {}
    for flow in result.flows:
        if flow["match"] == "one-sided":  # for which ss has one end only
            continue
        [[client, client_port, server, server_port]] = flow["samples"]
        ends = {
            (machines[flow["source"]], client, client_port): nodes[flow["source"]]["pids"],
            (machines[flow["target"]], server, server_port): nodes[flow["target"]]["pids"],
        }
        pids[frozenset(ends)] = ends
    expected = paired_by_ss(group)
    assert len(expected) == PAIRS
    assert pids.keys() == expected.keys()
    for pair, holders in expected.items():
        for end, held_by in holders.items():
            # Whom ss shows for a connection that nobody accepted: nobody.
            assert not held_by or held_by.intersection(pids[pair][end]), end


@pytest.mark.parametrize(("machine", "version"), [("web", OLDEST), ("db", NEWEST)])
def test_snapshots_were_taken_by_the_oldest_and_the_newest_python(
    group: Group, machine: str, version: str
) -> None:
    required_python(version)
    tool = json.loads(group.snapshots[machine].read_text())["tool"]
    assert tool["python"].startswith(f"{version}.")


def test_snapshots_hold_only_their_machine(group: Group) -> None:
    for name, path in group.snapshots.items():
        snapshot = json.loads(path.read_text())
        assert snapshot["host"]["name"] == name
        assert {process["comm"] for process in snapshot["processes"]}.isdisjoint({"pytest"})
        assert min(process["pid"] for process in snapshot["processes"]) == 1
        [namespace] = snapshot["netns"]
        assert "127.0.0.1/8" in namespace["addresses"]
