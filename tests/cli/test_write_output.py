"""A result is written whole or not at all, and whatever was there before survives a failure."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from netviz.cli.output import write_output, write_private
from netviz.errors import OutputError


def entries(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def python(
    code: str, *arguments: str | Path, **options: object
) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, check=False, stderr=subprocess.PIPE, **options)  # type: ignore[call-overload, no-any-return]


WRITE_NEW = (
    "import sys; from netviz.cli.output import write_output; write_output(sys.argv[1], b'new')"
)


def test_a_new_file_holds_the_content_and_nothing_else_is_left(tmp_path: Path) -> None:
    write_output(str(tmp_path / "flows.dot"), b"digraph {}\n")
    assert entries(tmp_path) == ["flows.dot"]
    assert (tmp_path / "flows.dot").read_bytes() == b"digraph {}\n"


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_has_the_mode_that_the_umask_says(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        write_output(str(tmp_path / "flows.dot"), b"x")
    finally:
        os.umask(before)
    assert (tmp_path / "flows.dot").stat().st_mode & 0o777 == mode


def test_a_replaced_file_keeps_its_mode(tmp_path: Path) -> None:
    target = tmp_path / "flows.dot"
    target.write_bytes(b"old")
    target.chmod(0o640)
    write_output(str(target), b"new")
    assert target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o640


def test_the_target_of_a_symbolic_link_is_replaced_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/flows.dot").write_bytes(b"old")
    (tmp_path / "latest.dot").symlink_to("real/flows.dot")
    write_output(str(tmp_path / "latest.dot"), b"new")
    assert (tmp_path / "latest.dot").is_symlink()
    assert (tmp_path / "real/flows.dot").read_bytes() == b"new"
    assert entries(tmp_path / "real") == ["flows.dot"]


def test_a_link_to_a_file_that_is_not_there_yet_makes_that_file(tmp_path: Path) -> None:
    (tmp_path / "latest.dot").symlink_to("flows.dot")
    write_output(str(tmp_path / "latest.dot"), b"new")
    assert (tmp_path / "latest.dot").is_symlink()
    assert (tmp_path / "flows.dot").read_bytes() == b"new"


def test_a_loop_of_links_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OutputError, match="cannot be written"):
        write_output(str(tmp_path / "a"), b"new")


def test_a_private_file_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("a")
    os.mkfifo(tmp_path / "pipe")
    for name, reason in (("a", "symbolic links"), ("pipe", "it is no regular file")):
        with pytest.raises(OutputError, match=f"{name}: cannot be written: .*{reason}"):
            write_private(str(tmp_path / name), b"new")
    assert entries(tmp_path) == ["a", "pipe"]


def test_a_pipe_whose_reader_has_gone_is_one_that_has_gone(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    writing = threading.Timer(0.2, os.close, [reader])
    writing.start()
    with pytest.raises(BrokenPipeError):
        write_output(str(tmp_path / "pipe"), b"x" * (1 << 20))
    writing.join()


@pytest.mark.parametrize("name", ["no/such/flows.dot", "", "folder", "folder/", "new/", "nul\0"])
def test_a_name_that_cannot_be_written_is_named_in_the_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    path = f"{tmp_path}/{name}" if name else ""
    with pytest.raises(OutputError, match="cannot be written: ") as caught:
        write_output(path, b"new")
    assert str(caught.value).startswith(f"{path}: ")
    assert entries(tmp_path) == ["folder"]


def test_a_full_device_is_an_error() -> None:
    with pytest.raises(OutputError, match="/dev/full: cannot be written: No space left"):
        write_output("/dev/full", b"new")


@pytest.mark.parametrize("call", ["write", "fsync"])
def test_a_full_disk_leaves_the_old_file_and_no_temporary_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def full(*_arguments: object) -> int:
        raise OSError(28, "No space left on device")

    target = tmp_path / "flows.dot"
    target.write_bytes(b"old")
    monkeypatch.setattr(os, call, full)
    with pytest.raises(OutputError, match="No space left on device"):
        write_output(str(target), b"new")
    assert target.read_bytes() == b"old"
    assert entries(tmp_path) == ["flows.dot"]


def test_an_interrupt_leaves_the_old_file_and_no_temporary_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_arguments: object) -> int:
        raise KeyboardInterrupt

    target = tmp_path / "flows.dot"
    target.write_bytes(b"old")
    monkeypatch.setattr(os, "write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_output(str(target), b"new")
    assert target.read_bytes() == b"old"
    assert entries(tmp_path) == ["flows.dot"]


def test_short_writes_are_carried_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, content: write(fd, content[:3]))
    write_output(str(tmp_path / "flows.dot"), b"digraph {}\n")
    assert (tmp_path / "flows.dot").read_bytes() == b"digraph {}\n"


def test_a_named_pipe_is_written_in_place(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    write_output(str(tmp_path / "pipe"), b"new")
    reader.join()
    assert received == [b"new"]
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.parametrize("path", ["-", "/dev/stdout", "/proc/self/fd/1"])
def test_standard_output_opened_to_append_is_appended_to(tmp_path: Path, path: str) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"old ")
    with log.open("ab") as stream:
        ended = python(WRITE_NEW, path, stdout=stream)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert log.read_bytes() == b"old new"
    assert entries(tmp_path) == ["log"]


def test_a_closed_standard_output_is_an_error(tmp_path: Path) -> None:
    code = (
        "from netviz.cli.output import write_output\n"
        "from netviz.errors import OutputError\n"
        "try: write_output(None, b'new')\n"
        "except OutputError as error: raise SystemExit(str(error))"
    )
    shell = ["sh", "-c", 'exec "$0" -c "$1" >&-', sys.executable, code]
    ended = subprocess.run(shell, check=False, stderr=subprocess.PIPE, text=True)
    assert ended.stderr == "standard output: cannot be written: it is closed\n"
