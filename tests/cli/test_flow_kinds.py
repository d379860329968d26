"""``netviz-stitch --flows``: which kinds of flow are drawn, in every format."""

from __future__ import annotations

import json
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from shop import DB, WEB

COMMAND = (sys.executable, "-c", "import sys; from netviz.cli.stitch import main; sys.exit(main())")
SCHEMA = Path(__file__).parents[2] / "docs" / "json-output.schema.json"
PATH = "/run/app.sock"
TABLE = f"""\
Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01   900 {PATH}
0000000000000000: 00000003 00000000 00000000 0001 03   901 {PATH}
0000000000000000: 00000003 00000000 00000000 0001 03   902
0000000000000000: 00000003 00000000 00000000 0001 03   903
"""


def web() -> dict[str, Any]:
    """The web server of the shop, with an application behind a unix socket, and a pipe to it."""
    document = deepcopy(WEB)
    front, back = document["processes"]
    back["comm"] = "app"
    front["sockets"] += [902, 903]
    back["sockets"] += [900, 901]
    front["pipes"], back["pipes"] = [[77, "w"]], [[77, "r"]]
    document["netns"][0]["tables"]["unix"] = TABLE
    document["unix_peers"] = [[901, 902], [902, 901]]
    return document


@pytest.fixture
def group(tmp_path: Path) -> Path:
    for name, document in (("web", web()), ("db", DB)):
        (tmp_path / f"{name}.json").write_text(json.dumps(document))
    return tmp_path


def run(cwd: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "web.json", "db.json", *options],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
        timeout=60,
    )


def result(cwd: Path, *options: str) -> dict[str, Any]:
    done = run(cwd, "-f", "json", *options)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(found)
    return found


@pytest.mark.parametrize(
    ("asked", "protocols"),
    [
        ([], {"tcp"}),
        (["--flows", "net"], {"tcp"}),
        (["--flows", "unix"], {"unix"}),
        (["--flows", "pipe"], {"pipe"}),
        (["--flows", "pipe,unix"], {"unix", "pipe"}),
        (["--flows", "net,unix,pipe"], {"tcp", "unix", "pipe"}),
    ],
)
def test_the_kinds_that_are_asked_for(group: Path, asked: list[str], protocols: set[str]) -> None:
    found = result(group, *asked)
    assert {flow["proto"] for flow in found["flows"]} == protocols
    listening = {one["proto"] for node in found["nodes"] for one in node["listeners"]}
    assert listening == protocols - {"pipe"}


def test_the_coverage_of_the_network_is_the_same_whatever_is_drawn(group: Path) -> None:
    plain = result(group)["coverage"]
    for kinds in ("unix", "pipe", "net,unix,pipe"):
        coverage = result(group, "--flows", kinds)["coverage"]
        unjoined = coverage["other"].pop("unix_unjoined", None)
        assert unjoined == (1 if "unix" in kinds else None)
        assert coverage == plain


def test_unix_flows_and_listeners_in_json(group: Path) -> None:
    found = result(group, "--flows", "unix,pipe")
    unix, pipe = sorted(found["flows"], key=lambda flow: str(flow["proto"]), reverse=True)
    assert (unix["port"], unix["path"], unix["matches"]) == (None, PATH, {"peer": 1})
    assert (unix["directed"], unix["samples"], unix["dialled"]) == (True, [], None)
    assert (pipe["port"], pipe["path"], pipe["directed"]) == (None, None, True)
    (app,) = [node for node in found["nodes"] if node["name"] == "app"]
    assert app["listeners"] == [{"proto": "unix", "address": PATH, "port": None}]


@pytest.mark.parametrize("level", ["connection", "process", "service", "container", "host"])
def test_every_level_of_the_picture(group: Path, level: str) -> None:
    done = run(group, "--flows", "net,unix,pipe", "--group-by", level)
    assert done.returncode == 0, done.stderr
    assert f"unix {PATH}" in done.stdout
    assert "unix socket or pipe" in done.stdout
    assert "None" not in done.stdout


def test_the_summary_counts_sockets_that_were_not_joined(group: Path) -> None:
    assert ", 1 unix unjoined)" in run(group, "--flows", "unix").stderr
    assert "unix" not in run(group).stderr


@pytest.mark.parametrize("kinds", ["", "tcp", "net,", "unix;pipe", "UNIX"])
def test_an_unknown_kind_is_a_usage_error(group: Path, kinds: str) -> None:
    done = run(group, "--flows", kinds)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not one of net, unix, pipe" in done.stderr
