"""Several samples, one a line: whole ones only, however it ends."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fakeproc import TCP_HEADER, FakeProc
from running import Capture, start_capture
from test_capture_memory import peak_kilobytes

from netviz.snapshot import load


def until(what: Callable[[], bool], running: subprocess.Popen[bytes]) -> None:
    while not what():
        time.sleep(0.01)
        assert running.poll() is None


def samples(content: bytes) -> list[dict[str, Any]]:
    """The documents of a file, each of which has to be whole and on a line."""
    assert content.endswith(b"\n")
    documents = [json.loads(line) for line in content.splitlines()]
    assert all(document["complete"] is True for document in documents)
    return documents


def written(folder: Path) -> bytes:
    """What is in the one file of a folder, whatever its name is at the moment."""
    return b"".join(entry.read_bytes() for entry in folder.iterdir())


def nice_of(pid: int) -> int:
    stat = Path(f"/proc/{pid}/stat").read_text()
    return int(stat[stat.rindex(")") :].split()[17])


def is_pending(pid: int, number: signal.Signals) -> bool:
    """Whether a signal has been sent that the process did not get yet (proc_pid_status(5))."""
    status = Path(f"/proc/{pid}/status").read_text()
    sets = [
        line.split()[1] for line in status.splitlines() if line.startswith(("SigPnd", "ShdPnd"))
    ]
    return any(int(pending, 16) >> number - 1 & 1 for pending in sets)


@pytest.fixture
def proc(fakeproc: FakeProc) -> str:
    fakeproc.process(1)
    fakeproc.table("tcp", TCP_HEADER)
    return str(fakeproc.root)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "out"
    made.mkdir()
    return made


@pytest.mark.parametrize("name", ["web.jsonl", "web.jsonl.gz"])
def test_each_sample_is_a_snapshot_of_its_own_time(
    capture: Capture, proc: str, folder: Path, name: str
) -> None:
    target = folder / name
    run = capture("--proc", proc, "--repeat", "4", "--every", "0.05", "-o", str(target))
    assert (run.status, run.output) == (0, b"")
    loaded = list(load(target))
    assert len(loaded) == 4
    assert {snapshot.host.boot_id for snapshot in loaded} == {loaded[0].host.boot_id}
    times = [(snapshot.started or 0, snapshot.finished or 0) for snapshot in loaded]
    assert times == sorted(times)
    assert len(set(times)) == 4
    assert [entry.name for entry in folder.iterdir()] == [name]


def test_standard_output_gets_each_sample_as_it_is_taken(proc: str) -> None:
    running = start_capture("--proc", proc, "--for", "1d", "--every", "0.05")
    assert running.stdout is not None
    for _ in range(3):
        (document,) = samples(running.stdout.readline())
        assert document["netviz_snapshot"] == 2
    running.send_signal(signal.SIGTERM)
    rest, errors = running.communicate(timeout=60)
    count = 3 + len(samples(rest) if rest else [])
    said = f"netviz-capture: interrupted; {count} whole snapshots were written\n"
    assert errors.decode().endswith(said)
    assert running.returncode == 130


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_between_two_samples_ends_it_with_those_that_are_whole(
    proc: str, folder: Path, number: signal.Signals
) -> None:
    target = folder / "web.jsonl"
    target.write_text("yesterday's\n")
    running = start_capture("--proc", proc, "--repeat", "9", "--every", "1h", "-o", str(target))
    until(lambda: written(folder).count(b"\n") == 2, running)
    running.send_signal(number)
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 130
    assert errors == b"netviz-capture: interrupted; 1 whole snapshot was written\n"
    assert len(samples(target.read_bytes())) == 1
    assert [entry.name for entry in folder.iterdir()] == ["web.jsonl"]


def test_a_signal_within_a_sample_waits_for_its_end(fakeproc: FakeProc) -> None:
    """The sample does not fit into the pipe that nobody reads from, so it is not at its end."""
    fakeproc.process(1)
    fakeproc.table("tcp", "x" * (1 << 20))
    running = start_capture("--proc", str(fakeproc.root), "--repeat", "5", "--every", "0.01")
    assert running.stdout is not None
    begin = running.stdout.read(1)
    running.send_signal(signal.SIGINT)
    rest, errors = running.communicate(timeout=60)
    assert len(samples(begin + rest)) == 1
    assert errors == b"netviz-capture: interrupted; 1 whole snapshot was written\n"
    assert running.returncode == 130


@pytest.mark.parametrize("name", ["web.jsonl", "web.jsonl.gz"])
def test_a_second_signal_ends_it_at_once_without_the_sample_at_hand(
    fakeproc: FakeProc, proc: str, folder: Path, name: str
) -> None:
    target = folder / name
    arguments = ("--proc", proc, "--repeat", "9", "--every", "0.5", "-o", str(target))
    running = start_capture(*arguments, limit=2 << 30)

    def length() -> int:
        return sum(entry.stat().st_size for entry in folder.iterdir())

    until(lambda: length() > 0, running)
    first = length()
    endless = fakeproc.table("tcp6", "")
    with endless.open("wb") as table:
        table.truncate(8 << 30)  # sparse: nothing of it is on the disk
    until(lambda: length() > first + 1000, running)
    running.send_signal(signal.SIGINT)
    until(lambda: not is_pending(running.pid, signal.SIGINT), running)
    time.sleep(0.2)  # until Python has run its handler
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=60)
    content = target.read_bytes()
    whole = samples(gzip.decompress(content) if name.endswith("gz") else content)
    said = "snapshot was" if len(whole) == 1 else "snapshots were"
    assert errors.decode() == f"netviz-capture: interrupted; {len(whole)} whole {said} written\n"
    assert running.returncode == 130
    assert [entry.name for entry in folder.iterdir()] == [name]


def test_no_room_for_another_sample_leaves_those_that_are_whole(
    fakeproc: FakeProc, folder: Path
) -> None:
    fakeproc.process(1)
    fakeproc.table("tcp", "x" * 100_000)
    target = folder / "web.jsonl"
    arguments = ("--proc", str(fakeproc.root), "--repeat", "9", "--every", "0.01")
    running = start_capture(*arguments, "-o", str(target), limit=250_000)
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 1
    assert errors.decode().splitlines()[-1] == (
        f"netviz-capture: {target}: File too large; 2 whole snapshots were written"
    )
    assert len(samples(target.read_bytes())) == 2
    assert [entry.name for entry in folder.iterdir()] == ["web.jsonl"]


@pytest.mark.parametrize(
    ("arguments", "lower"), [((), 10), (("--nice", "0"), 0), (("--nice", "3"), 3)]
)
def test_its_priority_is_lower(proc: str, arguments: tuple[str, ...], lower: int) -> None:
    running = start_capture("--proc", proc, "--repeat", "2", "--every", "1h", *arguments)
    assert running.stdout is not None
    running.stdout.readline()
    expected = min(19, os.getpriority(os.PRIO_PROCESS, 0) + lower)
    assert nice_of(running.pid) == expected
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)


def test_what_is_not_seen_is_said_once(fakeproc: FakeProc, capture: Capture) -> None:
    """A folder of descriptors that is a file says ENOTDIR, a loop of links ELOOP."""
    fakeproc.process(1)
    (fakeproc.root / "mounts").touch()
    table = fakeproc.table("tcp", "")
    table.unlink()
    table.symlink_to("tcp")
    run = capture("--proc", str(fakeproc.root), "--repeat", "3", "--every", "0.01")
    counts = [document["problems"] for document in samples(run.output)]
    assert counts[0] == counts[1] == counts[2]
    assert [(one["what"], one["count"]) for one in counts[0]] == [("tcp", 1)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--every", "5"), "--every is for several samples"),
        (("--repeat", "3", "--for", "5s"), "not allowed with argument"),
        (("--repeat", "0"), "is no number from 1 to 999999999"),
        (("--for", "0s"), "is no length of time such as"),
        (("--nice", "20"), "is no number from 0 to 19"),
    ],
)
def test_usage(capture: Capture, arguments: tuple[str, ...], said: str) -> None:
    run = capture(*arguments)
    assert run.status == 2
    assert said in run.errors


def test_memory_does_not_grow_with_the_samples(fakeproc: FakeProc, tmp_path: Path) -> None:
    line = "   1: 0100007F:1F90 0200007F:0050 01 0:0 0:0 0     0        0 4000000001 1 0 20 4 30\n"
    fakeproc.table("tcp", TCP_HEADER + line * 5_000)
    for pid in range(1, 51):
        fakeproc.process(pid, sockets=range(4_000_000_000 + 100 * pid, 4_000_000_100 + 100 * pid))
    peaks = [
        peak_kilobytes(
            *("--proc", str(fakeproc.root), "--every", "0.001"),
            *("--repeat", str(count), "-o", str(tmp_path / "x.jsonl.gz")),
        )
        for count in (2, 40)
    ]
    assert peaks[1] - peaks[0] < 1_000
