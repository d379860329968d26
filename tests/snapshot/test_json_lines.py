"""Files of several documents, one per line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from snapshot_documents import first_format, full_document, least_document

from netviz.errors import SnapshotError
from netviz.snapshot import load


def line(name: str) -> str:
    document = least_document()
    document["host"]["name"] = name
    return json.dumps(document)


def file_of(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "samples.json"
    path.write_text(text)
    return path


def kept(path: Path) -> tuple[list[str], list[str]]:
    """The names and the errors that ``keep_going`` leaves."""
    errors: list[SnapshotError] = []
    names = [s.host.name for s in load(path, keep_going=True, on_problem=errors.append)]
    return names, [str(error) for error in errors]


@pytest.mark.parametrize(
    "text",
    [
        f"{line('a')}\n{line('b')}\n{line('c')}",
        f"{line('a')}\n{line('b')}\n{line('c')}\n",
        f"\n \n{line('a')}\r\n\r\n  {line('b')}\t\n{line('c')}\n\n\n",
        f"\ufeff{line('a')}\n{line('b')}\n{line('c')}\n",
    ],
)
def test_each_line_is_a_sample(tmp_path: Path, text: str) -> None:
    assert [s.host.name for s in load(file_of(tmp_path, text))] == ["a", "b", "c"]


def test_source_names_the_line(tmp_path: Path) -> None:
    path = file_of(tmp_path, f"{line('a')}\n\n{line('b')}\n")
    assert [s.source for s in load(path)] == [f"{path}:1", f"{path}:3"]


def test_source_of_a_single_document_is_the_file(tmp_path: Path) -> None:
    path = file_of(tmp_path, line("a") + "\n")
    assert [s.source for s in load(path)] == [str(path)]


@pytest.mark.parametrize("indent", [0, 1, 4])
def test_document_over_several_lines(tmp_path: Path, indent: int) -> None:
    for document in (full_document(), least_document(), first_format()):
        text = "\n" + json.dumps(document, indent=indent) + "\n"
        assert len(list(load(file_of(tmp_path, text)))) == 1


def test_lines_of_both_formats(tmp_path: Path) -> None:
    path = file_of(tmp_path, f"{line('a')}\n{json.dumps(first_format())}\n")
    assert [s.format for s in load(path)] == [2, 1]


def test_incomplete_last_line(tmp_path: Path) -> None:
    path = file_of(tmp_path, f"{line('a')}\n{line('b')}\n{line('c')[:-9]}")
    with pytest.raises(SnapshotError) as caught:
        list(load(path))
    assert caught.value.where == f"line 3 column {len(line('c')) - 8}"
    assert "cut short" in caught.value.what
    names, errors = kept(path)
    assert names == ["a", "b"]
    assert errors == [str(caught.value)]


def test_samples_before_the_fault_are_given_first(tmp_path: Path) -> None:
    samples = load(file_of(tmp_path, f"{line('a')}\n{{\n"))
    assert next(samples).host.name == "a"
    with pytest.raises(SnapshotError):
        next(samples)


def test_each_bad_line_alone_is_left_out(tmp_path: Path) -> None:
    wrong = json.dumps({**least_document(), "processes": "none"})
    path = file_of(tmp_path, f"{line('a')}\n{wrong}\n{{]\n{line('d')}\n[]\n")
    names, errors = kept(path)
    assert names == ["a", "d"]
    places = [error.partition(": ")[2] for error in errors]
    assert [place.partition(":")[0] for place in places] == ["line 2", "line 3 column 2", "line 5"]
    assert "line 2: processes: expected a list" in errors[0]


def test_without_keep_going_the_first_fault_ends_it(tmp_path: Path) -> None:
    path = file_of(tmp_path, f"{line('a')[:-1]}\n{line('b')}\n")
    problems: list[SnapshotError] = []
    with pytest.raises(SnapshotError, match="line 1"):
        list(load(path, on_problem=problems.append))
    assert problems == []


def test_keep_going_past_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    names, errors = kept(tmp_path / "absent.json")
    assert names == []
    assert len(errors) == 1
