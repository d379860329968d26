"""``netviz waves`` as a person runs it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from shop import write_group

from netviz.cli.main import main


@pytest.fixture(autouse=True)
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_group(tmp_path)
    monkeypatch.chdir(tmp_path)


def answer(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    assert main(["waves", "web.json", "db.json", "-f", "json", *options]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_machines_move_together(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["waves", "web.json", "db.json"]) == 0
    shown = capsys.readouterr()
    assert [line.split() for line in shown.out.splitlines()[2:]] == [
        ["1", "db", "db", "2", "0"],
        ["web", "web"],
    ]
    assert shown.err == (
        "netviz waves: 1 wave, 0 alone; 0 flows cut (0 connections); nothing unreadable\n"
    )


def test_by_service(capsys: pytest.CaptureFixture[str]) -> None:
    document = answer(capsys, "--by", "service")
    (wave,) = document["waves"]
    found = [(one["machine"], one["name"]) for one in wave["nodes"]]
    assert found == [("db", "postgres"), ("web", "nginx"), ("web", "nginx")]


def test_by_label(capsys: pytest.CaptureFixture[str]) -> None:
    Path("names.toml").write_text('[[label]]\nname = "front"\nmachine = "web"\n')
    document = answer(capsys, "--by", "label", "--labels", "names.toml")
    assert [one["name"] for one in document["waves"][0]["nodes"]] == ["postgres", "front"]


def test_csv_by_the_ending_of_the_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["waves", "web.json", "db.json", "-o", "waves.csv"]) == 0
    with Path("waves.csv").open(newline="") as lines:
        found = [(line["wave"], line["machine"]) for line in csv.DictReader(lines)]
    assert found == [("1", "db"), ("1", "web")]


def test_a_wave_of_one_cuts_everything(capsys: pytest.CaptureFixture[str]) -> None:
    document = answer(capsys, "--most", "1")
    assert len(document["waves"]) == 2
    assert [(cut["source"], cut["connections"]) for cut in document["cut"]] == [("web", 2)]


def test_what_is_hidden_joins_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    document = answer(capsys, "--hide", "port=5432")
    assert document["waves"] == []
    assert [one["name"] for one in document["alone"]] == ["db", "web"]


@pytest.mark.parametrize(
    "options",
    [["--by", "label"], ["--labels", "names.toml"], ["--most", "0"], ["--by", "process"]],
)
def test_a_wrong_use_ends_with_2(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["waves", "web.json", *options])
    assert ended.value.code == 2
    assert "usage: netviz waves" in capsys.readouterr().err


def test_bad_labels_and_bad_files(capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.json").write_text("[")
    for options in (["bad.json"], ["web.json", "--by", "label", "--labels", "none.toml"]):
        assert main(["waves", *options]) == 1
        assert len(capsys.readouterr().err.splitlines()) <= 2
