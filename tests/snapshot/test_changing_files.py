"""A file that changes while it is read: what was there is a snapshot, or an error says so."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from snapshot_documents import full_document

from netviz.errors import SnapshotError
from netviz.snapshot import load

PADDING = " " * (3 * 2**20)
"""The file takes several reads."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "growing.json"
    path.write_text(json.dumps(full_document()) + PADDING)
    return path


def appended(path: Path) -> None:
    with path.open("a") as file:
        file.write("   \n")


def changed_by(monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> None:
    """Let ``change`` happen once, behind the first read, which gets a part of the file."""
    done: list[object] = []
    read = os.read

    def changing(descriptor: int, size: int) -> bytes:
        if done:
            return read(descriptor, size)
        part = read(descriptor, min(size, 2**20))
        done.append(change())
        return part

    monkeypatch.setattr(os, "read", changing)


def test_it_grows(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed_by(monkeypatch, lambda: appended(path))
    assert [snapshot.host.name for snapshot in load(path)] == ["alpha"]


def test_it_grows_beyond_the_limit(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed_by(monkeypatch, lambda: os.truncate(path, 2**40))
    with pytest.raises(SnapshotError, match="is larger than 16 MiB"):
        list(load(path, size_limit=2**24))


def test_it_is_cut_off(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text(PADDING + json.dumps(full_document()))
    changed_by(monkeypatch, lambda: os.truncate(path, 2**20 + 9))
    with pytest.raises(SnapshotError, match="is empty"):
        list(load(path))


def test_it_is_cut_off_within_the_document(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text(json.dumps({**full_document(), "x": PADDING}))
    changed_by(monkeypatch, lambda: os.truncate(path, 2**20 + 9))
    with pytest.raises(SnapshotError, match="cut short"):
        list(load(path))


def test_another_one_takes_its_place(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the capture does: who has the old one open reads it to its end."""
    other = path.with_name("other")
    other.write_text("{}")
    changed_by(monkeypatch, lambda: other.rename(path))
    assert [snapshot.host.name for snapshot in load(path)] == ["alpha"]


def test_it_is_deleted(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed_by(monkeypatch, path.unlink)
    assert [snapshot.host.name for snapshot in load(path)] == ["alpha"]


def test_it_becomes_a_fifo_before_it_is_opened(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was looked at first: nobody who puts a FIFO there meanwhile keeps us waiting."""
    opened = os.open

    def swapped(name: str, flags: int) -> int:
        path.unlink()
        os.mkfifo(path)
        return opened(name, flags)

    monkeypatch.setattr("os.open", swapped)
    with pytest.raises(SnapshotError, match="is empty"):
        list(load(path))
