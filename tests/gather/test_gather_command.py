"""``netviz gather`` with a stand-in for ssh that runs what it is told on this machine."""

from __future__ import annotations

import gc
import gzip
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from needs import unavailable
from packer import ROOT
from stand_ins import Stand

from netviz.cli.capture_options import sampling_seconds
from netviz.cli.gather import main
from netviz.snapshot import load


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_snapshot_of_each_host(
    stand: Stand, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out"
    assert main(["ok", "me@greeting", "-o", str(folder)]) == 0
    assert names(folder) == ["me@greeting.json.gz", "ok.json.gz"]
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        assert gzip.decompress(path.read_bytes()).endswith(b'"complete":true}\n')
        assert len(list(load(path))) == 1
    assert folder.stat().st_mode & 0o777 == 0o700
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "netviz gather: [1/2] " in shown.err
    assert shown.err.endswith(f"netviz gather: {folder}: 2 snapshots taken\n")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.usefixtures("stand")
def test_whichever_the_login_shell(shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        unavailable(f"{shell} is not installed")
    assert main([shell, "-o", str(tmp_path / "out"), "-q"]) == 0


def test_what_ssh_is_told(stand: Stand, tmp_path: Path) -> None:
    """Nothing about host keys, no questions, and a host is never an option."""
    inventory = tmp_path / "hosts.ini"
    inventory.write_text("web ansible_host=refused ansible_user=-oBad ansible_port=2222\n")
    assert main(["--inventory", str(inventory), "-o", str(tmp_path / "out")]) == 1
    assert stand.calls() == []
    inventory.write_text("web ansible_host=refused ansible_user=me ansible_port=2222\n")
    main(["--inventory", str(inventory), "-o", str(tmp_path / "out"), "-F", "config"])
    (arguments,) = stand.calls()
    assert arguments[:5] == ["-F", "config", "-T", "-a", "-x"]
    before = arguments[: arguments.index("--")]
    assert before[-4:] == ["-l", "me", "-p", "2222"]
    assert "BatchMode=yes" in before
    assert not [word for word in arguments if "HostKey" in word or "KnownHosts" in word]
    assert arguments[-2] == "refused"
    assert arguments[-1].startswith("exec /bin/sh -c '")
    assert arguments[-1].count("'") == 2
    assert "\n" not in arguments[-1] and "!" not in arguments[-1] and "\\" not in arguments[-1]


def test_a_host_with_a_snapshot_is_not_asked_unless_again(stand: Stand, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    assert main(["ok", "-o", out]) == 0
    assert main(["ok", "-o", out]) == 0
    assert len(stand.calls()) == 1
    assert main(["ok", "-o", out, "--again"]) == 0
    assert len(stand.calls()) == 2


def test_without_threads_it_fails_in_a_line(
    stand: Stand,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refused(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    (tmp_path / "ok.json.gz").write_bytes(b"")
    monkeypatch.setattr(threading.Thread, "start", refused)
    assert main(["ok", "-o", str(tmp_path)]) == 1
    said = "netviz gather: can't start new thread\n  see ulimit -u, and try a smaller --jobs\n"
    assert capsys.readouterr().err == said
    assert stand.calls() == []


@pytest.mark.parametrize(
    "content", [b"", b"{", gzip.compress(b'{"netviz_snapshot": 2}', mtime=0)[:-9]]
)
def test_a_file_that_is_no_whole_snapshot_does_not_count(
    stand: Stand, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "ok.json.gz"
    file.write_bytes(content)
    assert main(["ok", "-o", str(tmp_path)]) == 0
    assert len(stand.calls()) == 1
    assert len(list(load(file))) == 1


@pytest.mark.usefixtures("stand")
def test_a_failure_leaves_the_old_file_and_no_half_one(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "liar.json.gz").write_bytes(b"old")
    assert main(["liar", "-o", str(out)]) == 1
    assert names(out) == ["liar.json.gz"]
    assert (out / "liar.json.gz").read_bytes() == b"old"


@pytest.mark.usefixtures("stand")
def test_a_pipe_that_breaks_is_not_told_of_by_a_traceback(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Older Pythons log a failure nobody asked for when its future is collected (3.11.2 does)."""
    monkeypatch.setattr("netviz.gather.one_host.payload", lambda *_: b"." * 2**20)
    for _ in range(3):
        assert main(["liar", "-o", str(tmp_path / "out"), "--quiet"]) == 1
    gc.collect()
    assert caplog.records == []


def test_ssh_ends_when_netviz_is_killed(stand: Stand, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "netviz.cli.main", "gather", "silent", "-o", str(tmp_path)]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)})
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    until(lambda: stand.calls() != [])
    (ssh,) = children.read_text().split()
    process.kill()
    process.wait()
    until(lambda: not Path(f"/proc/{ssh}").exists())


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.usefixtures("stand")
def test_what_is_to_be_captured_is_handed_on(tmp_path: Path) -> None:
    options = ["--repeat", "3", "--every", "0.01", "--no-conntrack", "--cmdline"]
    assert main(["ok", "-o", str(tmp_path), *options]) == 0
    text = gzip.decompress((tmp_path / "ok.json.gz").read_bytes())
    documents = [json.loads(line) for line in text.splitlines()]
    assert len(documents) == 3
    mine = [process for process in documents[0]["processes"] if process["pid"] == os.getpid()]
    assert "argv" in mine[0]


@pytest.mark.usefixtures("stand")
def test_a_file_of_hosts_and_a_python_of_their_own(tmp_path: Path) -> None:
    hosts, started = tmp_path / "hosts", tmp_path / "started"
    hosts.write_text("ok\nme@greeting\n")
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\necho >> "{started}"\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    out = tmp_path / "out"
    assert main(["--hosts", str(hosts), "--python", str(python), "-o", str(out), "-q"]) == 0
    assert names(out) == ["me@greeting.json.gz", "ok.json.gz"]
    assert len(started.read_text().splitlines()) == 4  # each is probed, then started


@pytest.mark.parametrize(
    ("words", "seconds"),
    [([], 0), (["--repeat", "3", "--every", "2"], 4), (["--for", "90", "--every", "2"], 90)],
)
def test_a_host_has_the_time_of_its_samples_beside_the_limit(
    words: list[str], seconds: float
) -> None:
    assert sampling_seconds(words) == seconds


@pytest.mark.usefixtures("stand")
def test_a_folder_that_cannot_be_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ok", "-o", str(tmp_path / "no" / "out")]) == 1
    assert "no/out: cannot be made: No such file" in capsys.readouterr().err


def test_without_ssh_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["ok", "-o", str(tmp_path / "out")]) == 1
    assert (
        "  ok: here: there is no ssh: apt install openssh-client, or dnf" in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-o", "x"], "name at least one host"),
        (["ok"], "required: -o/--output"),
        (["-o", "x", "--", "-oProxyCommand=sh"], "does not begin with -"),
        (["ok", "-o", "x", "--python", "a b"], "is no path of a Python"),
        (["ok", "-o", "x", "--python", "-c"], "expected one argument"),
        (["ok", "-o", "x", "--python", "$(reboot)"], "is no path of a Python"),
        (["ok", "-o", "x", "--jobs", "0"], "is not a number from 1 to"),
        (["ok", "-o", "x", "-K"], "-K needs a terminal"),
        (["ok", "-o", "x", "--every", "2s"], "--every is for several samples"),
        (["ok", "-o", "x", "--repeat", "2", "--for", "2s"], "not allowed with argument"),
    ],
)
def test_wrong_usage_asks_nobody(
    arguments: list[str], said: str, stand: Stand, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    shown = capsys.readouterr().err
    assert shown.startswith("usage: netviz gather [HOST ...]")
    assert "\nnetviz gather: error: " in shown
    assert said in shown
    assert stand.calls() == []
