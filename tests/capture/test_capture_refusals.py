"""What the kernel refuses is counted and told, and ends nothing (cases of fd and hidepid)."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from fakeproc import TCP_HEADER, FakeProc
from running import Capture, command, copy_sources, environment
from unprivileged import AS_NOBODY, NOBODY, public_folder, run_as_nobody

from netviz.capture.mounts import hidepid, named_namespaces, parse_mountinfo
from netviz.capture.pid_namespace import WHOLE_MACHINE
from netviz.capture.problems import Problems
from netviz.capture.unseen import Reader, what_was_not_seen

NO_RIGHTS = "Name:\tcat\nCapEff:\t0000000000000000\n"
PROC_MOUNT = "22 27 0:21 / /proc rw,relatime shared:5 - proc proc rw,{}\n"


@pytest.mark.usefixtures("may_become_nobody")
def test_nobody_sees_the_tables_and_says_what_is_missing() -> None:
    with public_folder() as folder:
        code = f"import sys; sys.path.insert(0, {str(folder)!r}); from netviz.capture import cli;"
        copy_sources(folder)
        ended = run_as_nobody(sys.executable, folder, "-B", "-c", code + "sys.exit(cli.main())")
    assert ended.returncode == 0, ended.stderr
    snapshot = json.loads(ended.stdout)
    assert "tcp" in snapshot["netns"][0]["tables"]
    assert snapshot["netns"][0]["id"] is not None
    counts = {(found["what"], found["error"]): found["count"] for found in snapshot["problems"]}
    unread = counts["fd", "EACCES"]
    closed = [found for found in snapshot["processes"] if found["sockets"] is None]
    assert len(closed) == unread > 0
    assert all(found["comm"] is not None and found["uid"] is not None for found in closed)
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"netviz-capture: {unread} of {len(snapshot['processes'])} processes")
    assert line.endswith(" (not root): run it with sudo to see them")


@pytest.mark.usefixtures("may_become_nobody")
def test_a_refused_table_is_a_problem_and_a_refused_descriptor_folder_too(
    fakeproc: FakeProc,
) -> None:
    """psutil #1155: hardened kernels refuse even /proc/net/tcp."""
    with public_folder() as folder:
        tree = FakeProc(folder / "proc")
        tree.process(41, sockets=[1])
        tree.table("tcp", TCP_HEADER).chmod(0)
        tree.table("udp", TCP_HEADER)
        (tree.root / "41" / "fd").chmod(0)
        copy_sources(folder)
        code = f"import sys; sys.path.insert(0, {str(folder)!r}); from netviz.capture import cli;"
        code += f"sys.exit(cli.main(['--proc', {str(tree.root)!r}]))"
        ended = run_as_nobody(sys.executable, folder, "-B", "-c", code)
    assert ended.returncode == 0, ended.stderr
    snapshot = json.loads(ended.stdout)
    assert snapshot["netns"][0]["tables"] == {"udp": TCP_HEADER}
    assert snapshot["processes"][0]["sockets"] is None
    assert snapshot["problems"] == [
        {"what": "fd", "error": "EACCES", "count": 1, "example": f"{tree.root}/41/fd"},
        {"what": "tcp", "error": "EACCES", "count": 1, "example": f"{tree.root}/41/net/tcp"},
    ]
    assert ended.stderr == (
        "netviz-capture: 1 of 1 processes, table tcp could not be read (not root): "
        "run it with sudo to see them\n"
    )


@pytest.mark.parametrize("option", ["hidepid=1", "hidepid=2", "hidepid=invisible"])
def test_hidden_processes_are_told(fakeproc: FakeProc, capture: Capture, option: str) -> None:
    fakeproc.process(41)
    fakeproc.write("self/mountinfo", PROC_MOUNT.format(option))
    fakeproc.write("self/status", NO_RIGHTS)
    run = capture("--proc", str(fakeproc.root))
    assert run.problems() == {("hidepid", "EPERM"): 1}
    assert f"an unknown number of processes is hidden ({fakeproc.root} {option})" in run.errors


def test_who_may_trace_has_nothing_hidden_from_him(fakeproc: FakeProc, capture: Capture) -> None:
    fakeproc.process(41)
    fakeproc.write("self/mountinfo", PROC_MOUNT.format("hidepid=2"))
    fakeproc.write("self/status", "CapEff:\t0000000000080000\n")
    run = capture("--proc", str(fakeproc.root))
    assert (run.problems(), run.errors) == ({}, "")


@pytest.mark.usefixtures("may_become_nobody")
@pytest.mark.parametrize("mode", ["1", "2"])
def test_a_real_procfs_that_hides(mode: str) -> None:
    """In a pid namespace of its own, so that nothing of this machine is mounted anew."""
    with public_folder() as folder:
        copy_sources(folder)
        inner = f"mount -t proc -o hidepid={mode} proc /proc && sleep 60 & sleep 0.5; exec "
        inner += " ".join(AS_NOBODY) + ' "$@"'
        ended = subprocess.run(
            ["unshare", "-pfm", "sh", "-c", inner, "sh", *command()],
            env={**environment(), "PYTHONPATH": str(folder)},
            check=False,
            capture_output=True,
            text=True,
        )
    assert ended.returncode == 0, ended.stderr
    snapshot = json.loads(ended.stdout)
    counts = {(found["what"], found["error"]) for found in snapshot["problems"]}
    assert ("hidepid", "EPERM") in counts
    assert (("process", "EPERM") in counts) is (mode == "1")
    assert "is hidden (/proc hidepid=" in ended.stderr


def test_eperm_counts_as_eacces() -> None:
    problems = Problems()
    problems.count("fd", "EPERM", "/proc/1/fd")
    problems.count("fd", "EACCES", "/proc/2/fd")
    problems.count("fd", "EMFILE", "/proc/3/fd")
    line = what_was_not_seen(problems, Reader(NOBODY, None), 5)
    assert line is not None
    assert line.startswith("2 of 5 processes could not be read (not root)")


@pytest.mark.parametrize(("euid", "who"), [(0, "root, but confined"), (NOBODY, "not root")])
def test_a_container_has_an_outside(euid: int, who: str) -> None:
    """sudo shows nothing of it."""
    assert what_was_not_seen(Problems(), Reader(euid, None, None), 3) is None
    assert what_was_not_seen(Problems(), Reader(euid, None, WHOLE_MACHINE), 3) is None
    assert what_was_not_seen(Problems(), Reader(euid, None, WHOLE_MACHINE + 1), 3) == (
        f"processes outside of this container (PID namespace) were not seen ({who}): "
        "run it as root of the host, outside any container"
    )


def test_root_in_a_container_is_told_to_leave_it() -> None:
    problems = Problems()
    problems.count("fd", "EACCES", "/proc/1/fd")
    line = what_was_not_seen(problems, Reader(0, "00000000a80425fb"), 3)
    assert line == (
        "1 of 3 processes could not be read (root, but confined): "
        "run it as root of the host, outside any container"
    )


def test_labels_that_were_refused_are_counted() -> None:
    problems = Problems()
    for pid in (1, 2):
        problems.count("attr/current", "EACCES", f"/proc/{pid}/attr/current")
    line = what_was_not_seen(problems, Reader(NOBODY, None), 5)
    assert line is not None
    assert line.startswith("2 security labels could not be read (not root)")


MOUNTS = (
    b"22 27 0:21 / /proc rw,nosuid shared:5 - proc proc rw,hidepid=2\n"
    b"23 27 0:21 / /host/proc rw - proc proc rw\n"
    b"40 27 0:4 net:[4026532281] /run/netns/blue\\040sky rw shared:9 - nsfs nsfs rw\n"
    b"41 27 0:4 net:[4026532281] /run/again rw - nsfs nsfs rw\n"
    b"42 27 0:3 net:[4026532999] /run/netns/\\134old rw - proc proc rw\n"
    b"43 27 0:4 mnt:[4026532282] /run/other rw - nsfs nsfs rw\n"
    b"44 27 0:9 /net:[1] /mnt rw - ext4 /dev/x rw\n"
    b"broken line\n"
)


def test_mountinfo_names_what_hides_and_what_is_mounted() -> None:
    mounts = parse_mountinfo(MOUNTS)
    assert hidepid(mounts, b"/proc") == "hidepid=2"
    assert hidepid(mounts, b"/host/proc") is None
    assert hidepid(mounts, b"/a/copy") == "hidepid=2"
    assert [tuple(found) for found in named_namespaces(mounts)] == [
        (4026532281, b"blue sky", b"/run/netns/blue sky"),
        (4026532999, b"\\old", b"/run/netns/\\old"),
    ]


def test_a_procfs_that_hides_nothing_says_so() -> None:
    for option in (b"hidepid=0", b"hidepid=off"):
        mounts = parse_mountinfo(MOUNTS.replace(b"hidepid=2", option))
        assert hidepid(mounts, b"/proc") is None
