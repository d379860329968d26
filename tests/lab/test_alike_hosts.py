"""Two docker-like hosts with containers of the same addresses and ports: no edge crosses.

Every machine but one has its containers ask each other over the same tuples, client ports
included, so that each socket of one host is mirrored on the other as well as on its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from captured import REAL_BOOT_ID, container_names, share_boot_id
from datacentre import CACHE, WEB, docker_host
from machines import Lab, Machine
from stitching import Stitched

HOSTS = ("docker1", "docker2")

ONLY_ONE, OTHERS_PORT = "172.17.0.9", 9000
"""Of a container that docker2 alone has."""

CLIENT_PORT = 41000

Row = tuple[str, str, str, int, str]
"""Client, server (each process@machine/container), protocol, port, match."""


def set_up(lab: Lab) -> dict[str, Machine]:
    """The two hosts, which reach each other, and what talks inside each of them."""
    for number, name in enumerate(HOSTS, 11):
        host = lab.machine(name, [f"10.40.0.{number}/24"], network="back")
        docker_host(lab, host)
    machines = lab.machines
    only = lab.container(machines["docker2"], "only", "docker0", f"{ONLY_ONE}/16")
    for name in HOSTS:
        inside(machines[name], machines[f"{name}-web"], machines[f"{name}-cache"])
    dials_in_vain(machines["docker1-web"])
    is_dialled(machines["docker2-web"], only)
    return machines


def inside(host: Machine, web: Machine, cache: Machine) -> None:
    """What is alike on both."""
    host.actor("monitor", ["listen", "172.17.0.1", 7000])
    cache.actor("redis", ["listen", "0.0.0.0", 6379])
    cache.actor("statsd", ["udp", ["0.0.0.0", 8125]])
    cache.actor("peer", ["udp", [CACHE, 5000], [WEB, 5001]])
    web.actor("peer", ["udp", [WEB, 5001], [CACHE, 5000]])
    web.actor("app", ["connect", CACHE, 6379, 1, [WEB, CLIENT_PORT]])
    web.actor("agent", ["connect", "172.17.0.1", 7000, 1, [WEB, CLIENT_PORT + 1]])
    web.actor("metrics", ["udp", [WEB, CLIENT_PORT], [CACHE, 8125]])
    host.actor("backup", ["connect", CACHE, 6379, 1, ["172.17.0.1", CLIENT_PORT]])


def dials_in_vain(web: Machine) -> None:
    """A container of docker1 dials what only docker2 has: one end of what looks like a pair, an
    end that something listens on there, and a connection that is never established."""
    web.ip(f"neighbour add {ONLY_ONE} lladdr 02:00:00:00:00:99 dev eth0")
    web.actor("lost", ["udp", [WEB, CLIENT_PORT + 2], [ONLY_ONE, OTHERS_PORT]])
    web.actor("lost", ["udp", [WEB, CLIENT_PORT + 3], [ONLY_ONE, 53]])
    web.actor("lost", ["half_open", ONLY_ONE, 80])


def is_dialled(web: Machine, only: Machine) -> None:
    """On docker2 the same addresses and ports do talk."""
    only.actor("dns", ["udp", ["0.0.0.0", 53]])
    only.actor("http", ["listen", "0.0.0.0", 80])
    only.actor("one", ["udp", [ONLY_ONE, OTHERS_PORT], [WEB, CLIENT_PORT + 2]])
    web.actor("found", ["udp", [WEB, CLIENT_PORT + 2], [ONLY_ONE, OTHERS_PORT]])


def flows_inside(host: str) -> Counter[Row]:
    web, cache = f"{host}/web", f"{host}/cache"
    return Counter(
        {
            (f"app@{web}", f"redis@{cache}", "tcp", 6379, "reciprocal"): 1,
            (f"backup@{host}", f"redis@{cache}", "tcp", 6379, "reciprocal"): 1,
            (f"agent@{web}", f"monitor@{host}", "tcp", 7000, "reciprocal"): 1,
            (f"metrics@{web}", f"statsd@{cache}", "udp", 8125, "one-sided"): 1,
            (f"peer@{cache}", f"peer@{web}", "udp", 5001, "reciprocal"): 1,
        }
    )


FLOWS = (
    flows_inside("docker1")
    + flows_inside("docker2")
    + Counter({("found@docker2/web", "one@docker2/only", "udp", OTHERS_PORT, "reciprocal"): 1})
)
"""Written by hand from ``set_up``: what is inside each host, and nothing of ``lost``."""


class Captured:
    """Snapshots by host, with a boot id for each and with one for both."""

    def __init__(self, machines: dict[str, Machine], pyz: Path, folder: Path) -> None:
        self.containers = container_names(machines)
        self.snapshots: dict[str, list[Path]] = {}
        for boot_id in "own", "shared":
            for name in HOSTS:
                if boot_id == "shared":
                    share_boot_id(machines[name])
                taken = machines[name].capture(pyz).rename(folder / f"{name}-{boot_id}.json")
                self.snapshots.setdefault(boot_id, []).append(taken)


@pytest.fixture(scope="module")
def alike(
    laboratory_possible: None, pyz: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Captured]:
    with Lab() as lab:
        yield Captured(set_up(lab), pyz, tmp_path_factory.mktemp("alike"))


@pytest.mark.parametrize("boot_id", ["own", "shared"])
def test_no_edge_crosses(alike: Captured, implementation: str, boot_id: str) -> None:
    snapshots = alike.snapshots[boot_id]
    real = REAL_BOOT_ID.read_text().strip()
    assert [real in path.read_text() for path in snapshots] == [boot_id == "shared"] * 2
    result = Stitched(implementation, snapshots, "--group-by", "process", "--attempts")

    def named(key: str) -> str:
        node = result.nodes[key]
        inside = "/" + alike.containers[node["netns"]] if node["netns"] else ""
        return f"{node['name'] or node['label']}@{result.machine_of[key]}{inside}"

    found: Counter[Row] = Counter()
    for flow in result.flows:
        ends = [named(flow["source"]), named(flow["target"])]
        if not flow["directed"]:
            ends.sort()
        found[ends[0], ends[1], flow["proto"], flow["port"], flow["match"]] += flow["connections"]
    assert found == FLOWS


def test_who_dials_in_vain_is_counted(alike: Captured, implementation: str) -> None:
    """As talking to the outside: the address is inside a host, and this host has none such."""
    coverage = Stitched(implementation, alike.snapshots["own"]).coverage
    assert coverage["external"] == 3
    assert (coverage["ambiguous"], coverage["unmatched"], coverage["attempt"]) == (0, 0, 0)
    assert {(end["address"], end["port"]) for end in coverage["missing"]} == {
        (ONLY_ONE, OTHERS_PORT),
        (ONLY_ONE, 53),
        (ONLY_ONE, 80),
    }


def test_each_host_alone_gives_its_own(alike: Captured, implementation: str) -> None:
    """Where no other host is known the subnet is like any other."""
    result = Stitched(implementation, alike.snapshots["own"][:1], "--group-by", "process")
    names = Counter(node["name"] for node in result.nodes.values())
    assert names["redis"] == 1
    assert sum(flow["connections"] for flow in result.flows) == 5
