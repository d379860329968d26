"""``netviz next`` as a person runs it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from shop import write_group

from netviz.cli.main import main


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_group(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_database_is_missing(group: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["next", "web.json"]) == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines()[-1].split() == ["10.0.0.2", "2", "tcp/5432", "x2"]
    assert shown.err == "netviz next: 1 address to capture next, 2 sockets; nothing unreadable\n"


def test_nothing_is_missing(group: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["next", "web.json", "db.json", "-f", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["missing"] == []


def test_the_ending_of_the_output_says_the_format(group: Path) -> None:
    assert main(["next", "web.json", "-o", "next.csv"]) == 0
    assert main(["next", "web.json", "-f", "csv", "-o", "next.txt"]) == 0
    assert Path("next.csv").read_bytes() == Path("next.txt").read_bytes()
    with Path("next.csv").open(newline="") as lines:
        assert list(csv.reader(lines))[1:] == [["10.0.0.2", "2", "tcp/5432 x2"]]


def test_a_bad_file_stops_it_and_can_be_left_out(
    group: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("bad.json").write_text("{")
    assert main(["next", "web.json", "bad.json", "-o", "out.csv"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("netviz next: bad.json: ")
    assert len(error.splitlines()) <= 2
    assert not Path("out.csv").exists()
    assert main(["next", "web.json", "bad.json", "--keep-going"]) == 0
    assert main(["next", "bad.json", "--keep-going"]) == 1


def test_no_file_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["next"])
    assert ended.value.code == 2
    assert "usage: netviz next" in capsys.readouterr().err
