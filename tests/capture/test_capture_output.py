"""The snapshot is whole or not there: full disks, closed pipes, signals."""

from __future__ import annotations

import gzip
import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fakeproc import FakeProc
from running import Capture, command, environment, start_capture

from netviz.capture.output import OutputError, open_output

OLD = "the snapshot of yesterday\n"


@pytest.fixture
def slow_proc(fakeproc: FakeProc) -> str:
    """A tree whose capture takes a while: one table has no end of its own for minutes."""
    fakeproc.process(1)
    with fakeproc.table("tcp", "").open("wb") as table:
        table.truncate(8 << 30)  # sparse: nothing of it is on the disk
    return str(fakeproc.root)


def test_a_file_is_replaced_by_the_whole_snapshot(
    fakeproc: FakeProc, capture: Capture, tmp_path: Path
) -> None:
    fakeproc.process(1)
    target = tmp_path / "out" / "db1.json"
    target.parent.mkdir()
    target.write_text(OLD)
    target.chmod(0o640)
    run = capture("--proc", str(fakeproc.root), "-o", str(target))
    assert (run.status, run.output, run.errors) == (0, b"", "")
    text = target.read_text()
    assert json.loads(text)["complete"] is True
    assert (text.count("\n"), text[-1]) == (1, "\n")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert [entry.name for entry in target.parent.iterdir()] == ["db1.json"]


def test_a_new_file_gets_the_usual_permissions(
    fakeproc: FakeProc, capture: Capture, tmp_path: Path
) -> None:
    fakeproc.process(1)
    (tmp_path / "usual").touch()
    assert capture("--proc", str(fakeproc.root), "-o", str(tmp_path / "new")).status == 0
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_what_a_link_names_is_replaced_not_the_link(
    fakeproc: FakeProc, capture: Capture, tmp_path: Path
) -> None:
    fakeproc.process(1)
    (tmp_path / "store").mkdir()
    (tmp_path / "latest.json").symlink_to("store/one.json")
    assert capture("--proc", str(fakeproc.root), "-o", str(tmp_path / "latest.json")).status == 0
    assert (tmp_path / "latest.json").is_symlink()
    assert json.loads((tmp_path / "store" / "one.json").read_text())["complete"] is True


def test_gz_is_compressed_and_the_same(
    fakeproc: FakeProc, capture: Capture, tmp_path: Path
) -> None:
    fakeproc.process(1, b"x\xff")
    fakeproc.table("tcp", "row\n" * 100_000)
    target = tmp_path / "db1.json.gz"
    assert capture("--proc", str(fakeproc.root), "-o", str(target)).status == 0
    packed = json.loads(gzip.decompress(target.read_bytes()))
    plain = capture("--proc", str(fakeproc.root)).snapshot
    del packed["time"], plain["time"]
    assert packed == plain
    assert target.stat().st_size < 10_000


@pytest.mark.parametrize("repeated", [[], ["--repeat", "3", "--every", "0.01"]])
def test_a_dash_is_standard_output(fakeproc: FakeProc, tmp_path: Path, repeated: list[str]) -> None:
    fakeproc.process(1)
    folder = tmp_path / "here"
    folder.mkdir()
    ended = subprocess.run(
        command("--proc", str(fakeproc.root), "-o", "-", *repeated),
        env=environment(),
        check=False,
        capture_output=True,
        cwd=folder,
    )
    assert ended.returncode == 0
    documents = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [document["complete"] for document in documents] == [True] * (3 if repeated else 1)
    assert list(folder.iterdir()) == []


def test_a_python_without_zlib_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "zlib", None)
    refused = pytest.raises(OutputError, match=r"db1\.json\.gz: .*zlib")
    with refused, open_output(str(tmp_path / "db1.json.gz")) as output:
        output.write(b"{}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["db1.json", "db1.json.gz"])
def test_no_room_leaves_the_old_file_and_nothing_else(
    fakeproc: FakeProc, tmp_path: Path, name: str
) -> None:
    fakeproc.process(1)
    fakeproc.table("tcp", os.urandom(1 << 20))
    target = tmp_path / "out" / name
    target.parent.mkdir()
    target.write_text(OLD)
    running = start_capture("--proc", str(fakeproc.root), "-o", str(target), limit=200_000)
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 1
    assert errors.decode() == (
        f"netviz-capture: {target}: File too large; no whole snapshot was written\n"
    )
    assert target.read_text() == OLD
    assert [entry.name for entry in target.parent.iterdir()] == [name]


@pytest.mark.parametrize("arguments", [["-o", "/dev/full"], ["-o", "-"], []])
def test_a_full_device_is_told_and_stays_a_device(fakeproc: FakeProc, arguments: list[str]) -> None:
    fakeproc.process(1)
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            command("--proc", str(fakeproc.root), *arguments),
            env=environment(),
            check=False,
            stdout=full,
            stderr=subprocess.PIPE,
        )
    name = "/dev/full" if "/dev/full" in arguments else "standard output"
    assert ended.returncode == 1
    assert ended.stderr.decode() == (
        f"netviz-capture: {name}: No space left on device; no whole snapshot was written\n"
    )
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("missing/db1.json", "No such file or directory (its directory has to exist)"),
        ("", "Is a directory"),
        ("file/db1.json", "Not a directory"),
    ],
)
def test_a_place_that_cannot_be_written_to_is_named(
    fakeproc: FakeProc, capture: Capture, tmp_path: Path, target: str, reason: str
) -> None:
    fakeproc.process(1)
    (tmp_path / "file").touch()
    run = capture("--proc", str(fakeproc.root), "-o", str(tmp_path / target))
    assert run.status == 1
    assert run.errors == (
        f"netviz-capture: {tmp_path / target}: {reason}; no whole snapshot was written\n"
    )
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "image"]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("", "-o '': a file name is needed, or - for standard output"),
        ("new/", "new/: a file name is needed, or - for standard output"),
        (
            "missing/x.json",
            "missing/x.json: No such file or directory (its directory has to exist)",
        ),
    ],
)
def test_a_place_that_takes_no_file_is_told_before_anything_is_captured(
    slow_proc: str, tmp_path: Path, target: str, said: str
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    ended = subprocess.run(
        command("--proc", slow_proc, "-o", target),
        env=environment(),
        check=False,
        capture_output=True,
        cwd=folder,
        timeout=60,  # the capture takes minutes
    )
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert ended.stderr.decode() == f"netviz-capture: {said}; no whole snapshot was written\n"
    assert list(folder.iterdir()) == []


def test_a_closed_pipe_ends_it_quietly(slow_proc: str) -> None:
    running = start_capture("--proc", slow_proc)
    assert running.stdout is not None
    assert running.stderr is not None
    assert running.stdout.read(10) == b'{"netviz_s'
    running.stdout.close()
    assert running.wait(timeout=60) == 141
    assert running.stderr.read() == b""
    running.stderr.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_old_file_and_nothing_else(
    slow_proc: str, tmp_path: Path, number: signal.Signals
) -> None:
    target = tmp_path / "out" / "db1.json"
    target.parent.mkdir()
    target.write_text(OLD)
    running = start_capture("--proc", slow_proc, "-o", str(target))
    while len(list(target.parent.iterdir())) < 2:
        time.sleep(0.01)
        assert running.poll() is None
    running.send_signal(number)
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 130
    assert errors == b"netviz-capture: interrupted; no whole snapshot was written\n"
    assert target.read_text() == OLD
    assert [entry.name for entry in target.parent.iterdir()] == ["db1.json"]


def test_a_signal_that_is_ignored_stays_ignored(fakeproc: FakeProc, tmp_path: Path) -> None:
    """nohup: the terminal goes away and the capture goes on."""
    fakeproc.process(1)
    code = (
        "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN);"
        "os.execv(sys.executable, [sys.executable, '-c', sys.argv[1], *sys.argv[2:]])"
    )
    check = (
        "import signal, sys; from netviz.capture.cli import main; status = main(sys.argv[1:]);"
        "assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN; sys.exit(status)"
    )
    target = tmp_path / "x.json"
    ended = subprocess.run(
        [command()[0], "-c", code, check, "--proc", str(fakeproc.root), "-o", str(target)],
        env=environment(),
        check=False,
        capture_output=True,
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert target.exists()


def test_a_second_signal_does_not_keep_it_from_tidying_up(slow_proc: str, tmp_path: Path) -> None:
    target = tmp_path / "out" / "db1.json"
    target.parent.mkdir()
    running = start_capture("--proc", slow_proc, "-o", str(target))
    while not list(target.parent.iterdir()):
        time.sleep(0.01)
    for _ in range(20):
        running.send_signal(signal.SIGINT)
        running.send_signal(signal.SIGTERM)
    _, errors = running.communicate(timeout=60)
    assert errors == b"netviz-capture: interrupted; no whole snapshot was written\n"
    assert list(target.parent.iterdir()) == []
