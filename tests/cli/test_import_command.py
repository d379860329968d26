"""``netviz import`` as a person runs it."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from packer import ROOT

from netviz.cli.import_ import make_parser
from netviz.cli.main import main
from netviz.snapshot import load

HEADER = "Netid State Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n"
ALL = HEADER + 'tcp LISTEN 0 128 192.0.2.1:80 0.0.0.0:* users:(("nginx",pid=7,fd=3)) ino:50 sk:1\n'
TCP = 'LISTEN 0 128 192.0.2.1:80 0.0.0.0:* users:(("nginx",pid=7,fd=3)) ino:50 sk:1\n'
UDP = 'UNCONN 0 0 192.0.2.1:53 0.0.0.0:* users:(("named",pid=8,fd=3)) ino:51 sk:2\n'
ADDRESSES = "2: eth0    inet 192.0.2.1/24 scope global eth0\n2: eth0    inet 192.0.2.2/24 scope x\n"
LSOF = "p7\ncnginx\nf3\ntIPv4\nd50\nPTCP\nn192.0.2.1:80\nTST=LISTEN\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    texts = {"all": ALL, "tcp": TCP, "udp": UDP, "ip": ADDRESSES, "lsof": LSOF}
    for name, text in texts.items():
        (tmp_path / f"{name}.txt").write_text(text)
    return tmp_path


def documented() -> list[str]:
    text = (ROOT / "docs" / "import.md").read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.startswith("    netviz import")]


@pytest.mark.parametrize("example", documented())
def test_the_examples_of_the_document_are_accepted(example: str) -> None:
    options = make_parser().parse_args(shlex.split(example)[2:])
    assert options.output


def run(*words: str) -> int:
    return main(["import", *words])


@pytest.mark.parametrize(
    "words",
    [
        ["ss", "all.txt"],
        ["ss", "--tcp", "tcp.txt", "--udp", "udp.txt"],
        ["ss", "tcp.txt", "--udp", "udp.txt"],
        ["lsof", "lsof.txt"],
    ],
)
@pytest.mark.parametrize("ending", ["json", "json.gz"])
def test_it_writes_a_snapshot(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str], ending: str
) -> None:
    target = here / f"web.{ending}"
    assert run(*words, "--name", "web", "--addresses", "ip.txt", "-o", str(target)) == 0
    [snapshot] = load(target)
    assert snapshot.host.name == "web"
    assert snapshot.netns[0].addresses == ("192.0.2.1/24", "192.0.2.2/24")
    assert [list(one.sockets) for one in snapshot.processes if one.pid == 7] == [[50]]
    shown = capsys.readouterr()
    assert shown.out == ""
    assert f"web: imported from {words[0]}, which does not show when processes" in shown.err


def test_without_out_it_goes_to_standard_output(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("ss", "all.txt", "--name", "web", "--machine-id", "ab", "--quiet") == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["host"]["machine_id"] == "ab"
    assert shown.err == ""


def test_namespaces(here: Path) -> None:
    (here / "blue.txt").write_text(ALL.replace("pid=7", "pid=9").replace("ino:50", "ino:70"))
    words = ["ss", "all.txt", "--netns", "blue=blue.txt", "--name", "web", "-o", "web.json"]
    assert run(*words) == 0
    [snapshot] = load(here / "web.json")
    own, blue = snapshot.netns
    assert (own.name, blue.name) == (None, "blue")
    assert {one.pid: one.netns for one in snapshot.processes} == {7: own.id, 9: blue.id}


def test_where_no_addresses_are_given_that_is_told(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("ss", "all.txt", "--name", "web", "-o", "web.json") == 0
    assert "the addresses of its sockets stand in" in capsys.readouterr().err
    [snapshot] = load(here / "web.json")
    assert snapshot.netns[0].addresses is None
    assert "stand in" in snapshot.problems[0].error


def test_a_sosreport_names_its_machine_unless_told(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    networking = here / "sos" / "sos_commands" / "networking"
    networking.mkdir(parents=True)
    (networking / "ss_-peaonmi").write_text(ALL)
    assert run("sosreport", "sos", "-o", "web.json") == 1
    assert capsys.readouterr().err == (
        "netviz import: sos: does not say the name of its machine\n  give --name NAME\n"
    )
    assert run("sosreport", "sos", "--name", "given", "-o", "web.json") == 0
    assert "the addresses of its sockets stand in" in capsys.readouterr().err
    [snapshot] = load(here / "web.json")
    assert (snapshot.host.name, snapshot.netns[0].addresses) == ("given", None)
    (networking.parent / "host").mkdir()
    (networking.parent / "host" / "hostname").write_text("elm\n")
    (networking / "ip_-o_addr").write_text(ADDRESSES)
    assert run("sosreport", "sos", "-o", "web.json") == 0
    assert "stand in" not in capsys.readouterr().err
    [snapshot] = load(here / "web.json")
    assert (snapshot.host.name, snapshot.netns[0].addresses) == (
        *("elm", ("192.0.2.1/24", "192.0.2.2/24")),
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["ss", "all.txt"], "give --name NAME"),
        (["lsof", "lsof.txt"], "give --name NAME"),
        (["ss", "--name", "web"], "name the file to import"),
        (["lsof", "--tcp", "tcp.txt", "--name", "web"], "--tcp is for ss"),
        (["ss", "all.txt", "--byteorder", "big", "--name", "web"], "--byteorder is for proc"),
        (["proc", "a", "b"], "one proc at a time"),
        (["proc", "a", "--addresses", "ip.txt"], "--addresses is for ss, lsof, sosreport"),
        (["ss", "all.txt", "--netns", "blue", "--name", "web"], "is not NAME=FILE"),
        (["netstat", "all.txt"], "invalid choice"),
    ],
)
def test_usage(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(*words)
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["ss", "none.txt"], "none.txt: there is no such file"),
        (["ss", "empty.txt"], "empty.txt: is empty"),
        (["ss", "udp.txt"], "udp.txt: has no column Netid"),
        (["ss", "lsof.txt"], "lsof.txt: is no output of ss"),
        (["lsof", "all.txt"], "all.txt: holds no output of lsof -F"),
        (["ss", "all.txt", "--addresses", "all.txt"], "all.txt: holds no address"),
        (["proc", "none"], "none: cannot be read"),
        (["sosreport", "all.txt"], "all.txt: is no whole tar archive"),
    ],
)
def test_bad_input_writes_nothing(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    (here / "empty.txt").write_text("\n")
    (here / "web.json").write_text("old")
    assert run(*words, "--name", "web", "-o", "web.json") == 1
    shown = capsys.readouterr().err
    assert message in shown
    assert shown.count("\n") <= 2
    assert (here / "web.json").read_text() == "old"


def test_what_a_hostile_name_holds_cannot_steer_a_terminal(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forged = "netviz import: all is well"
    (here / "lsof.txt").write_text(f"{LSOF}f4\ntIPv4\nn\x1b[31mred\r{forged}\n".replace("\n", "\0"))
    assert run("lsof", "lsof.txt", "--name", f"web\x1b\n{forged}", "-o", "web.json") == 0
    shown = capsys.readouterr().err
    assert "\x1b" not in shown
    assert not any(line.startswith(forged) for line in shown.split("\n"))
