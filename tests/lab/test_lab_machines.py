"""The laboratory itself: machines are apart, joined only where they should be, and leave nothing.

The other tests of this folder rest on these.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from machines import PATIENCE, Lab, LabError, Machine

HERE = Path(__file__).parent


def until(condition: Callable[[], bool]) -> bool:
    """Whether the condition comes true before patience ends."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.01)
    return False


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def ids(machine_exec: Callable[[list[str]], str]) -> list[str]:
    files = ["/proc/sys/kernel/hostname", "/etc/machine-id", "/proc/sys/kernel/random/boot_id"]
    return machine_exec(["cat", *files]).split()


def test_each_machine_has_ids_addresses_and_processes_of_its_own(lab: Lab) -> None:
    web = lab.machine("web", ["10.77.0.1/24", "fd77::1/64"])
    db = lab.machine("db", ["10.77.0.2/24"])
    web_ids, db_ids = ids(web.exec), ids(db.exec)
    assert (web_ids[0], db_ids[0]) == ("web", "db")
    assert not set(web_ids) & set(db_ids)
    assert web_ids[2] == web.boot_id
    assert {"10.77.0.1/24", "fd77::1/64"} <= set(web.exec(["ip", "-br", "address"]).split())
    assert "10.77.0.1" not in db.exec(["ip", "-br", "address"])
    staying = web.actor("sleeper")
    listed = web.exec(["sh", "-c", "cat /proc/[0-9]*/comm; true"]).split()
    assert set(listed) == {"init", "sleeper", "sh"}
    assert not Path("/run/boot_id").exists()
    assert " - nsfs " not in web.exec(["cat", "/proc/self/mountinfo"])
    assert web.exec(["cat", f"/proc/{staying.pid}/comm"]) == "sleeper\n"


def test_machines_can_share_a_boot_id(lab: Lab) -> None:
    first = lab.machine("a", boot_id="11111111-2222-4333-8444-555555555555")
    second = lab.machine("b", boot_id=first.boot_id)
    assert ids(first.exec)[2] == ids(second.exec)[2] == first.boot_id
    assert first.exec(["readlink", "/proc/1/ns/net"]) != second.exec(["readlink", "/proc/1/ns/net"])


def test_only_machines_of_one_network_reach_each_other(lab: Lab) -> None:
    router = lab.machine("router", ["10.77.0.1/24"])
    router.connect("back", ["10.77.1.1/24"])
    lab.machine("client", ["10.77.0.2/24"]).actor("front", ["listen", "10.77.0.2", 80])
    server = lab.machine("server", ["10.77.1.2/24"], network="back")
    server.actor("back", ["listen", "10.77.1.2", 80])
    router.actor("proxy", ["connect", "10.77.0.2", 80], ["connect", "10.77.1.2", 80])
    with pytest.raises(LabError, match="Network is unreachable"):
        server.actor("lost", ["connect", "10.77.0.2", 80])


def test_an_actor_that_fails_says_what_it_said(lab: Lab) -> None:
    web = lab.machine("web")
    with pytest.raises(LabError, match="Connection refused"):
        web.actor("client", ["connect", "127.0.0.1", 80])
    with pytest.raises(LabError, match="ended with 3: because"):
        web.exec(["sh", "-c", "echo because >&2; exit 3"])
    with pytest.raises(LabError, match="no-such-program"):
        web.exec(["no-such-program"])


def test_a_unit_is_the_control_group_of_its_processes(lab: Lab) -> None:
    web = lab.machine("web")
    if not lab.cgroups:
        pytest.skip("no control group hierarchy can be written here")
    staying = web.run(["sleep", "60"], unit="nginx.service")
    # It enters the unit itself, after it was started.
    own = ["cat", f"/proc/{staying.pid}/cgroup"]
    assert until(lambda: "/system.slice/nginx.service\n" in web.exec(own))
    assert lab.directory.name not in web.exec(["cat", f"/proc/{staying.pid}/cgroup"])


@pytest.mark.usefixtures("laboratory_possible")
def test_nothing_is_left_behind() -> None:
    with pytest.raises(RuntimeError), Lab() as lab:
        web = lab.machine("web", ["10.77.0.1/24"])
        web.actor("server", ["listen", "0.0.0.0", 80], ["workers", 2], unit="server.service")
        outside = [web.pid, lab._wire.pid if lab._wire else 0]
        folders = [lab.directory, *lab.cgroups]
        assert all(folder.exists() for folder in folders)
        raise RuntimeError
    assert not [pid for pid in outside if alive(pid)]
    assert not [folder for folder in folders if folder.exists()]


def docker_host(lab: Lab) -> tuple[Machine, Machine]:
    """A host and a container of it."""
    host = lab.machine("host", ["10.77.0.1/24"])
    host.ip("link add docker0 type bridge", "address add 172.17.0.1/16 dev docker0")
    host.ip("link set docker0 up")
    return host, lab.container(host, "web", "docker0", "172.17.0.2/16")


def test_a_container_is_inside_its_host(lab: Lab) -> None:
    host, container = docker_host(lab)
    container.actor("server", ["listen", "0.0.0.0", 80])
    host.actor("client", ["connect", "172.17.0.2", 80])
    listed = container.exec(["sh", "-c", "cat /proc/[0-9]*/comm; true"]).split()
    assert set(listed) == {"tini", "server", "sh"}
    seen = host.exec(["sh", "-c", "cat /proc/[0-9]*/comm; true"]).split()
    assert {"init", "client", "tini", "server"} <= set(seen)
    assert container.netns not in (host.netns, Path("/proc/self/ns/net").stat().st_ino)
    assert container.exec(["hostname"]) == "host-web\n"
    groups = host.exec(["sh", "-c", "cat /proc/[0-9]*/cgroup; true"])
    assert not lab.cgroups or f"/system.slice/docker-{container.container_id}.scope" in groups


@pytest.mark.usefixtures("laboratory_possible")
def test_a_container_ends_with_the_laboratory() -> None:
    with pytest.raises(RuntimeError), Lab() as lab:
        _, container = docker_host(lab)
        assert alive(container.pid)
        raise RuntimeError
    assert not alive(container.pid)
    assert not [folder for folder in lab.cgroups if folder.exists()]


@pytest.mark.usefixtures("laboratory_possible")
def test_a_container_ends_with_its_host() -> None:
    with Lab() as lab:
        host, container = docker_host(lab)
        host.hang_up()
        assert until(lambda: not alive(container.pid))


KILLED = """
import sys
sys.path.insert(0, sys.argv[1])
from machines import Lab
lab = Lab()
web = lab.machine("web", ["10.77.0.1/24"])
web.actor("server", ["listen", "0.0.0.0", 80], ["workers", 2])
print(web.pid, flush=True)
print(lab.directory, *lab.cgroups, flush=True)
sys.stdin.read()
"""


@pytest.mark.usefixtures("laboratory_possible")
@pytest.mark.parametrize("kind", [signal.SIGKILL, signal.SIGINT])
def test_machines_end_with_the_process_that_made_them(kind: signal.Signals, tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(HERE)]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as made:
        assert made.stdout is not None
        pid = int(made.stdout.readline())
        folders = [Path(folder) for folder in made.stdout.readline().split()]
        assert alive(pid)
        made.send_signal(kind)
        made.wait(PATIENCE)
    assert until(lambda: not alive(pid))
    with Lab():  # what a killed laboratory could not remove, the next one does
        assert not [folder for folder in folders[1:] if folder.exists()]


@pytest.mark.usefixtures("laboratory_possible")
def test_a_machine_ends_when_its_time_is_up() -> None:
    with Lab(limit=0.3) as lab:
        pid = lab.machine("web").pid
        assert until(lambda: not alive(pid))
