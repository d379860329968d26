"""Snapshots that hold more than any machine can say: one error, before they are a burden."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest
from snapshot_documents import first_format, full_document, least_document, write

from netviz.errors import SnapshotError
from netviz.fleet.unix_table import read_unix_tables
from netviz.parse import parse_inet
from netviz.parsers import sctp
from netviz.parsers.lines import MAX_SHOWN
from netviz.snapshot import limits, load, processes2
from netviz.snapshot.limits import (
    LONGEST_CGROUP,
    LONGEST_NAME,
    LONGEST_SOCKET_NAME,
    LONGEST_TEXT,
    size_text,
)

LOADING = importlib.import_module("netviz.snapshot.load")  # the package has a function of that name


def error_of(path: Path, **options: Any) -> str:
    with pytest.raises(SnapshotError) as raised:
        list(load(path, **options))
    said = str(raised.value)
    assert said.startswith(f"{path}: ")
    assert said.count("\n") == 1
    return said


def test_a_file_that_is_too_large_says_which_option_reads_it(tmp_path: Path) -> None:
    path = Path(write(tmp_path / "large.json", full_document()))
    said = error_of(path, size_limit=1024)
    assert "is larger than 1 KiB\n" in said
    assert "--max-size" in said
    assert [s.host.name for s in load(path, size_limit=path.stat().st_size)] == ["alpha"]


def test_more_processes_than_a_kernel_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes2, "MOST_PROCESSES", 3)
    for count in (3, 4):
        document = {**least_document(), "processes": [{"pid": pid} for pid in range(count)]}
        path = Path(write(tmp_path / "many.json", document))
        if count == 3:
            assert len(next(load(path)).processes) == 3
        else:
            assert "processes: are more than 3, which no kernel runs" in error_of(path)


@pytest.mark.parametrize("filling", ["[]", "{}", '{"a":[]}'])
def test_more_lists_and_objects_than_memory_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, filling: str
) -> None:
    """They are counted before the document is taken apart."""
    monkeypatch.setattr(LOADING, "MOST_CONTAINERS", 1000)
    monkeypatch.setattr(LOADING, "decode", lambda *_: pytest.fail("it was taken apart"))
    path = tmp_path / "many.json"
    path.write_text(f'{{"netviz_snapshot": 2, "x": [{",".join([filling] * 1000)}]}}')
    assert "holds more than 1,000 lists and objects" in error_of(path)


def test_the_line_that_holds_too_much_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LOADING, "MOST_CONTAINERS", 100)
    good, bad = json.dumps(least_document()), json.dumps({"netviz_snapshot": 2, "x": [[]] * 100})
    path = tmp_path / "lines.json"
    path.write_text(f"{good}\n{bad}\n{good}\n")
    told: list[SnapshotError] = []
    assert len(list(load(path, keep_going=True, on_problem=told.append))) == 2
    assert [error.where for error in told] == ["line 2"]


@pytest.mark.parametrize(
    ("place", "most"),
    [
        (("host", "name"), LONGEST_NAME),
        (("processes", 0, "comm"), LONGEST_NAME),
        (("processes", 0, "exe"), LONGEST_TEXT),
        (("processes", 0, "cgroup"), LONGEST_CGROUP),
        (("netns", 0, "name"), LONGEST_NAME),
        (("netns", 0, "interfaces", 0, 1), LONGEST_NAME),
        (("problems", 0, "example"), LONGEST_TEXT),
        (("unix_names", 0, 1), LONGEST_TEXT),
    ],
)
def test_a_name_that_is_longer_than_any(
    tmp_path: Path, place: tuple[str | int, ...], most: int
) -> None:
    for length in (most, most + 1):
        document: Any = full_document()
        inner = document
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = "x" * length
        path = Path(write(tmp_path / "long.json", document))
        if length == most:
            assert list(load(path))
        else:
            assert f"is longer than {most:,} characters" in error_of(path)


def test_a_long_name_in_format_1(tmp_path: Path) -> None:
    document: Any = first_format()
    next(iter(document["processes"].values()))["cmd"] = "x" * (LONGEST_NAME + 1)
    assert "is longer than" in error_of(Path(write(tmp_path / "first.json", document)))


@pytest.mark.parametrize("digits", ["1" * 400, "-" + "1" * 400, "1" * 21])
def test_an_inode_of_400_digits(tmp_path: Path, digits: str) -> None:
    text = json.dumps({**least_document(), "processes": [{"pid": 1, "sockets": [7]}]})
    path = tmp_path / "long.json"
    path.write_text(text.replace("[7]", f"[{digits}]"))
    said = error_of(path)
    assert "is too large" in said or "processes[0].sockets[0]: expected an integer" in said
    line = f"0: 00000000:0050 00000000:0000 0A 0:0 0:0 0 0 0 {digits} 1\n"
    columns = parse_inet(line, False, False)
    assert (len(columns), columns.bad.count) == (0, 1)


def test_a_line_that_is_longer_than_any_is_not_taken_apart() -> None:
    association = "ASSOC SST ST LPORT RPORT LADDRS <-> RADDRS\n0 1 3 7 9 10.0.0.1 <-> 10.0.0.2"
    endpoint = "ENDPT SST LPORT LADDRS\n0 10 7 10.0.0.1"
    blanks = " " * sctp.LONGEST_LINE
    for parse, good in (
        (sctp.parse_associations, association),
        (sctp.parse_endpoints, endpoint),
    ):
        found, bad = parse(f"{good}\n")
        assert (len(found), bad.count) == (1, 0)
        found, bad = parse(f"{good}{blanks}\n")
        assert (len(found), bad.count, len(bad.first)) == (0, 1, MAX_SHOWN)


def test_a_name_that_no_unix_socket_has_is_left_out() -> None:
    for length in (LONGEST_SOCKET_NAME, LONGEST_SOCKET_NAME + 1):
        name = "/" * length
        line = f"0000000000000000: 00000002 00000000 00010000 0001 01 70001 {name}\n"
        (socket,) = read_unix_tables([line]).values()
        assert (socket.path is None) == (length > LONGEST_SOCKET_NAME)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "1 bytes"),
        (1000, "1000 bytes"),
        (1536, "1536 bytes"),
        (2**30, "1 GiB"),
        (2**41, "2 TiB"),
    ],
)
def test_a_size_in_words(number: int, text: str) -> None:
    assert size_text(number) == text


def page_of(name: str) -> str:
    return (Path(__file__).parents[2] / "docs" / name).read_text(encoding="utf-8")


def test_the_limits_are_documented() -> None:
    page = page_of("limits.md")
    for number in (
        limits.MOST_PROCESSES,
        limits.MOST_CONTAINERS,
        LONGEST_NAME,
        LONGEST_TEXT,
        LONGEST_CGROUP,
    ):
        assert f"{number:,}" in page
    assert size_text(limits.MOST_BYTES) in page
    about_files = page_of("snapshot-format.md")
    assert f"A file may hold {size_text(limits.MOST_BYTES)} of text" in about_files
