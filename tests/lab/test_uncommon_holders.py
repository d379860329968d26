"""Real processes that share, inherit and pass on their sockets, and who is shown for each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from machines import PYTHON, Lab, Machine, Process
from stitching import Stitched

ACTORS = Path(__file__).with_name("holder_actors.py")


def start(machine: Machine, comm: str, *steps: object) -> Process:
    return machine.run([PYTHON, str(ACTORS), comm, json.dumps(steps)], ready=True)


def flows(result: Stitched) -> list[tuple[str, str, int, int]]:
    """Client, server, port and connections."""
    names = {key: node["name"] or node["label"] for key, node in result.nodes.items()}
    return sorted(
        (names[f["source"]], names[f["target"]], f["port"], f["connections"]) for f in result.flows
    )


@pytest.mark.parametrize("keep", [True, False])
def test_passed_descriptors_are_of_who_received_them(
    lab: Lab, pyz: Path, implementation: str, keep: bool
) -> None:
    """Where the one who accepted keeps its own it holds more of that listener than any worker."""
    machine = lab.machine("m")
    start(machine, "acceptor", ["pass_on", "127.0.0.1", 9000, ["worker-a", "worker-b"], keep])
    start(machine, "one", ["connect", "127.0.0.1", 9000])
    start(machine, "two", ["connect", "127.0.0.1", 9000])
    result = Stitched(implementation, [machine.capture(pyz)], "--group-by", "process")
    assert flows(result) == [("one", "worker-a", 9000, 1), ("two", "worker-b", 9000, 1)]
    listeners = {n["name"] for n in result.nodes.values() if n["listeners"]}
    assert listeners == {"acceptor"}


def test_prefork_workers_are_shown_with_what_they_accepted(
    lab: Lab, pyz: Path, implementation: str
) -> None:
    """The listener is shown once, on the parent, which accepts nothing."""
    machine = lab.machine("m")
    parent = start(machine, "server", ["listen", "127.0.0.1", 9000], ["workers", 3])
    start(machine, "client", ["connect", "127.0.0.1", 9000, 6])
    result = Stitched(implementation, [machine.capture(pyz)], "--group-by", "process")
    assert sum(connections for *_, connections in flows(result)) == 6
    (listening,) = [n for n in result.nodes.values() if n["listeners"]]
    assert listening["pids"] == [parent.pid]
    assert parent.pid not in {p for f in result.flows for p in result.nodes[f["target"]]["pids"]}


@pytest.mark.parametrize("wildcard", ["127.0.0.1", "0.0.0.0"])
def test_an_activated_socket_is_of_the_service(
    lab: Lab, pyz: Path, implementation: str, wildcard: str
) -> None:
    """Process 1 listens, hands the listener down and keeps it, as systemd does."""
    machine = lab.machine("m", init="systemd")
    machine.actor("service", ["inherit"], socket=(wildcard, 9000))
    start(machine, "client", ["connect", "127.0.0.1", 9000, 2])
    result = Stitched(implementation, [machine.capture(pyz)], "--group-by", "process")
    assert flows(result) == [("client", "service", 9000, 2)]
    assert [n["name"] for n in result.nodes.values() if n["listeners"]] == ["service"]


@pytest.mark.parametrize("each", [False, True])
def test_a_thread_with_descriptors_of_its_own(
    lab: Lab, pyz: Path, implementation: str, each: bool
) -> None:
    """Without --threads nobody is seen to hold its socket, and the flow stays."""
    machine = lab.machine("m")
    start(machine, "server", ["listen", "127.0.0.1", 9000])
    start(machine, "threaded", ["apart", "127.0.0.1", 9000])
    snapshot = machine.capture(pyz, options=["--threads"] if each else [])
    result = Stitched(implementation, [snapshot], "--group-by", "process")
    assert flows(result) == [("threaded" if each else "?", "server", 9000, 1)]
    assert result.coverage["unowned"] == (0 if each else 1)
