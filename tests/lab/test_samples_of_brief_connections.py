"""Connections that live for a moment, and machines that are captured again and again."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path

from machines import PYTHON, Lab, Machine, Process
from stitching import IMPLEMENTATIONS, Stitched, has

ACTORS = Path(__file__).with_name("load_actors.py")

APP, DB = "10.60.0.1", "10.60.0.2"
EVERY, LIFE = 0.05, 0.05
"""Seconds from one connection to the next, and for how long each is open."""

SAMPLES, BETWEEN = 51, 0.2


def start(machine: Machine, comm: str, *steps: object) -> Process:
    return machine.run([PYTHON, str(ACTORS), comm, json.dumps(steps)], ready=True)


def sample(machine: Machine, pyz: Path) -> tuple[Process, Path]:
    """A capture that takes samples, begun."""
    target = machine.directory / f"{machine.name}.jsonl"
    options = ["--repeat", str(SAMPLES), "--every", str(BETWEEN), "-o", str(target)]
    return machine.run([PYTHON, str(pyz), *options]), target


def test_services_that_speak_for_a_moment_are_seen_and_what_is_told_of_them_is_true(
    lab: Lab, pyz: Path
) -> None:
    app, db = lab.machine("app", [f"{APP}/24"]), lab.machine("db", [f"{DB}/24"])
    start(db, "stock", ["serve", DB, 8080])
    start(db, "postgres", ["serve", DB, 5432])
    start(app, "billing", ["connect", DB, 5432])
    log = app.directory / "ports"
    start(app, "shop", ["brief", DB, 8080, EVERY, LIFE, str(log)])
    start(db, "archive", ["serve", DB, 9090])
    backup = start(app, "backup", ["connect", DB, 9090])
    running = [sample(machine, pyz) for machine in (app, db)]
    time.sleep(SAMPLES * BETWEEN / 2)
    app.exec(["kill", str(backup.pid)])
    for process, _ in running:
        assert process.wait() == 0, process.errors()
    files = [target for _, target in running]
    real = Counter(int(port) for port in log.read_text().split())
    assert len(real) > SAMPLES
    for implementation in filter(has, IMPLEMENTATIONS):
        result = Stitched(implementation, files, "--group-by", "process", "--recent")
        names = {key: node["name"] or "?" for key, node in result.nodes.items()}
        shown = {(names[f["source"]], names[f["target"]], f["port"]) for f in result.flows}
        # ? where the socket was closed already when it was seen.
        assert {end for end in shown if "?" not in end} == {
            ("shop", "stock", 8080),
            ("billing", "postgres", 5432),
            ("backup", "archive", 9090),
        }
        brief = sum(flow["connections"] for flow in result.flows if flow["port"] == 8080)
        assert 0 < brief <= sum(real.values())
        (steady,) = [flow for flow in result.flows if flow["port"] == 5432]
        assert (steady["connections"], steady["match"]) == (1, "reciprocal")
        assert steady["seen"]["snapshots"] == steady["seen"]["of"] == 2 * SAMPLES
        single = Stitched(implementation, files, "--group-by", "connection", "--recent")
        told = Counter(flow["samples"][0][1] for flow in single.flows if flow["port"] == 8080)
        assert sum(told.values()) == brief
        assert told <= real
        # Of those that come and go one may be open whenever a sample is taken.
        often = Stitched(implementation, files, "--seen-in", "100")
        assert {flow["port"] for flow in often.flows} - {8080} == {5432}
