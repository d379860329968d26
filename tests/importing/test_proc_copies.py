"""Copies of /proc as cp, tar and rsync leave them, and as somebody may have changed them."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from kernel_text import LISTEN, Row, inet_table

from netviz.errors import SourceError
from netviz.importing.proc_tree import read_proc_tree
from netviz.snapshot.model import IMPORTED, Snapshot
from netviz.snapshot.writing import encoded

NETNS = 4026531840
TCP = inet_table("tcp", [Row(("192.0.2.1", 80), ("0.0.0.0", 0), LISTEN, 501)])


def write(folder: Path, path: str, text: str) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text)


def add_process(folder: Path, pid: int, comm: str, *sockets: int, netns: int = NETNS) -> None:
    """As ``cp -a`` leaves it: descriptors are links that lead nowhere."""
    rest = " ".join(["S 1", *["0"] * 17, "777"])
    write(folder, f"{pid}/stat", f"{pid} ({comm}) {rest} 0\n")
    write(folder, f"{pid}/comm", f"{comm}\n")
    write(folder, f"{pid}/status", f"Name:\t{comm}\nUid:\t0\t33\t33\t33\nCapEff:\t00\n")
    write(folder, f"{pid}/cgroup", f"0::/system.slice/{comm}.service\n")
    for number, inode in enumerate(sockets):
        (folder / f"{pid}/fd").mkdir(exist_ok=True)
        (folder / f"{pid}/fd/{number}").symlink_to(f"socket:[{inode}]")
    (folder / f"{pid}/ns").mkdir()
    (folder / f"{pid}/ns/net").symlink_to(f"net:[{netns}]")
    (folder / f"{pid}/exe").symlink_to(f"/usr/sbin/{comm}")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "copy" / "proc"
    add_process(folder, 1, "init")
    add_process(folder, 20, "nginx", 501)
    write(folder, "1/net/tcp", TCP)
    write(folder, "stat", "btime 1700000000\n")
    write(folder, "sys/kernel/hostname", "elm\n")
    write(folder, "sys/kernel/arch", "x86_64\n")
    return folder


def imported(
    folder: Path,
    name: str | None = None,
    machine_id: str | None = None,
    byteorder: str | None = None,
) -> Snapshot:
    return read_proc_tree(str(folder), name, machine_id, byteorder)


def problems(snapshot: Snapshot) -> set[tuple[str, str]]:
    return {(one.what, one.error) for one in snapshot.problems if one.what != IMPORTED}


def test_processes_sockets_and_tables(copy: Path) -> None:
    snapshot = imported(copy)
    assert snapshot.host.name == "elm"
    assert snapshot.host.byteorder == "little"
    [nginx] = [one for one in snapshot.processes if one.pid == 20]
    assert (nginx.comm, nginx.uid, nginx.exe, list(nginx.sockets)) == (
        "nginx",
        33,
        "/usr/sbin/nginx",
        [501],
    )
    assert nginx.cgroup == "0::/system.slice/nginx.service\n"
    assert [(one.id, one.tables) for one in snapshot.netns] == [(NETNS, {"tcp": TCP})]
    assert problems(snapshot) == set()


def test_nothing_of_who_imports_is_in_it(copy: Path) -> None:
    write(copy, "../etc/machine-id", "somebody-elses\n")
    document = json.loads(encoded(imported(copy)))
    assert document["host"]["machine_id"] is None
    assert document["privileges"]["euid"] is None
    assert document["privileges"]["cap_eff"] is None
    assert document["time"] == {"started": None, "finished": None}
    assert imported(copy, machine_id="abc").host.machine_id == "abc"


@pytest.mark.parametrize(
    ("arch", "given", "expected", "told"),
    [
        ("s390x", None, "big", False),
        ("aarch64", None, "little", False),
        ("", None, "little", True),
        ("unheard-of", None, "little", True),
        ("", "big", "big", False),
        ("x86_64", "big", "big", False),
    ],
)
def test_byte_order(copy: Path, arch: str, given: str | None, expected: str, told: bool) -> None:
    write(copy, "sys/kernel/arch", f"{arch}\n")
    snapshot = imported(copy, byteorder=given)
    assert snapshot.host.byteorder == expected
    limits = [one.error for one in snapshot.problems if one.what == IMPORTED]
    assert any("--byteorder" in one for one in limits) == told


def test_the_name_has_to_be_known(copy: Path) -> None:
    (copy / "sys/kernel/hostname").unlink()
    with pytest.raises(SourceError, match="does not say the name"):
        imported(copy)
    assert imported(copy, name="oak").host.name == "oak"


def test_empty_files_of_tar_and_rsync_are_unknown_and_counted(copy: Path) -> None:
    for path in copy.rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.write_text("")
    snapshot = imported(copy, name="elm")
    [nginx] = [one for one in snapshot.processes if one.pid == 20]
    assert (nginx.comm, nginx.uid, nginx.start) == (None, None, None)
    assert list(nginx.sockets) == [501]
    assert {("stat", "ENODATA"), ("comm", "ENODATA"), ("status", "ENODATA")} <= problems(snapshot)
    [stat] = [one for one in snapshot.problems if one.what == "stat"]
    assert stat.count == 2 + 1  # of two processes, and of the machine
    assert snapshot.netns[0].tables["tcp"] == ""


def test_a_process_without_stat_is_one_all_the_same(copy: Path) -> None:
    (copy / "20/stat").unlink()
    snapshot = imported(copy)
    assert [list(one.sockets) for one in snapshot.processes if one.pid == 20] == [[501]]
    assert problems(snapshot) == {("stat", "ENODATA")}


def test_tables_may_be_with_any_process_of_the_namespace(copy: Path) -> None:
    add_process(copy, 30, "inner", netns=7)
    add_process(copy, 31, "redis", netns=7)
    write(copy, "31/net/tcp", TCP.replace("01F5", "01F6"))
    shutil.move(copy / "1/net", copy / "20/net")
    tables = {one.id: "tcp" in one.tables for one in imported(copy).netns}
    assert tables == {NETNS: True, 7: True}


def test_tables_at_the_top_where_all_are_in_one_namespace(copy: Path) -> None:
    shutil.move(copy / "1/net", copy / "net")
    assert [sorted(one.tables) for one in imported(copy).netns] == [["tcp"]]
    add_process(copy, 30, "inner", netns=7)
    assert all(not one.tables for one in imported(copy).netns)


def test_nothing_outside_is_read(copy: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (tmp_path / "fd").mkdir()
    (tmp_path / "fd/0").symlink_to("socket:[99]")
    (tmp_path / "net").mkdir()
    (tmp_path / "net/tcp").write_text("secret table")
    (copy / "20/comm").unlink()
    (copy / "20/comm").symlink_to(secret)
    (copy / "1/cgroup").unlink()
    (copy / "1/cgroup").symlink_to("../../../secret")
    shutil.rmtree(copy / "20/fd")
    (copy / "20/fd").symlink_to(tmp_path / "fd")
    shutil.rmtree(copy / "1/net")
    (copy / "1/net").symlink_to(tmp_path / "net")
    (copy / "sys/kernel/hostname").unlink()
    (copy / "sys/kernel/hostname").symlink_to(secret)
    snapshot = imported(copy, name="elm")
    assert b"secret" not in encoded(snapshot).replace(str(tmp_path).encode(), b"")
    assert [list(one.sockets) for one in snapshot.processes] == [[], []]


def test_devices_and_pipes_are_not_opened(copy: Path) -> None:
    for path in ("20/comm", "20/status", "1/net/tcp"):
        (copy / path).unlink()
        os.mkfifo(copy / path)
    snapshot = imported(copy)
    assert {("comm", "EXDEV"), ("status", "EXDEV"), ("tcp", "EXDEV")} <= problems(snapshot)


def test_files_as_large_as_a_disk(copy: Path) -> None:
    for path, size in (("20/comm", 2**24), ("1/net/tcp", 2**33)):
        with (copy / path).open("r+b") as file:
            file.truncate(size)
    assert {("comm", "EFBIG"), ("tcp", "EFBIG")} <= problems(imported(copy))


@pytest.mark.parametrize("what", ["nothing", "empty", "file"])
def test_what_is_no_copy(tmp_path: Path, what: str) -> None:
    place = tmp_path / what
    if what == "empty":
        place.mkdir()
    elif what == "file":
        place.write_text("x")
    with pytest.raises(SourceError, match=r"cannot be read|holds no process"):
        imported(place)
