"""Snapshots taken apart, between which client ports went from one service to another.

On ``app`` are two clients: ``orders`` talks to ``postgres`` alone, ``users`` to ``redis`` alone.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from daemons import until
from machines import PYTHON, Lab, Machine, Process
from stitching import Stitched

ACTORS = Path(__file__).with_name("told_actors.py")

DB = "10.77.0.2"
POSTGRES, REDIS = 5432, 6379
FIRST, SECOND = 40000, 40001

Take = Callable[[Machine], Path]


@pytest.fixture
def machines(lab: Lab) -> tuple[Machine, Machine]:
    app = lab.machine("app", ["10.77.0.1/24"])
    db = lab.machine("db", [f"{DB}/24"])
    db.actor("postgres", ["listen", DB, POSTGRES])
    db.actor("redis", ["listen", "0.0.0.0", REDIS])
    return app, db


@pytest.fixture
def take(pyz: Path, tmp_path: Path) -> Take:
    """Takes a snapshot into a file of its own."""

    def taken(machine: Machine) -> Path:
        number = len(list(tmp_path.iterdir()))
        return machine.capture(pyz).rename(tmp_path / f"{machine.name}{number}.json")

    return taken


def start(machine: Machine, comm: str, *steps: object) -> Process:
    return machine.run([PYTHON, str(ACTORS), comm, json.dumps(steps)], ready=True)


def client(app: Machine, comm: str, port: int, first: int, second: int) -> Process:
    """Connects from the port ``first``, and when it is told to from ``second`` instead."""
    before, after = (["connect", DB, port, 1, ["10.77.0.1", own]] for own in (first, second))
    return start(app, comm, ["when_told", f"/run/{comm}", after], before)


def swap(app: Machine, *clients: Process) -> None:
    """Tell the clients, and wait until all of them are done."""
    for process in clients:
        app.exec(["kill", "-USR1", str(process.pid)])
    for process in clients:
        comm = process.argv[2]
        until(f"{comm} to connect anew", Path(f"/proc/{app.pid}/root/run/{comm}").exists)


def flows(result: Stitched) -> Counter[tuple[str, str, int, str]]:
    found: Counter[tuple[str, str, int, str]] = Counter()
    for flow in result.flows:
        assert flow["directed"]
        source, target = (result.nodes[flow[end]]["name"] or "?" for end in ("source", "target"))
        for match, count in flow["matches"].items():
            found[source, target, flow["port"], match] += count
    return found


def test_nothing_changed_between(
    machines: tuple[Machine, Machine], take: Take, implementation: str
) -> None:
    app, db = machines
    client(app, "orders", POSTGRES, FIRST, SECOND)
    client(app, "users", REDIS, SECOND, FIRST)
    assert flows(Stitched(implementation, [take(app), take(db)])) == {
        ("orders", "postgres", POSTGRES, "reciprocal"): 1,
        ("users", "redis", REDIS, "reciprocal"): 1,
    }


@pytest.mark.parametrize("first", ["client first", "server first"])
def test_both_ports_changed_hands(
    machines: tuple[Machine, Machine], take: Take, implementation: str, first: str
) -> None:
    """Each socket that is left alone still names whom it talked to, and nobody else."""
    app, db = machines
    orders = client(app, "orders", POSTGRES, FIRST, SECOND)
    users = client(app, "users", REDIS, SECOND, FIRST)
    order = machines if first == "client first" else (db, app)
    one = take(order[0])
    swap(app, orders, users)
    other = take(order[1])
    result = Stitched(implementation, [one, other])
    assert flows(result) == {
        ("orders", "postgres", POSTGRES, "one-sided"): 1,
        ("users", "redis", REDIS, "one-sided"): 1,
        ("?", "postgres", POSTGRES, "one-sided"): 1,
        ("?", "redis", REDIS, "one-sided"): 1,
    }
    assert (result.coverage["pairs"], result.coverage["unmatched"]) == (0, 0)
