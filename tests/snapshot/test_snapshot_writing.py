"""What is written of a snapshot is the snapshot."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from snapshot_documents import first_format, full_document, least_document, write

from netviz.snapshot import load
from netviz.snapshot.writing import document, encoded


@pytest.mark.parametrize("given", [full_document(), least_document()])
def test_what_is_written_is_read_as_the_same(tmp_path: Path, given: dict[str, Any]) -> None:
    (snapshot,) = load(write(tmp_path / "a.json", given))
    path = tmp_path / "b.json"
    path.write_bytes(encoded(snapshot))
    (again,) = load(path)
    assert replace(again, source=snapshot.source) == snapshot


def test_every_key_of_the_format_is_written(tmp_path: Path) -> None:
    given = full_document()
    (snapshot,) = load(write(tmp_path / "a.json", given))
    written = document(snapshot)
    del given["tool"]  # what captured it is not read
    assert list(written) == list(given)
    for key in ("host", "privileges", "time"):
        assert sorted(written[key]) == sorted(given[key])
    assert sorted(written["netns"][0]) == sorted(given["netns"][0])
    assert sorted(written["processes"][0]) == sorted(given["processes"][0])


def test_format_1_is_written_as_format_2(tmp_path: Path) -> None:
    (snapshot,) = load(write(tmp_path / "a.json", first_format()))
    path = tmp_path / "b.json"
    path.write_bytes(encoded(snapshot))
    (again,) = load(path)
    assert replace(again, source=snapshot.source, format=1) == snapshot


def test_it_is_one_line(tmp_path: Path) -> None:
    (snapshot,) = load(write(tmp_path / "a.json", full_document()))
    written = encoded(snapshot)
    assert written.count(b"\n") == 1
    assert json.loads(written)["complete"] is True
