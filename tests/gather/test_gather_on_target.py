"""What runs on a target: on every Python, from memory, watched, and gone when the client is."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import signal
import subprocess
import sys
import termios
import time
import zipfile
from collections.abc import Iterator
from fcntl import ioctl
from pathlib import Path
from typing import ClassVar

import pytest
from needs import required_python
from packer import ROOT, load_packer
from pythons import CAPTURE_VERSIONS, REQUIRED_VERSIONS, find_python

from netviz.gather import on_target
from netviz.gather.remote_command import find_and_start, payload

TOKEN = "netviz-0123"
PATIENCE = 20


@pytest.fixture(scope="module")
def archive() -> bytes:
    packed: bytes = load_packer().make_archive(ROOT)
    return packed


@pytest.fixture(autouse=True)
def no_pipe_stays_open() -> Iterator[None]:
    """Close what a test has left open of its targets."""
    yield
    while Target.started:
        process = Target.started.pop().process
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


class Target:
    """The script of a target, started by /bin/sh on this machine."""

    started: ClassVar[list[Target]] = []

    def __init__(
        self, python: str = sys.executable, environment: dict[str, str] | None = None
    ) -> None:
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", find_and_start(TOKEN, [python])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **(environment or {})},
        )
        Target.started.append(self)
        assert self.process.stdin is not None and self.process.stdout is not None
        self.input, self.output = self.process.stdin, self.process.stdout

    def send(self, what: bytes, before: str = "") -> None:
        """Wait for the token, then send; ``before`` is a statement that is run in front."""
        assert self.output.readline() == f"{TOKEN}\n".encode()
        self.input.write(with_file_name(what, before))
        self.input.flush()

    def ended(self) -> tuple[int, bytes, bytes]:
        """The exit status, and what was printed."""
        self.input.close()
        output = self.output.read()
        assert self.process.stderr is not None
        return self.process.wait(PATIENCE), output, self.process.stderr.read()

    def child(self) -> int:
        """The process that captures, when it is there."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            children = path.read_text().split()
            if children:
                return int(children[0])
            time.sleep(0.005)
        raise AssertionError("no capture began")

    def await_end(self, pid: int) -> None:
        """Wait until the watch and the capture have ended."""
        self.process.wait(PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while Path(f"/proc/{pid}").exists():
            assert time.monotonic() < deadline
            time.sleep(0.005)


def with_file_name(sent: bytes, before: str = "") -> bytes:
    """The same, with the source compiled as of its file: coverage finds its lines by that name."""
    source = Path(on_target.__file__).read_bytes()
    size, _, rest = sent.partition(b"\n")
    if not rest.startswith(source):
        return sent
    assert int(size) == len(source)
    named = f"{before}\nexec(compile({source!r}, {on_target.__file__!r}, 'exec'))\n".encode()
    return b"%d\n%s%s" % (len(named), named, rest[len(source) :])


@pytest.fixture
def never_ending(tmp_path: Path) -> list[str]:
    """Arguments for a capture that outlasts every test: its second sample is an hour away."""
    (tmp_path / "1").mkdir()
    return ["--proc", str(tmp_path), "--repeat", "2", "--every", "1h"]


@pytest.fixture
def stuck(archive: bytes, never_ending: list[str]) -> Iterator[tuple[Target, int]]:
    """A target on which such a capture runs, and the process that captures."""
    target = Target()
    target.send(payload(archive, never_ending, 100))
    child = target.child()
    await_first_sample(child)
    yield target, child
    target.process.kill()
    target.process.wait()


def await_first_sample(pid: int) -> None:
    """Wait until the process has written a sample: from then on no closed pipe would end it."""
    path = Path(f"/proc/{pid}/io")
    deadline = time.monotonic() + PATIENCE
    while "wchar: 0\n" in path.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.005)
    time.sleep(0.1)
    assert path.exists()


@pytest.mark.parametrize("version", CAPTURE_VERSIONS)
def test_on_every_python(version: str, archive: bytes) -> None:
    python = find_python(version)
    if version in REQUIRED_VERSIONS:
        python = required_python(version)
    if python is None:
        pytest.skip(f"there is no Python {version}")
    target = Target(python)
    target.send(payload(archive, ["--no-conntrack"], 60))
    text = gzip.decompress(target.output.read())
    snapshot = json.loads(text)
    assert snapshot["complete"] is True
    assert snapshot["tool"]["python"].startswith(version)
    assert target.process.wait(PATIENCE) == 0


def test_nothing_is_written_and_nothing_of_the_users_is_imported(
    archive: bytes, tmp_path: Path
) -> None:
    """A netviz of the user's, a json of theirs: neither is looked at. No bytecode, no file."""
    for name in ("netviz.py", "json.py", "sitecustomize.py", "usercustomize.py"):
        (tmp_path / name).write_text("raise SystemExit(3)")
    before = sorted(path.name for path in tmp_path.rglob("*"))
    places = dict.fromkeys(("HOME", "TMPDIR", "PYTHONPATH", "PYTHONPYCACHEPREFIX"), str(tmp_path))
    target = Target(environment=places)
    target.send(payload(archive, [], 60))
    assert json.loads(gzip.decompress(target.output.read()))["complete"] is True
    assert target.process.wait(PATIENCE) == 0
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


def test_it_ends_when_standard_input_does(stuck: tuple[Target, int]) -> None:
    target, child = stuck
    target.input.close()
    target.await_end(child)


def test_it_ends_when_nobody_takes_the_output(archive: bytes) -> None:
    target = Target()
    target.send(payload(archive, ["--repeat", "100000", "--every", "0.001"], 100))
    child = target.child()
    target.output.close()
    target.await_end(child)


def test_it_ends_when_the_time_is_up(archive: bytes, never_ending: list[str]) -> None:
    target = Target()
    target.send(payload(archive, never_ending, 0.5))
    target.await_end(target.child())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_it_ends_with_a_signal(stuck: tuple[Target, int], number: signal.Signals) -> None:
    target, child = stuck
    target.process.send_signal(number)
    target.await_end(child)


def test_a_stopped_capture_ends_too(stuck: tuple[Target, int]) -> None:
    target, child = stuck
    os.kill(child, signal.SIGSTOP)
    target.input.close()
    target.await_end(child)


def test_the_kernel_ends_a_capture_whose_watch_is_killed(stuck: tuple[Target, int]) -> None:
    target, child = stuck
    target.process.kill()
    target.await_end(child)


@pytest.mark.parametrize("sent", [b"", b"100\n", b"5\npass"])
def test_a_client_that_goes_early_is_no_error(sent: bytes) -> None:
    target = Target()
    target.send(sent)
    target.input.close()
    assert target.output.read() == b""
    target.process.wait(PATIENCE)


def test_a_client_that_goes_while_it_sends(archive: bytes) -> None:
    target = Target()
    target.send(payload(archive, [], 60)[:-1])
    target.input.close()
    assert target.output.read() == b""
    assert target.process.wait(PATIENCE) == 96


def test_what_fails_gives_no_whole_file(archive: bytes, tmp_path: Path) -> None:
    target = Target()
    target.send(payload(archive, ["--proc", str(tmp_path / "nowhere")], 60))
    assert target.output.read() == b""
    assert target.process.wait(PATIENCE) == 1
    assert target.process.stderr is not None
    assert b"netviz-capture: " in target.process.stderr.read()


def test_a_capture_that_is_killed_is_told_of(stuck: tuple[Target, int]) -> None:
    target, child = stuck
    os.kill(child, signal.SIGKILL)
    assert target.process.wait(PATIENCE) == 1
    assert target.process.stderr is not None
    assert target.process.stderr.read() == b"netviz-capture: was ended by signal 9\n"


def test_a_client_that_goes_before_its_orders(archive: bytes) -> None:
    target = Target()
    size, _, rest = payload(archive, [], 60).partition(b"\n")
    target.send(size + b"\n" + rest[: int(size)])
    assert target.ended() == (96, b"", b"")


def test_a_client_that_says_more_has_not_gone(stuck: tuple[Target, int]) -> None:
    target, child = stuck
    target.input.write(b"and more")
    target.input.flush()
    deadline = time.monotonic() + PATIENCE
    while ioctl(target.input, termios.FIONREAD, b"\0" * 4) != b"\0" * 4:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    assert target.process.wait(PATIENCE) == 1  # the capture was ended by us, not by the watch


def test_arguments_that_the_capture_refuses_give_its_status(archive: bytes) -> None:
    target = Target()
    target.send(payload(archive, ["--nonsense"], 60))
    target.process.wait(PATIENCE)
    status, output, errors = target.ended()
    assert (status, output) == (2, b"")
    assert errors.endswith(b"netviz-capture: error: unrecognized arguments: --nonsense\n")


@pytest.mark.parametrize(
    ("source", "status", "said"),
    [
        ("raise RuntimeError('odd')", 1, b"netviz-capture: RuntimeError: odd\n"),
        ("raise SystemExit('a word')", 1, b""),
        ("import nowhere_at_all", 1, b"No module named 'nowhere_at_all'\n"),
    ],
)
def test_an_archive_that_fails_is_told_of_in_a_line(source: str, status: int, said: bytes) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("netviz/__init__.py", source)
    target = Target()
    target.send(payload(archive.getvalue(), [], 60))
    target.process.wait(PATIENCE)
    ended, output, errors = target.ended()
    assert (ended, output) == (status, b"")
    assert errors.endswith(said) and errors.count(b"\n") == said.count(b"\n")


def test_a_python_without_ctypes_captures_too(archive: bytes) -> None:
    target = Target()
    target.send(payload(archive, [], 60), before="import sys; sys.modules['ctypes'] = None")
    assert json.loads(gzip.decompress(target.output.read()))["complete"] is True
    assert target.ended()[0] == 0


def test_a_capture_whose_watch_was_killed_before_it_could_tell_ends(archive: bytes) -> None:
    target = Target()
    target.send(payload(archive, [], 60), before="import os; os.getppid = lambda: 1")
    target.process.wait(PATIENCE)
    assert target.ended() == (96, b"", b"")
