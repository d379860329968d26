"""In a folder that is open to all: nobody leads a snapshot elsewhere, changes it, or reads half."""

from __future__ import annotations

import os
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from fakeproc import FakeProc
from needs import unavailable
from running import Capture, command, environment
from unprivileged import NOBODY

from netviz.capture.links import resolved
from netviz.cli.output import write_output
from netviz.errors import OutputError

OLD = "what only root may change\n"

Writer = Callable[[Path], str]
"""Writes to a path as a command does, and gives what it says of a failure."""


@pytest.fixture(params=["capture", "stitch"])
def write(request: pytest.FixtureRequest, fakeproc: FakeProc, capture: Capture) -> Writer:
    fakeproc.process(1)

    def by_capture(path: Path) -> str:
        return capture("--proc", str(fakeproc.root), "-o", str(path)).errors

    def by_stitch(path: Path) -> str:
        try:
            write_output(str(path), b"new")
        except OutputError as error:
            return str(error)
        return ""

    return {"capture": by_capture, "stitch": by_stitch}[request.param]


@pytest.fixture
def open_folder(tmp_path: Path) -> Path:
    """A folder like /tmp: everybody may put something there, nobody may move what others put."""
    if os.geteuid() != 0:
        unavailable("only root can put something there as another user")
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o1777)
    return folder


@pytest.mark.parametrize("there", [True, False], ids=["file", "no file"])
def test_a_link_that_somebody_else_planted_is_not_followed(
    write: Writer, open_folder: Path, tmp_path: Path, there: bool
) -> None:
    target = tmp_path / "private"
    if there:
        target.write_text(OLD)
    link = open_folder / "web1.json"
    link.symlink_to(target)
    os.chown(link, NOBODY, NOBODY, follow_symlinks=False)
    said = write(link)
    # Where fs.protected_symlinks is on, the kernel may be the one that refuses.
    assert "symbolic link that somebody else put there" in said or "Permission denied" in said
    assert said.count("\n") <= 1
    assert (target.read_text() if target.exists() else None) == (OLD if there else None)
    assert [entry.name for entry in open_folder.iterdir()] == ["web1.json"]


def test_a_link_of_ones_own_is_followed_there(
    write: Writer, open_folder: Path, tmp_path: Path
) -> None:
    link = open_folder / "web1.json"
    link.symlink_to(tmp_path / "target")
    assert write(link) == ""
    assert link.is_symlink()
    assert (tmp_path / "target").stat().st_size


def test_a_link_of_the_owner_of_the_folder_is_followed(
    write: Writer, open_folder: Path, tmp_path: Path
) -> None:
    link = open_folder / "web1.json"
    link.symlink_to(tmp_path / "target")
    for path in (link, open_folder):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    assert write(link) == ""
    assert (tmp_path / "target").stat().st_size


def test_a_link_that_is_gone_when_it_is_looked_at_is_not_followed(
    open_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted while the way is looked up, and made a file in the moment after that."""
    link = open_folder / "web1.json"
    link.touch()
    monkeypatch.setattr(
        os.path, "realpath", {str(link): str(tmp_path), str(open_folder): str(open_folder)}.get
    )
    with pytest.raises(PermissionError):
        resolved(str(link))


def test_what_somebody_made_in_advance_stays_not_writable_by_all(
    write: Writer, open_folder: Path
) -> None:
    target = open_folder / "web1.json"
    target.touch()
    target.chmod(0o666)
    os.chown(target, NOBODY, NOBODY)
    # fs.protected_regular refuses to open it for writing, not to replace it.
    assert write(target) == ""
    assert stat.S_IMODE(target.stat().st_mode) & 0o022 == 0
    assert target.stat().st_uid == os.geteuid()


def test_what_somebody_kept_private_stays_private(write: Writer, open_folder: Path) -> None:
    target = open_folder / "web1.json"
    target.touch()
    target.chmod(0o600)
    os.chown(target, NOBODY, NOBODY)
    assert write(target) == ""
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_nobody_else_reads_a_snapshot_that_is_not_whole(fakeproc: FakeProc, tmp_path: Path) -> None:
    """Until it is whole it cannot be told whether its name will be one that others may read."""
    fakeproc.process(1)
    with fakeproc.table("tcp", "").open("wb") as table:
        table.truncate(8 << 30)  # sparse: nothing of it is on the disk
    target = tmp_path / "out" / "web1.json"
    target.parent.mkdir()
    running = subprocess.Popen(
        command("--proc", str(fakeproc.root), "-o", str(target)),
        env=environment(),
        stderr=subprocess.DEVNULL,
        umask=0,
    )
    try:
        while not (made := list(target.parent.iterdir())):
            time.sleep(0.01)
            assert running.poll() is None
        assert stat.S_IMODE(made[0].stat().st_mode) == 0o600
    finally:
        running.terminate()
        running.wait()
