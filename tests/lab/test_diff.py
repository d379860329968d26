"""``netviz diff`` of real hosts with real daemons: what a restart, an opened port and a new client
are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from daemons import listens, nginx, redis, until
from machines import Lab, Machine, Process

from netviz.cli.main import main

WEB, CACHE = "10.50.0.1", "10.50.0.2"


@dataclass
class Days:
    """Snapshots of both machines, by day."""

    pyz: Path
    folder: Path
    snapshots: dict[str, list[str]] = field(default_factory=dict)

    def capture(self, day: str, *machines: Machine) -> None:
        (self.folder / day).mkdir()
        self.snapshots[day] = []
        for machine in machines:
            taken = machine.capture(self.pyz)
            self.snapshots[day].append(str(taken.rename(self.folder / day / taken.name)))


@pytest.fixture(scope="module")
def days(
    laboratory_possible: None, pyz: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Days]:
    """Captures as it was, with nginx restarted, with Redis reopened, and with one more client."""
    days = Days(pyz, tmp_path_factory.mktemp("days"))
    with Lab() as lab:
        web, cache = lab.machine("web", [f"{WEB}/24"]), lab.machine("cache", [f"{CACHE}/24"])
        front, server = nginx(web, 80, "/run/none.sock"), redis(cache, "--bind", "127.0.0.1")
        monitor = cache.actor("monitor", ["connect_ungreeted", WEB, 80])
        days.capture("before", web, cache)
        stop(monitor)
        stop(front, 80)
        nginx(web, 80, "/run/none.sock")
        cache.actor("monitor", ["connect_ungreeted", WEB, 80])
        days.capture("restarted", web, cache)
        stop(server, 6379)
        redis(cache)
        days.capture("opened", web, cache)
        web.actor("reporter", ["connect_ungreeted", CACHE, 6379])
        days.capture("client", web, cache)
    yield days


def stop(process: Process, port: int = 0) -> None:
    """End a process, and wait until nobody listens on its port any more."""
    process.machine.exec(["/bin/sh", "-c", f"kill {process.pid}"])
    process.wait()
    if port:
        until(f"port {port} to be free", lambda: not listens(process.machine, port))


def compared(
    days: Days, old: str, new: str, capsys: pytest.CaptureFixture[str], *options: str
) -> tuple[int, dict[str, Any]]:
    """The exit status of the command, and the JSON that it prints."""
    arguments = [*days.snapshots[old], "--", *days.snapshots[new], "-f", "json", *options]
    status = main(["diff", *arguments])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return status, found


def test_nginx_restarted_is_no_difference(days: Days, capsys: pytest.CaptureFixture[str]) -> None:
    pids = [nginx_pids(days, day) for day in ("before", "restarted")]
    assert pids[0] and pids[1] and not pids[0] & pids[1]
    status, found = compared(days, "before", "restarted", capsys, "--factor", "1")
    assert (status, found["alike"]) == (0, True)
    assert (found["services"], found["listeners"], found["flows"]) == ([], [], [])
    assert found["old"]["machines"] == found["new"]["machines"] == ["cache", "web"]


def test_redis_opened_to_all_is_one_listener_that_changed(
    days: Days, capsys: pytest.CaptureFixture[str]
) -> None:
    status, found = compared(days, "restarted", "opened", capsys, "--factor", "1")
    assert status == 1
    assert (found["services"], found["flows"], found["not_compared"]) == ([], [], [])
    (listener,) = found["listeners"]
    assert (listener["change"], listener["service"]["machine"]) == ("changed", "cache")
    assert (listener["service"]["process"], listener["port"]) == ("redis-server", 6379)
    assert (listener["old"], listener["new"]) == (["127.0.0.1"], ["0.0.0.0"])


def test_a_new_client_is_one_flow_that_came(days: Days, capsys: pytest.CaptureFixture[str]) -> None:
    status, found = compared(days, "opened", "client", capsys, "--factor", "1")
    assert status == 1
    assert (found["listeners"], found["not_compared"]) == ([], [])
    (service,) = found["services"]
    assert (service["change"], service["service"]["process"]) == ("came", "reporter")
    (flow,) = found["flows"]
    assert (flow["change"], flow["old"], flow["new"]) == ("came", None, 1)
    ends = [(flow[end]["machine"], flow[end]["process"]) for end in ("client", "server")]
    assert ends == [("web", "reporter"), ("cache", "redis-server")]
    assert flow["port"] == 6379


def test_what_is_ignored_is_alike(days: Days, capsys: pytest.CaptureFixture[str]) -> None:
    status, found = compared(days, "before", "client", capsys, "--ignore", "port=6379")
    assert (status, found["alike"]) == (0, True)


def test_a_machine_that_is_not_there_is_not_gone(
    days: Days, capsys: pytest.CaptureFixture[str]
) -> None:
    (web,) = (path for path in days.snapshots["client"] if path.endswith("web.json"))
    assert main(["diff", *days.snapshots["client"], "--", web]) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[2:4] == ["", "Not compared"]
    assert said[4].startswith("  cache was not captured in NEW: ")
    assert not {"Came", "Went", "Changed"} & set(said)


def test_an_error_is_status_2(days: Days, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", *days.snapshots["before"], "--", "/nowhere.json"]) == 2
    assert "/nowhere.json: there is no such file" in capsys.readouterr().err


def nginx_pids(days: Days, day: str) -> set[int]:
    """The pids of nginx in the snapshots of a day."""
    return {
        process["pid"]
        for path in days.snapshots[day]
        for process in json.loads(Path(path).read_text())["processes"]
        if process["comm"] == "nginx"
    }
