"""``netviz exposure`` as a person runs it."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import pytest
from shop import write_group

from netviz.cli.main import main

FILES = ("web.json", "db.json")


@pytest.fixture(autouse=True)
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_group(tmp_path)
    monkeypatch.chdir(tmp_path)


def test_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exposure", *FILES]) == 0
    shown = capsys.readouterr()
    assert [line.split("  ")[0] for line in shown.out.splitlines()[2:]] == ["all interfaces"] * 2
    assert "1 socket from outside" in shown.out
    assert "2 services on 1 other machine" in shown.out
    assert shown.err == (
        "netviz exposure: 2 listeners, 2 on all interfaces,"
        " 0 of those used by nobody or over loopback alone; nothing unreadable\n"
    )


@pytest.mark.parametrize("question", ["exposure", "next", "waves"])
def test_a_table_is_as_wide_as_the_terminal(
    question: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    assert main([question, "web.json"]) == 0
    on_terminal = capsys.readouterr().out
    assert main([question, "web.json", "-o", "found.txt"]) == 0
    in_file = Path("found.txt").read_text()
    assert max(map(len, on_terminal.splitlines())) <= 60
    assert (on_terminal == in_file) == (max(map(len, in_file.splitlines())) <= 60)


@pytest.mark.parametrize(
    ("tests", "status"),
    [
        (["user=0"], 3),
        (["user=26 and seen=group"], 3),
        (["port=22", "seen=outside"], 3),
        (["port=22"], 0),
        (["scope=loopback"], 0),
        (["not scope=all"], 0),
        ([], 0),
    ],
)
def test_the_exit_status(tests: list[str], status: int, capsys: pytest.CaptureFixture[str]) -> None:
    options = [word for test in tests for word in ("--fail-on", test)]
    assert main(["exposure", *FILES, "-f", "json", *options]) == status
    shown = capsys.readouterr()
    assert len(json.loads(shown.out)["listeners"]) == 2
    assert ("netviz exposure: 1 listener matches --fail-on\n" in shown.err) == (status == 3)


def test_the_result_is_written_where_it_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exposure", *FILES, "--fail-on", "scope=all", "-o", "found.csv"]) == 3
    assert "2 listeners match --fail-on" in capsys.readouterr().err
    with Path("found.csv").open(newline="") as lines:
        assert [line["process"] for line in csv.DictReader(lines)] == ["nginx", "postgres"]


def test_the_order_of_the_files_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    texts = []
    for files in (FILES, FILES[::-1]):
        assert main(["exposure", *files, "-f", "csv"]) == 0
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("text", "said"),
    [("scope=public", "one of all, address, loopback"), ("match=nat", "one of machine,")],
)
def test_a_wrong_expression_is_a_usage_error(
    text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["exposure", *FILES, "--fail-on", text])
    assert ended.value.code == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err


def test_a_bad_file_stops_it_and_can_be_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.json").write_text("{")
    assert main(["exposure", *FILES, "bad.json", "-o", "out.csv", "--fail-on", "user=0"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("netviz exposure: bad.json: ")
    assert len(error.splitlines()) <= 2
    assert not Path("out.csv").exists()
    assert main(["exposure", *FILES, "bad.json", "--keep-going"]) == 0
