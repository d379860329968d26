"""The command line, and the facts about the host that ``--proc`` takes from the tree."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from fakeproc import FakeProc
from running import Capture, command, environment

from netviz import __version__
from netviz.capture import cli
from netviz.capture.document import Options
from netviz.capture.procfs import Procfs


def test_version(capture: Capture) -> None:
    run = capture("--version")
    assert (run.status, run.output.decode()) == (0, f"netviz-capture {__version__}\n")


def test_help_names_every_option(capture: Capture) -> None:
    run = capture("--help")
    assert run.status == 0
    for option in ("--output", "--cmdline", "--proc", "--byteorder", "--no-conntrack", "--threads"):
        assert option in run.output.decode()


@pytest.mark.parametrize(
    "arguments", [["--byteorder", "big"], ["--byteorder", "middle", "--proc", "/"], ["what"]]
)
def test_a_wrong_use_ends_with_2(capture: Capture, arguments: list[str]) -> None:
    run = capture(*arguments)
    assert (run.status, run.output) == (2, b"")
    assert "usage: netviz-capture" in run.errors


@pytest.mark.parametrize("folder", ["nothing/here", ""])
def test_a_folder_without_processes_is_no_procfs(
    fakeproc: FakeProc, capture: Capture, folder: str
) -> None:
    place = str(fakeproc.root / folder) if folder else str(fakeproc.root)
    run = capture("--proc", place)
    assert (run.status, run.output) == (1, b"")
    assert run.errors == (
        f"netviz-capture: {place}: no process is to be seen there; is it a mounted procfs?\n"
    )


@pytest.mark.parametrize("quiet", [["-q"], ["--quiet"], []])
def test_quiet_tells_neither_of_what_was_not_seen_nor_of_samples_left_out(
    fakeproc: FakeProc,
    tmp_path: Path,
    quiet: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fakeproc.process(1)

    def write_snapshot(proc: Procfs, options: Options, write: Callable[[bytes], None]) -> str:
        time.sleep(0.02)
        write(b"{}\n")
        return "1 of 3 processes could not be read"

    monkeypatch.setattr(cli, "write_snapshot", write_snapshot)
    repeated = ["--repeat", "2", "--every", "0.001", "--nice", "0", "-o", str(tmp_path / "x.jsonl")]
    assert cli.main(["--proc", str(fakeproc.root), *repeated, *quiet]) == 0
    told = capsys.readouterr().err
    if quiet:
        assert told == ""
    else:
        assert "netviz-capture: 1 of 3 processes could not be read\n" in told
        assert "those that are missed are left out\n" in told


def test_quiet_tells_what_is_wrong_all_the_same(capture: Capture) -> None:
    run = capture("--quiet", "-o", "/nonexistent/x.json")
    assert run.status == 1
    assert run.errors.startswith("netviz-capture: /nonexistent/x.json: ")


def test_the_host_is_that_of_the_tree(fakeproc: FakeProc, capture: Capture) -> None:
    fakeproc.process(1)
    fakeproc.write("../etc/machine-id", "0123456789abcdef0123456789abcdef\n")
    assert capture("--proc", str(fakeproc.root), "--byteorder", "big").snapshot["host"] == {
        "name": "db1",
        "machine_id": "0123456789abcdef0123456789abcdef",
        "boot_id": "5f3c1f0a-0000-4000-8000-000000000001",
        "kernel": "6.1.0-test",
        "arch": None,
        "byteorder": "big",
        "btime": 1_700_000_000,
        "clk_tck": None,
    }


def test_with_a_tree_nothing_of_the_running_kernel_is_asked(
    fakeproc: FakeProc, capture: Capture
) -> None:
    fakeproc.process(1)
    snapshot = capture("--proc", str(fakeproc.root)).snapshot
    (found,) = snapshot["netns"]
    assert (found["addresses"], found["ip_local_port_range"]) == (None, None)
    assert snapshot["unix_peers"] == []
    assert snapshot["privileges"] == {
        "euid": os.geteuid(),
        "cap_eff": None,
        "pid_namespace": None,
    }
    assert snapshot["host"]["byteorder"] == sys.byteorder


def test_a_tree_without_a_name_is_named_unknown_and_counted(
    fakeproc: FakeProc, capture: Capture
) -> None:
    fakeproc.process(1)
    (fakeproc.root / "sys/kernel/hostname").unlink()
    run = capture("--proc", str(fakeproc.root))
    assert run.snapshot["host"]["name"] == "unknown"
    assert run.problems() == {("hostname", "ENOENT"): 1}


def test_the_running_host_is_described(capture: Capture) -> None:
    host = capture().snapshot["host"]
    system = os.uname()
    assert (host["name"], host["kernel"], host["arch"]) == (
        system.nodename,
        system.release,
        system.machine,
    )
    assert host["clk_tck"] == os.sysconf("SC_CLK_TCK")
    assert host["byteorder"] == sys.byteorder


@pytest.mark.parametrize("option", ["--help", "--version"])
@pytest.mark.parametrize("unbuffered", [False, True])
def test_a_closed_pipe_takes_help_quietly(option: str, unbuffered: bool) -> None:
    """Without a buffer newer Pythons pass over the failure by themselves."""
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run(
        command(option),
        env={**environment(), "PYTHONUNBUFFERED": "1" if unbuffered else ""},
        check=False,
        stdout=writer,
        stderr=subprocess.PIPE,
    )
    os.close(writer)
    assert ended.stderr == b""
    assert ended.returncode == 141 or (unbuffered and ended.returncode == 0)


def test_a_full_device_that_takes_no_help_is_named() -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            command("--help"),
            env={**environment(), "PYTHONUNBUFFERED": ""},
            check=False,
            stdout=full,
            stderr=subprocess.PIPE,
        )
    assert ended.returncode == 1
    assert ended.stderr == b"netviz-capture: standard output: No space left on device\n"


def test_help_without_standard_output_is_no_error() -> None:
    ended = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *command("--help")],
        env=environment(),
        check=False,
        capture_output=True,
    )
    assert ended.returncode == 0
    assert b"Traceback" not in ended.stderr
