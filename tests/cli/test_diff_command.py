"""``netviz diff`` as a person runs it: sides, exit statuses, formats, messages."""

from __future__ import annotations

import copy
import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from packer import ROOT
from shop import DB, WEB, line, process

from netviz.cli.main import main

OLD = ("old/web.json", "old/db.json")
NEW = ("new/web.json", "new/db.json")


def redis_opened(document: dict[str, Any], address: str) -> dict[str, Any]:
    """The machine with a Redis that listens on an address, in hex."""
    changed = copy.deepcopy(document)
    changed["processes"].append(process(90, "redis", 999, 900))
    changed["netns"][0]["tables"]["tcp"] += line(f"{address}:18EB", "00000000:0000", 10, 900) + "\n"
    return changed


@pytest.fixture(autouse=True)
def sides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two days of the shop; on the second Redis is open to all."""
    monkeypatch.chdir(tmp_path)
    for day, address in (("old", "0100007F"), ("new", "00000000")):
        Path(day).mkdir()
        rebooted = copy.deepcopy(WEB)
        rebooted["host"]["boot_id"] = day
        Path(day, "web.json").write_text(json.dumps(rebooted))
        Path(day, "db.json").write_text(json.dumps(redis_opened(DB, address)))


def flows(day: str) -> str:
    """What netviz-stitch -f json makes of a day."""
    name = f"{day}.flows.json"
    assert main(["stitch", f"{day}/web.json", f"{day}/db.json", "-o", name, "-q"]) == 0
    return name


def shell(script: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash, in which ``$0`` is Python."""
    return subprocess.run(
        ["bash", "-c", script, sys.executable],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": ""},
    )


def test_what_differs_is_told_and_is_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", *OLD, "--", *NEW]) == 1
    shown = capsys.readouterr()
    assert shown.out.splitlines()[3:] == [
        "Changed",
        "  listener  redis (redis.service) on db: tcp/6379 redis, from 127.0.0.1 to 0.0.0.0",
    ]
    assert shown.err == "netviz diff: 0 services, 1 listener, 0 flows differ\n"


def test_a_listener_whose_line_could_not_be_read_is_not_gone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    broken = json.loads(Path(OLD[1]).read_text())
    redis = line("0100007F:18EB", "00000000:0000", 10, 900)
    tables = broken["netns"][0]["tables"]
    tables["tcp"] = tables["tcp"].replace(redis, "   1: XX broken line")
    Path("broken.json").write_text(json.dumps(broken))
    assert main(["stitch", "broken.json", "-o", "broken.flows.json", "-q"]) == 0
    for new in ("broken.json", "broken.flows.json"):
        assert main(["diff", OLD[1], "--", new]) == 1
        shown = capsys.readouterr().out
        assert "Went" not in shown
        assert "db could not be read wholly in NEW" in shown


def test_what_is_alike_is_status_0_and_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", *OLD, "--", *reversed(OLD), "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")
    assert main(["diff", *OLD, "--", *OLD]) == 0
    assert capsys.readouterr() == ("", "netviz diff: no difference (2 machines)\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["old.flows.json", "new.flows.json"],
        ["old.flows.json", "--", "new.flows.json"],
        ["old.flows.json", "--", *NEW],
        [*OLD, "--", "new.flows.json"],
        ["old.flows.json.gz", "new.flows.json"],
    ],
)
def test_flows_stand_for_their_snapshots(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("old.flows.json.gz").write_bytes(gzip.compress(Path(flows("old")).read_bytes()))
    flows("new")
    assert main(["diff", *OLD, "--", *NEW, "-f", "json"]) == 1
    expected = json.loads(capsys.readouterr().out)
    assert main(["diff", "-f", "json", *arguments]) == 1
    assert json.loads(capsys.readouterr().out) == expected


def test_a_flow_of_which_a_socket_is_left_is_not_gone(capsys: pytest.CaptureFixture[str]) -> None:
    """The database's machine forwards now: another one may stand behind its address."""
    forwards = json.loads(Path("old/db.json").read_text())
    (namespace,) = forwards["netns"]
    namespace["forwarding"] = True
    lines = namespace["tables"]["tcp"].splitlines(True)
    namespace["tables"]["tcp"] = "".join(line for line in lines if "0100000A:9C4" not in line)
    Path("new/db.json").write_text(json.dumps(forwards))
    for arguments in ([*OLD, "--", *NEW], [flows("old"), flows("new")]):
        assert main(["diff", *arguments]) == 1
        assert capsys.readouterr().out.splitlines()[3:] == [
            "Not compared",
            "  web has sockets in NEW whose other ends were not found: 1 flow",
        ]


def test_flows_may_come_through_a_pipe() -> None:
    names = flows("old"), flows("new")
    script = f'"$0" -m netviz.cli.main diff <(cat {names[0]}) <(cat {names[1]})'
    ended = shell(script)
    assert ended.returncode == 1, ended.stderr
    assert "tcp/6379 redis, from 127.0.0.1 to 0.0.0.0" in ended.stdout


def test_a_machine_that_is_missing_is_no_loss_but_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", *OLD, "--", "old/web.json"]) == 1
    shown = capsys.readouterr()
    assert shown.out.splitlines()[3:] == [
        "Not compared",
        "  db was not captured in NEW: 2 services, 2 listeners, 1 flow",
    ]


@pytest.mark.parametrize(
    ("options", "status"),
    [
        (["--ignore", "port=6379"], 0),
        (["--ignore", "process=nobody", "--ignore", "machine=db"], 0),
        (["--ignore", "process=nobody"], 1),
        (["--ignore", "proto=raw"], 1),
    ],
)
def test_what_is_ignored_is_no_difference(options: list[str], status: int) -> None:
    assert main(["diff", *options, *OLD, "--", *NEW]) == status
    assert main(["diff", *OLD, "--", *options, *NEW]) == status


@pytest.mark.parametrize(
    ("options", "status"),
    [([], 0), (["--factor", "2"], 1), (["--factor", "2.5"], 0), (["--factor", "1"], 1)],
)
def test_counts_differ_by_the_factor(options: list[str], status: int) -> None:
    fewer = copy.deepcopy(WEB)
    table = fewer["netns"][0]["tables"]
    table["tcp"] = table["tcp"].replace("9C41 0200000A:1538 01", "9C41 0200000A:1538 06")
    Path("new/web.json").write_text(json.dumps(fewer))
    small = json.loads(Path("old/db.json").read_text())
    small["netns"][0]["tables"]["tcp"] = "".join(
        row for row in small["netns"][0]["tables"]["tcp"].splitlines(True) if "9C41" not in row
    )
    Path("new/db.json").write_text(json.dumps(small))
    assert main(["diff", *options, *OLD, "--", *NEW]) == status


@pytest.mark.parametrize(("name", "start"), [("x.svg", "<?xml"), ("x.gv", "digraph"), ("x", "OLD")])
def test_the_ending_names_the_format(name: str, start: str) -> None:
    assert main(["diff", *OLD, "--", *NEW, "-o", name]) == 1
    assert Path(name).read_text().startswith(start)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "bad.json: "),
        ('{"netviz_flows": 2}', "bad.json: netviz_flows: expected version 1"),
        ('{"netviz_flows": 1, "level": "host"}', "bad.json: level: holds flows of level host"),
        ('{"netviz_flows": 1, "nodes": 7}', "bad.json: nodes: expected a list"),
        (None, "bad.json: there is no such file"),
    ],
)
def test_an_error_is_status_2_and_two_lines(
    content: str | None, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        Path("bad.json").write_text(content)
    assert main(["diff", *OLD, "--", "bad.json", "-o", "out.txt"]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"netviz diff: {said}")
    assert len(error.splitlines()) <= 2
    assert not Path("out.txt").exists()


def test_output_that_cannot_be_written_is_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", *OLD, "--", *NEW, "-o", "no/such/folder"]) == 2
    assert capsys.readouterr().err.startswith("netviz diff: no/such/folder: cannot be written")


@pytest.mark.parametrize(("options", "expected"), [([], 2), (["--keep-going"], 1)])
def test_a_bad_file_stops_it_or_is_left_out(
    options: list[str], expected: int, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("new/bad.json").write_text("{")
    assert main(["diff", *OLD, "--", *NEW, "new/bad.json", *options]) == expected
    assert "new/bad.json" in capsys.readouterr().err


@pytest.mark.parametrize(("options", "expected"), [([], 2), (["--keep-going"], 0)])
def test_a_sample_that_is_cut_short_stops_it_or_is_left_out(
    options: list[str], expected: int, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("samples.json").write_text(f"{json.dumps(WEB)}\n" + json.dumps(WEB)[:99])
    assert main(["diff", "samples.json", "samples.json", *options]) == expected
    assert "samples.json: line 2" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["old/web.json"],
        ["old/web.json", "new/web.json", "new/db.json"],
        ["--", *NEW],
        [*OLD, "--"],
        [*OLD, "--", "-f", "json"],
        [*OLD, "--", *NEW, "--factor", "0.5"],
        [*OLD, "--", *NEW, "--factor", "1e9"],
        [*OLD, "--", *NEW, "--factor", "1/2"],
        [*OLD, "--", *NEW, "--ignore", "scope=all"],
        [*OLD, "--", *NEW, "-f", "html"],
    ],
)
def test_wrong_usage_is_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["diff", *arguments])
    assert ended.value.code == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err


def test_the_same_input_gives_the_same_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    texts = set()
    for old, new in ((OLD, NEW), (OLD[::-1], NEW[::-1])):
        for format in ("text", "json", "dot"):
            assert main(["diff", *old, "--", *new, "-f", format]) == 1
            texts.add(capsys.readouterr().out)
    assert len(texts) == 3


def test_a_reader_that_has_gone_is_quiet() -> None:
    script = f'"$0" -m netviz.cli.main diff {" ".join(OLD)} -- {" ".join(NEW)} -q | true; exit 0'
    assert shell(script).stderr == ""


def test_a_third_side_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["diff", *OLD, "--", *NEW, "--", *OLD])
    assert ended.value.code == 2
    assert "write -- between the old files and the new ones" in capsys.readouterr().err


def test_flows_beside_other_files_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    given = flows("old")
    assert main(["diff", *OLD, "--", given, *NEW]) == 2
    assert capsys.readouterr().err == (
        f"netviz diff: {given}: is what netviz-stitch wrote, with other files beside it\n"
        "  give snapshots for old or new, or one such file\n"
    )


OPTIONS = [
    (["--only", "port=5432"], "--only port=5432"),
    (["--hide", "process=sshd"], "--hide process=sshd"),
    (["--around", "nginx"], "--around nginx --hops 1"),
    (["--min-connections", "2"], "--min-connections 2"),
    (["--seen-in", "50"], "--seen-in 50"),
    (["--hide-unlinked-listeners"], "--hide-unlinked-listeners"),
    (["--flows", "unix,net"], "--flows net,unix"),
    (["--external", "network"], "--external network"),
    (["--recent"], "--recent"),
    (["--self"], "--self"),
    (["--attempts"], "--attempts"),
    (["--doubtful"], "--doubtful"),
]


@pytest.mark.parametrize(("options", "told"), OPTIONS, ids=[one[1] for one in OPTIONS])
def test_flows_with_and_without_an_option_are_not_compared(
    options: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["stitch", *OLD, "-q", "-o", "part.json", *options]) == 0
    assert json.loads(Path("part.json").read_text())["options"] == [told]
    whole = flows("old")
    assert main(["diff", "part.json", "--", *OLD]) == 2
    assert capsys.readouterr().err == (
        f'netviz diff: part.json: options: was made with "{told}", which snapshots are compared'
        " without\n  write it again with netviz-stitch -f json, without such options\n"
    )
    assert main(["diff", whole, "part.json"]) == 2
    assert f'"{told}", and {whole} without any such option\n' in capsys.readouterr().err
    assert main(["diff", "part.json", "part.json"]) == 0


def test_flows_with_other_options_are_not_compared(capsys: pytest.CaptureFixture[str]) -> None:
    some = ["--recent", "--only", "port=1", "--only", "port=1", "--self"]
    assert main(["stitch", *OLD, "-q", "-o", "a.json", *some]) == 0
    assert main(["stitch", *OLD, "-q", "-o", "b.json", "--attempts", *some]) == 0
    assert main(["diff", "a.json", "b.json"]) == 2
    assert capsys.readouterr().err.splitlines()[0] == (
        'netviz diff: a.json: options: was made with "--only port=1", "--recent", "--self", and'
        ' b.json with "--attempts", "--only port=1", "--recent" and 1 more'
    )


def test_options_that_are_no_texts_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(Path(flows("old")).read_text())
    assert "options" not in document
    Path("bad.json").write_text(json.dumps({**document, "options": [7]}))
    assert main(["diff", "bad.json", "bad.json"]) == 2
    assert "bad.json: options[0]: expected a text" in capsys.readouterr().err
    Path("hostile.json").write_text(json.dumps({**document, "options": ["\x1b[31m" * 99]}))
    assert main(["diff", "hostile.json", "--", *OLD]) == 2
    shown = capsys.readouterr().err
    assert "\x1b" not in shown
    assert len(shown) < 500
