"""Files that can and cannot be read, whatever they hold."""

from __future__ import annotations

import gzip
import os
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from snapshot_documents import full_document, least_document, write

from netviz.errors import SnapshotError
from netviz.snapshot import files, load
from netviz.snapshot.faults import Fault
from netviz.snapshot.files import gunzip, read

NOBODY = 65534


def error_of(path: str, **options: Any) -> str:
    with pytest.raises(SnapshotError) as caught:
        list(load(path, **options))
    return str(caught.value)


def test_gzip_is_told_by_its_bytes_not_by_its_name(tmp_path: Path) -> None:
    plain = Path(write(tmp_path / "named.json.gz", least_document())).read_bytes()
    packed = tmp_path / "named.json"
    packed.write_bytes(gzip.compress(plain))
    for path in (tmp_path / "named.json.gz", packed):
        assert [s.host.name for s in load(path)] == ["beta"]


def test_gzip_members_and_padding(tmp_path: Path) -> None:
    path = tmp_path / "two.json.gz"
    members = [gzip.compress(b'{"a"'), gzip.compress(b""), gzip.compress(b": 1}")]
    path.write_bytes(b"".join(members) + bytes(700))
    assert read(str(path)) == b'{"a": 1}'


def test_gzip_larger_than_one_step() -> None:
    text = os.urandom(600_000)
    assert gunzip(gzip.compress(text) + gzip.compress(text)) == text * 2


@pytest.mark.parametrize("missing", [1, 4, 8, 9, 30])
def test_gzip_cut_short(tmp_path: Path, missing: int) -> None:
    path = tmp_path / "cut.json.gz"
    path.write_bytes(gzip.compress(b'{"netviz_snapshot": 2, "host": "padding"}')[:-missing])
    assert "cut.json.gz: the gzip file is cut short" in error_of(str(path))


def test_gzip_damaged(tmp_path: Path) -> None:
    whole = gzip.compress(b'{"netviz_snapshot": 2}')
    flipped = bytearray(whole)
    flipped[-6] ^= 1  # in the check sum
    for damaged in (bytes(flipped), whole + b"garbage", b"\x1f\x8b\x08\xff" + bytes(20)):
        with pytest.raises(Fault, match="the gzip file is damaged"):
            gunzip(damaged)


def test_gzip_bomb(tmp_path: Path) -> None:
    path = tmp_path / "bomb.json.gz"
    path.write_bytes(gzip.compress(bytes(50_000_000)))
    tracemalloc.start()
    try:
        said = error_of(str(path), size_limit=1_000_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert "holds more than 1000000 bytes once decompressed" in said
    assert peak < 8_000_000


def test_gzip_of_exactly_the_limit() -> None:
    assert len(gunzip(gzip.compress(b"x" * 1000), 1000)) == 1000
    with pytest.raises(Fault):
        gunzip(gzip.compress(b"x" * 1000) + gzip.compress(b"x"), 1000)


def test_plain_file_of_exactly_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "plain"
    path.write_bytes(b"x" * 1000)
    assert len(read(str(path), 1000)) == 1000
    with pytest.raises(Fault, match="is larger than 999 bytes"):
        read(str(path), 999)


def test_missing(tmp_path: Path) -> None:
    assert "there is no such file" in error_of(str(tmp_path / "absent.json"))


def test_directory(tmp_path: Path) -> None:
    said = error_of(str(tmp_path))
    assert "is a directory" in said
    assert "*.json" in said


def test_name_with_a_zero_byte() -> None:
    assert "is no name of a file" in error_of("a\0b")


def test_name_that_is_too_long(tmp_path: Path) -> None:
    assert "cannot be read: File name too long" in error_of(str(tmp_path / ("x" * 300)))


def test_name_with_control_characters_is_escaped(tmp_path: Path) -> None:
    said = error_of(str(tmp_path / "a\n\x1b[31m.json"))
    assert "a\\n\\x1b[31m.json: there is no such file" in said
    assert said.count("\n") == 1


def test_name_that_is_no_utf8(tmp_path: Path) -> None:
    path = os.fsdecode(bytes(tmp_path) + b"/caf\xe9.json")
    Path(path).write_text("{}")
    error_of(path).encode("utf-8")


def test_device() -> None:
    for device in ("/dev/null", "/dev/zero"):
        assert "is a device or a socket" in error_of(device)


@pytest.fixture
def as_nobody() -> Iterator[None]:
    """The effective user is nobody meanwhile, so that file modes count for root, too."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    yield
    os.seteuid(0)


@pytest.fixture
def closed_file() -> Iterator[str]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "closed.json"
        path.write_text("{}")
        path.chmod(0)
        yield str(path)


def test_unreadable(closed_file: str, as_nobody: None) -> None:
    said = error_of(closed_file)
    assert "you may not read this file" in said
    assert "chmod" in said


def test_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert "is empty" in error_of(str(pipe))


def test_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    """As the shell gives it for ``<(command)``: the writer is there, but slow."""
    reader, writer = os.pipe()
    text = Path(write(tmp_path / "x", full_document())).read_bytes()
    started = threading.Event()

    def produce() -> None:
        started.wait()
        with os.fdopen(writer, "wb", buffering=0) as stream:
            for start in range(0, len(text), 700):
                stream.write(text[start : start + 700])

    thread = threading.Thread(target=produce)
    thread.start()
    timer = threading.Timer(0.05, started.set)
    timer.start()
    try:
        assert [s.host.name for s in load(f"/dev/fd/{reader}")] == ["alpha"]
    finally:
        started.set()
        thread.join()
        os.close(reader)


def test_slow_writer_is_waited_for_and_not_asked_again_and_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reads: list[int] = []
    read = os.read

    def counting(descriptor: int, size: int) -> bytes:
        reads.append(descriptor)
        return read(descriptor, size)

    monkeypatch.setattr(os, "read", counting)
    reader, writer = os.pipe()
    os.set_blocking(reader, False)

    def write_late() -> None:
        os.write(writer, b"late")
        os.close(writer)

    timer = threading.Timer(0.1, write_late)
    timer.start()
    assert files._all_of(reader, os.fstat(reader), 100) == b"late"
    timer.join()
    os.close(reader)
    assert reads.count(reader) <= 4  # nothing yet, the text, the end; a step may be cut


def test_a_file_is_read_with_one_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "x", full_document())
    sizes: list[int] = []
    read = os.read

    def counting(descriptor: int, size: int) -> bytes:
        part = read(descriptor, size)
        sizes.append(len(part))
        return part

    monkeypatch.setattr(os, "read", counting)
    assert files.read(str(path)) == Path(path).read_bytes()
    assert sizes == [Path(path).stat().st_size]


def test_a_read_that_gives_less_is_not_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One call gives 2 GiB at most, whatever it is asked for (read(2))."""
    path = write(tmp_path / "x", full_document())
    read = os.read
    monkeypatch.setattr(os, "read", lambda descriptor, size: read(descriptor, min(size, 99)))
    assert files.read(str(path)) == Path(path).read_bytes()


def test_a_file_that_tells_no_size_is_read_to_its_end() -> None:
    """Those of procfs are empty for stat(2)."""
    assert b"Name:" in files.read("/proc/self/status")
