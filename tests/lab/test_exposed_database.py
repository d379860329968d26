"""``netviz exposure`` on real hosts: a database that all can reach and none from afar uses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from machines import Lab

from netviz.cli.main import main

IDLE = "scope=all and user=0 and seen=nobody,loopback"


def test_a_database_that_is_only_used_over_loopback(
    lab: Lab, pyz: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = lab.machine("db")
    machine.actor("postgres", ["listen", "0.0.0.0", 5432])
    machine.actor("redis-server", ["listen", "127.0.0.1", 6379])
    machine.actor("backup", ["connect", "127.0.0.1", 5432, 7])
    snapshot = str(machine.capture(pyz))
    assert main(["exposure", snapshot, "-f", "json", "--fail-on", IDLE]) == 3
    shown = capsys.readouterr()
    assert "1 listener matches --fail-on" in shown.err
    first, second = json.loads(shown.out)["listeners"]
    assert (first["process"], first["port"], first["scope"], first["user"], first["seen"]) == (
        *("postgres", 5432, "all", 0, "loopback"),
    )
    assert (second["process"], second["scope"], second["seen"]) == (
        *("redis-server", "loopback", "nobody"),
    )
    assert main(["exposure", snapshot, "--fail-on", f"{IDLE} and port=6379"]) == 0
