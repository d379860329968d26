"""Root that may not do everything: the capture works as far as it can, and says what it lacks.

What another user sees, and hidepid, are in test_capture_refusals.py.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from fakeproc import FakeProc
from needs import unavailable
from running import Run, command, copy_sources, environment
from unprivileged import public_folder, run_as_nobody
from without_netlink import CANNOT

from netviz.snapshot import load
from netviz.stitch import stitch

HERE = Path(__file__).parent
OWN_NETNS = Path("/proc/self/ns/net").stat().st_ino

CONFINED = (
    r"(?m)^netviz-capture: .*\(root, but confined\): "
    r"run it as root of the host, outside any container$"
)


OUTSIDE = (
    "processes outside of this container (PID namespace) were not seen (root, but confined): "
    "run it as root of the host, outside any container"
)


@dataclass(frozen=True)
class Held:
    """A process, and the inode and port of the listener that it holds."""

    pid: int
    inode: int
    port: int


@dataclass(frozen=True)
class Beside:
    """A capture with few rights, and the process beside it that has no more."""

    run: Run
    inside: Held


@pytest.fixture
def outside() -> Iterator[Held]:
    """This process, which has every right that there is, and a listener of it."""
    if os.geteuid() != 0:
        unavailable("only root can give up some of its rights")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        inode = os.fstat(listener.fileno()).st_ino
        yield Held(os.getpid(), inode, listener.getsockname()[1])


def capture_under(prefix: Sequence[str], *arguments: str, capture: Sequence[str] = ()) -> Beside:
    """Run a capture by ``prefix``, with a listener beside it. Skips where the kernel refuses."""
    try:
        subprocess.run([*prefix, "true"], check=True, capture_output=True)
    except OSError as error:
        unavailable(f"{prefix[0]} cannot be run here: {error}")
    except subprocess.CalledProcessError as error:
        pytest.skip(f"this kernel does not permit it: {error}: {error.stderr.decode()}")
    ended = subprocess.run(
        [
            *(*prefix, sys.executable, str(HERE / "beside_a_listener.py")),
            *(capture or command()),
            *arguments,
        ],
        env=environment(),
        check=False,
        capture_output=True,
        timeout=120,
    )
    line, _, output = ended.stdout.partition(b"\n")
    run = Run(ended.returncode, ended.stderr.decode(), output)
    return Beside(run, Held(*map(int, line.split())))


def without(capability: str) -> list[str]:
    """What runs a command as a root that lacks ``capability``, as named by setpriv(1)."""
    return ["setpriv", f"--bounding-set=-{capability}", f"--inh-caps=-{capability}", "--"]


def listed(run: Run, held: Held, netns: int = OWN_NETNS) -> bool:
    """Whether the table of a namespace has the listener."""
    (found,) = [entry for entry in run.snapshot["netns"] if entry["id"] == netns]
    return f" {held.inode} " in found["tables"]["tcp"]


def capabilities(run: Run) -> int:
    return int(run.snapshot["privileges"]["cap_eff"], 16)


def test_without_cap_sys_ptrace(outside: Held) -> None:
    """The kernel lists the descriptors of others, but not where they lead."""
    beside = capture_under(without("sys_ptrace"))
    run = beside.run
    assert not capabilities(run) & 1 << 19
    assert run.process(beside.inside.pid)["sockets"] == [beside.inside.inode]
    other = run.process(outside.pid)
    assert (other["sockets"], other["pipes"]) == (None, None)
    assert other["comm"] is not None and other["uid"] == 0
    assert listed(run, outside) and listed(run, beside.inside)
    closed = [entry for entry in run.snapshot["processes"] if entry["sockets"] is None]
    assert run.problems()["fd", "EACCES"] == len(closed)
    assert re.search(CONFINED, run.errors)
    assert f": {len(closed)} of {len(run.snapshot['processes'])} processes could" in run.errors


def test_without_cap_sys_admin(outside: Held) -> None:
    """No other network namespace can be entered; its tables are read through who lives there."""
    with subprocess.Popen(
        ["unshare", "--net", sys.executable, "-S", "-c", "print(flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdin is not None and child.stdout is not None
        child.stdout.readline()
        netns = Path(f"/proc/{child.pid}/ns/net").stat().st_ino
        run = capture_under(without("sys_admin")).run
        child.stdin.close()
    assert netns != OWN_NETNS
    (found,) = [entry for entry in run.snapshot["netns"] if entry["id"] == netns]
    assert found["tables"]["tcp"].startswith("  sl  local_address")
    assert found["ip_local_port_range"] is None
    assert run.problems()["setns", "EPERM"] >= 1
    assert re.search("[0-9] network namespaces? from inside could not be read ", run.errors)
    assert re.search(CONFINED, run.errors)


def test_without_cap_net_admin(outside: Held) -> None:
    """Nothing is missing where the kernel has /proc/net/nf_conntrack."""
    beside = capture_under(without("net_admin"))
    assert not capabilities(beside.run) & 1 << 12
    assert outside.inode in beside.run.process(outside.pid)["sockets"]
    assert {what for what, _ in beside.run.problems()} <= {"fd", "exe", "netns", "process"}


NO_CONNTRACK_FILE = """
import sys
from netviz.capture import cli, namespace_writer, unseen
for module in (namespace_writer, unseen):
    module.CONNTRACK = "nf_conntrack_absent"
sys.exit(cli.main())
"""


def test_without_cap_net_admin_nor_the_file_of_tracked_connections(outside: Held) -> None:
    """The kernel is asked then, and refuses. The name of the file is one that no kernel has."""
    if not Path("/proc/sys/net/netfilter/nf_conntrack_count").exists():
        unavailable("this kernel tracks no connections")
    capture = [sys.executable, "-c", NO_CONNTRACK_FILE]
    run = capture_under(without("net_admin"), capture=capture).run
    assert listed(run, outside)
    assert run.problems()["nf_conntrack_absent", "EPERM"] >= 1
    assert "table nf_conntrack_absent could not be read" in run.errors


def test_in_a_container(outside: Held) -> None:
    """What is outside is not there at all: no processes, no sockets.

    Nor are the network namespaces that have a name outside: a container has mounts of its own.
    """
    prefix = ["unshare", "--pid", "--net", "--uts", "--ipc", "--fork", "--mount-proc"]
    inside = 'umount -a -t nsfs; ip link set lo up; "$@"'
    beside = capture_under([*prefix, "--kill-child", "--", "sh", "-c", inside, "sh"])
    run = beside.run
    assert {1, beside.inside.pid} <= {entry["pid"] for entry in run.snapshot["processes"]}
    assert len(run.snapshot["processes"]) < 6
    assert run.process(beside.inside.pid)["sockets"] == [beside.inside.inode]
    (netns,) = run.snapshot["netns"]
    assert netns["id"] != OWN_NETNS
    assert f" {beside.inside.inode} " in netns["tables"]["tcp"]
    assert f" {outside.inode} " not in netns["tables"]["tcp"]
    assert run.problems() == {}
    assert run.errors == f"netviz-capture: {OUTSIDE}\n"


def test_in_a_container_of_a_pod(outside: Held, tmp_path: Path) -> None:
    """It shares the network namespace of others, and that somebody holds their sockets is known."""
    prefix = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "--"]
    beside = capture_under(prefix)
    run = beside.run
    assert run.process(beside.inside.pid)["sockets"] == [beside.inside.inode]
    assert listed(run, outside) and listed(run, beside.inside)
    holders = [entry for entry in run.snapshot["processes"] if outside.inode in entry["sockets"]]
    assert holders == []
    assert f"netviz-capture: {OUTSIDE}\n" == run.errors
    (tmp_path / "pod.json").write_bytes(run.output)
    nodes = {
        listener.port: (node.pids, node.owner)
        for node in stitch(load(tmp_path / "pod.json")).nodes
        for listener in node.listeners
    }
    assert nodes[outside.port] == ((), "unseen")
    assert nodes[beside.inside.port] == ((beside.inside.pid,), None)


def test_in_a_user_namespace(outside: Held) -> None:
    """Root there is nobody's root here."""
    beside = capture_under(["unshare", "--user", "--map-root-user", "--"])
    run = beside.run
    assert run.snapshot["privileges"]["euid"] == 0
    assert run.process(beside.inside.pid)["sockets"] == [beside.inside.inode]
    assert run.process(outside.pid)["sockets"] is None
    assert listed(run, outside) and listed(run, beside.inside)
    assert run.problems()["fd", "EACCES"] >= 1
    assert re.search(CONFINED, run.errors)


def test_a_read_only_file_system_is_named(outside: Held, tmp_path: Path) -> None:
    mount = 'mount -t tmpfs -o ro tmpfs "$0" && exec "$@"'
    ended = subprocess.run(
        ["unshare", "--mount", "sh", "-c", mount, tmp_path, *command("-o", f"{tmp_path}/a.json")],
        env=environment(),
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    assert ended.stderr == (
        f"netviz-capture: {tmp_path}/a.json: Read-only file system; no whole snapshot was written\n"
    )


def test_where_nothing_can_be_written_at_all_standard_output_works(outside: Held) -> None:
    prefix = ["unshare", "--mount", "sh", "-c", 'mount -o remount,bind,ro / && exec "$@"', "sh"]
    run = capture_under(prefix).run
    assert outside.inode in run.process(outside.pid)["sockets"]


@pytest.mark.usefixtures("may_become_nobody")
def test_a_security_module_that_refuses() -> None:
    """SELinux answers EACCES for a label, or for all of a process; here the modes of files do."""
    with public_folder() as folder:
        tree = FakeProc(folder / "proc")
        for pid in (41, 42, 43):
            tree.process(pid, sockets=[pid], attr=b"system_u:system_r:daemon_t:s0\0")
        (tree.root / "42" / "attr" / "current").chmod(0)
        (tree.root / "43").chmod(0)
        copy_sources(folder)
        code = f"import sys; sys.path.insert(0, {str(folder)!r}); from netviz.capture import cli;"
        code += f"sys.exit(cli.main(['--proc', {str(tree.root)!r}]))"
        ended = run_as_nobody(sys.executable, folder, "-B", "-c", code)
        (tree.root / "43").chmod(0o755)
    run = Run(ended.returncode, ended.stderr, ended.stdout.encode())
    labels = [(entry["pid"], entry["security"]) for entry in run.snapshot["processes"]]
    assert labels == [(41, "system_u:system_r:daemon_t:s0"), (42, None)]
    assert [entry["sockets"] for entry in run.snapshot["processes"]] == [[41], [42]]
    assert run.problems() == {("attr/current", "EACCES"): 1, ("process", "EACCES"): 1}
    assert run.errors == (
        "netviz-capture: 1 of 3 processes, 1 security label could not be read (not root): "
        "run it with sudo to see them\n"
    )


def test_without_netlink(outside: Held) -> None:
    """A seccomp profile that forbids these sockets: what /proc shows is there."""
    prefix = [sys.executable, str(HERE / "without_netlink.py")]
    tried = subprocess.run([*prefix, "/bin/true"], check=False)
    if tried.returncode == CANNOT:
        pytest.skip("no seccomp filter can be set here")
    run = capture_under([*prefix, "/usr/bin/env"]).run
    assert listed(run, outside)
    assert outside.inode in run.process(outside.pid)["sockets"]
    own = run.snapshot["netns"][0]
    assert "127.0.0.1/8" in own["addresses"]
    assert run.snapshot["unix_peers"] == []
    assert run.problems()["unix_diag", "EPERM"] >= 1
    assert run.problems()["rtnetlink", "EPERM"] >= 1
    assert "the peers of unix sockets could not be read " in run.errors
