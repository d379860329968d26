"""Halves of connections on two docker-like hosts, which mirror each other and are not one.

A container of either host vanished with its network, and what it talked to did not notice. What
is left, the client's half on one host and the server's on the other, have the same tuple.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from captured import REAL_BOOT_ID
from datacentre import docker_host
from machines import Lab, Machine
from stitching import Stitched

CLIENT, SERVER = "172.17.0.4", "172.17.0.5"

WHOLE = ("client-third", "server-third", "reciprocal")
"""The same connection once more, on a host that kept both halves."""


def connected_containers(lab: Lab, name: str, address: str, boot_id: str | None) -> list[Machine]:
    """A host, the container with a client on it, and the container with its server."""
    host = lab.machine(name, [f"{address}/24"], boot_id=boot_id)
    docker_host(lab, host)
    client = lab.container(host, "client", "docker0", f"{CLIENT}/16")
    server = lab.container(host, "server", "docker0", f"{SERVER}/16")
    server.actor(f"server-{name}", ["listen", SERVER, 6379])
    client.actor(f"client-{name}", ["connect", SERVER, 6379, 1, [CLIENT, 40000]])
    return [host, client, server]


def vanish(container: Machine) -> None:
    """It cannot say good-bye: its link is down."""
    container.ip("link set eth0 down")
    container.end()


@pytest.mark.parametrize("boot_ids", ["own", "one"])
def test_halves_of_two_hosts_are_not_joined(
    lab: Lab, pyz: Path, implementation: str, boot_ids: str
) -> None:
    boot_id = REAL_BOOT_ID.read_text().strip() if boot_ids == "one" else None
    first, _, gone = connected_containers(lab, "first", "10.40.0.11", boot_id)
    vanish(gone)
    second, gone, _ = connected_containers(lab, "second", "10.40.0.12", boot_id)
    vanish(gone)
    third, *_ = connected_containers(lab, "third", "10.40.0.13", boot_id)
    halves = [host.capture(pyz) for host in (first, second)]
    options = "--group-by", "process", "--doubtful", "--attempts", "--recent"
    for snapshots, whole in ((halves, []), ([*halves, third.capture(pyz)], [WHOLE])):
        result = Stitched(implementation, snapshots, *options)
        names = {key: node["name"] for key, node in result.nodes.items()}
        flows = [(names[f["source"]], names[f["target"]], f["match"]) for f in result.flows]
        assert flows == whole
        coverage = result.coverage
        assert (coverage["external"], coverage["joined"]) == (2, 2 * len(whole))
