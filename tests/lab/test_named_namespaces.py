"""Named namespaces that no process lives in, captured in one run and each in its own scope."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from machines import PYTHON, Lab, Machine
from stitching import Stitched

ACTORS = Path(__file__).with_name("holder_actors.py")
TENANTS = ("blue", "red")
GATEWAY = "10.88.0.1"


def start(machine: Machine, comm: str, *steps: object) -> None:
    machine.run([PYTHON, str(ACTORS), comm, json.dumps(steps)], ready=True)


@pytest.fixture
def router(lab: Lab) -> Machine:
    """A router with two tenants of the same addresses, ports and client ports.

    The processes live in the machine's own namespace and hold sockets in those of the tenants.
    """
    machine = lab.machine("router", ["10.77.0.1/24"])
    for tenant in TENANTS:
        machine.exec(["ip", "netns", "add", tenant])
        machine.exec(["ip", "-n", tenant, "link", "set", "lo", "up"])
        machine.exec(["ip", "-n", tenant, "address", "add", f"{GATEWAY}/24", "dev", "lo"])
        start(
            machine,
            f"{tenant}-proxy",
            *(["inside", tenant, ["listen", address, 80]] for address in ("127.0.0.1", GATEWAY)),
        )
        start(
            machine,
            f"{tenant}-agent",
            *(
                ["inside", tenant, ["connect", address, 80, 1, [address, 40001]]]
                for address in ("127.0.0.1", GATEWAY)
            ),
        )
    # One end of what would be a pair, were the two namespaces one.
    start(machine, "half", ["inside", "blue", ["udp", [GATEWAY, 5000], [GATEWAY, 5001]]])
    start(machine, "other", ["inside", "red", ["udp", [GATEWAY, 5001], [GATEWAY, 5000]]])
    return machine


def test_each_is_stitched_in_its_own_scope(router: Machine, pyz: Path, implementation: str) -> None:
    path = router.capture(pyz)
    snapshot = json.loads(path.read_text())
    named = {n["name"]: n["id"] for n in snapshot["netns"] if n["name"]}
    assert sorted(named) == list(TENANTS)
    assert {p["netns"] for p in snapshot["processes"]}.isdisjoint(named.values())
    result = Stitched(implementation, [path], "--group-by", "process")
    names = {key: node["name"] for key, node in result.nodes.items()}
    assert sorted(
        (names[f["source"]], names[f["target"]], f["port"], f["connections"], f["match"])
        for f in result.flows
    ) == [
        ("blue-agent", "blue-proxy", 80, 2, "reciprocal"),
        ("red-agent", "red-proxy", 80, 2, "reciprocal"),
    ]
    assert (result.coverage["external"], result.coverage["ambiguous"]) == (0, 0)
    assert result.coverage["unmatched"] == 2
