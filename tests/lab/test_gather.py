"""netviz gather against OpenSSH's own sshd: what comes, what is told, and what is left."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from machines import PATIENCE, Lab, Process
from ssh_hosts import (
    ALLOWED,
    ON_A_TERMINAL,
    PASSWORD,
    PYTHONS,
    USER,
    WITH_PASSWORD,
    Client,
    SshHost,
)
from stitching import Stitched

from netviz.snapshot import load

GOOD = ("web", "db", "app")
EVERY = (*GOOD, "bare", "stuck", "guarded")

RIGHTS = {"guarded": "", "web": ON_A_TERMINAL, "stuck": ON_A_TERMINAL}
"""Lines of sudoers, where they are not the usual ones."""


class Site:
    """A client, and six hosts: three as they should be, one without a Python, one whose captures
    never end, one where sudo refuses. Beside them one where sudo asks for a password.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.client = Client(lab)
        self.hosts: dict[str, SshHost] = {}
        for number, name in enumerate(EVERY):
            rights = {"guarded": "", "web": ON_A_TERMINAL, "stuck": ON_A_TERMINAL}.get(
                name, ALLOWED
            )
            hide = PYTHONS if name == "bare" else ""
            address = f"10.60.0.{10 + number}"
            self.hosts[name] = SshHost(lab, name, address, self.client.public, rights, hide)
        self.hosts["asking"] = SshHost(
            lab, "asking", "10.60.0.20", self.client.public, WITH_PASSWORD
        )
        self.hosts["stuck"].get_stuck()
        self.know()

    def know(self, more: str = "", **others: SshHost) -> None:
        """Let the client know every host and its key, besides ``others``, of which it has none."""
        hosts = {**self.hosts, **others}
        self.client.know(hosts, {name: host.host_key for name, host in self.hosts.items()}, more)

    def await_captures(self, *names: str) -> None:
        """Wait until a capture runs on each, and its watch."""
        deadline = time.monotonic() + PATIENCE
        while any(len(self.hosts[name].captures()) < 2 for name in names):
            assert time.monotonic() < deadline, {n: h.processes() for n, h in self.hosts.items()}
            time.sleep(0.01)

    def check_nothing_left(self, but: str = "\n") -> None:
        for host in self.hosts.values():
            host.await_nothing_left(but)


@pytest.fixture(scope="module")
def site(laboratory_possible: None) -> Iterator[Site]:
    with Lab(limit=240) as lab:
        yield Site(lab)


@pytest.fixture(autouse=True)
def nothing_gathered(site: Site) -> None:
    site.client.forget()


def report(process: Process) -> list[str]:
    """The last lines: what failed, and why."""
    lines = process.errors().split("\n")
    start = next(n for n, line in enumerate(lines) if " taken" in line)
    return lines[start:]


def test_three_snapshots_and_three_clear_reports(site: Site) -> None:
    ended = site.client.gather(*EVERY, "--sudo", "--timeout", "6")
    assert ended.wait() == 1
    assert report(ended) == [
        f"netviz gather: {site.client.output}: 3 snapshots taken, 3 hosts failed:",
        "  bare: no Python 3.6 or newer (with zlib) is there; name one with --python PATH",
        "  stuck: timed out: the capture did not finish within 6 s (--timeout)",
        "  guarded: sudo refused: it asks for a password; run again with -K",
    ]
    assert site.client.written() == sorted(f"{name}.json.gz" for name in GOOD)
    snapshots = [site.client.output / f"{name}.json.gz" for name in GOOD]
    for name, path in zip(GOOD, snapshots, strict=True):
        (snapshot,) = load(path)
        assert snapshot.host.name == name
        assert {process.uid for process in snapshot.processes} >= {0}
        assert not snapshot.problems
    assert sorted(GOOD) == Stitched("compiled", snapshots).machine_names
    site.check_nothing_left()


def test_a_host_that_is_done_is_not_asked_again(site: Site) -> None:
    assert site.client.gather("web", "--sudo").wait() == 0
    before = (site.client.output / "web.json.gz").stat().st_mtime_ns
    again = site.client.gather("web", "db", "--sudo")
    assert again.wait() == 0
    assert report(again) == [
        f"netviz gather: {site.client.output}: 1 snapshot taken, 1 there already"
    ]
    assert (site.client.output / "web.json.gz").stat().st_mtime_ns == before


def test_without_sudo_it_says_what_was_not_seen(site: Site) -> None:
    ended = site.client.gather("web")
    assert ended.wait() == 0
    assert "(not root): run it with sudo to see them" in ended.errors()


def test_a_password_is_told_to_the_sudo_that_asks(site: Site) -> None:
    ended = site.client.gather("asking", "web", "guarded", "-K", typed=PASSWORD)
    assert ended.wait() == 1
    refused = "  guarded: sudo refused: you may not run Python as root there\n"
    assert refused in ended.output.read_text()
    assert site.client.written() == ["asking.json.gz", "web.json.gz"]
    (snapshot,) = load(site.client.output / "asking.json.gz")
    assert not snapshot.problems
    assert PASSWORD not in ended.output.read_text()
    assert PASSWORD not in str(snapshot)
    site.check_nothing_left()


def test_a_wrong_password_is_told_once(site: Site) -> None:
    ended = site.client.gather("asking", "web", "-K", "--log", "info", typed="wrong")
    assert ended.wait() == 1
    shown = ended.output.read_text()
    assert shown.endswith("1 host failed:\n  asking: sudo refused: the password is not right\n\n")
    assert shown.count("Sorry, try again") == 1
    site.check_nothing_left()


def test_through_a_jump_host(site: Site) -> None:
    """``far`` is reached through a host that is there, ``lost`` through one without an sshd."""
    ways = {"far": "web", "lost": "10.60.0.1"}
    to_db = "  HostName 10.60.0.11\n  HostKeyAlias db\n"
    site.know("".join(f"Host {name}\n{to_db}  ProxyJump {by}\n" for name, by in ways.items()))
    try:
        ended = site.client.gather(*ways, "--sudo")
        assert ended.wait() == 1
    finally:
        site.know()
    (told,) = report(ended)[1:]
    assert told == "  lost: on the way there, connection refused: no sshd listens there"
    (snapshot,) = load(site.client.output / "far.json.gz")
    assert snapshot.host.name == "db"
    assert "10.60.0.10" in site.hosts["db"].sshd.errors().split("Accepted publickey")[-1]
    site.check_nothing_left()


def test_keys_of_hosts_are_checked(site: Site) -> None:
    """``other`` is known by no key; ``db`` is reached where ``web`` is."""
    site.know(other=site.hosts["web"], db=site.hosts["web"])
    try:
        ended = site.client.gather("other", "db", "--sudo")
        assert ended.wait() == 1
    finally:
        site.know()
    assert site.client.written() == []
    assert [line.partition(";")[0] for line in report(ended)[1:]] == [
        "  other: host key: it is not known here",
        "  db: host key: it is not the one in known_hosts",
    ]


def test_an_address_without_sshd_and_a_daemon_that_does_not_answer(site: Site) -> None:
    site.hosts["app"].machine.exec(["kill", "-STOP", str(site.hosts["app"].sshd.pid)])
    try:
        ended = site.client.gather(
            "app", f"{USER}@10.60.0.1", "10.60.0.99", "no.such.example", "--timeout", "4"
        )
        assert ended.wait() == 1
    finally:
        site.hosts["app"].machine.exec(["kill", "-CONT", str(site.hosts["app"].sshd.pid)])
    told = dict(line.strip().split(": ", 1) for line in report(ended)[1:])
    assert "no answer" in told["app"]
    assert told[f"{USER}@10.60.0.1"] == "connection refused: no sshd listens there"
    assert told["no.such.example"] == "its name cannot be resolved"
    assert told["10.60.0.99"] in (
        "there is no route to it",
        "timed out: no answer within 4 s (--timeout)",
    )
    site.check_nothing_left()


@pytest.fixture
def all_stuck(site: Site) -> Iterator[tuple[str, ...]]:
    """Hosts on which a capture begins and never ends."""
    names = (*GOOD, "stuck")
    for name in GOOD:
        site.hosts[name].get_stuck()
    yield names
    for name in GOOD:
        machine = site.hosts[name].machine
        machine.exec(
            ["sh", "-c", f"rm /etc/machine-id && echo {machine.machine_id} > /etc/machine-id"]
        )


def test_a_client_that_is_killed_leaves_nothing(site: Site, all_stuck: tuple[str, ...]) -> None:
    ended = site.client.gather(*all_stuck, "--sudo", "--timeout", "200")
    site.await_captures(*all_stuck)
    site.client.machine.exec(["kill", "-KILL", str(ended.pid)])
    assert ended.wait() == -9
    site.check_nothing_left()
    assert [name for name in site.client.written() if not name.endswith(".tmp")] == []


@pytest.mark.parametrize("signal", ["INT", "TERM", "HUP"])
def test_an_interrupt_leaves_nothing_there_and_no_half_file_here(
    site: Site, all_stuck: tuple[str, ...], signal: str
) -> None:
    ended = site.client.gather(*all_stuck, "--sudo", "--timeout", "200")
    site.await_captures(*all_stuck)
    site.client.machine.exec(["kill", f"-{signal}", str(ended.pid)])
    assert ended.wait() == 130
    assert "Traceback" not in ended.errors()
    assert site.client.written() == []
    site.check_nothing_left()


def test_a_cable_that_is_cut_leaves_nothing(site: Site, all_stuck: tuple[str, ...]) -> None:
    """No packet tells the hosts. Their own sshd waits for TCP to give up, as for every login."""
    ended = site.client.gather(*all_stuck, "--sudo", "--timeout", "4")
    site.await_captures(*all_stuck)
    site.client.machine.ip("link set eth0 down")
    try:
        assert ended.wait() == 1
        site.check_nothing_left(but="sshd:")
    finally:
        site.client.machine.ip("link set eth0 up")


def test_a_capture_whose_watch_is_killed_ends(site: Site, all_stuck: tuple[str, ...]) -> None:
    ended = site.client.gather("web", "--sudo", "--timeout", "200")
    site.await_captures("web")
    web = site.hosts["web"]
    watch, _capture = web.captures()
    web.machine.exec(["kill", "-KILL", str(watch)])
    assert ended.wait() == 1
    site.check_nothing_left()


def test_output_has_no_other_place(site: Site) -> None:
    """What a login may write to is looked at; the rest is read-only."""
    probe = "for d in /usr /etc /var /opt /; do touch $d/x 2>/dev/null && echo $d; done; true"
    inside = ["nsenter", f"--target={site.hosts['web'].sshd.pid}", "--mount", "sh", "-c", probe]
    assert site.hosts["web"].machine.exec(inside) == ""
    assert Path("/usr/x").exists() is False
