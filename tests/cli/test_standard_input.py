"""``-`` among the files is standard input, as ``-o -`` is standard output."""

from __future__ import annotations

import gzip
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
import shop

from netviz.cli.main import main

RUN = [sys.executable, "-m", "netviz.cli.main"]
WEB = json.dumps(shop.WEB).encode()
SS = b"""\
Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process
tcp   LISTEN 0      128    0.0.0.0:22         0.0.0.0:*         users:(("sshd",pid=1,fd=3))
"""


@pytest.fixture(autouse=True)
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shop.write_group(tmp_path)
    return tmp_path


def run(line: list[str], given: bytes | int, status: int = 0) -> tuple[bytes, str]:
    """What it writes, and what it says, with ``given`` on standard input: a text or descriptor."""
    content, file = (given, None) if isinstance(given, bytes) else (None, given)
    ended = subprocess.run(
        [*RUN, *line], check=False, capture_output=True, input=content, stdin=file
    )
    said = ended.stderr.decode()
    assert ended.returncode == status, said
    return ended.stdout, said


@pytest.mark.parametrize(
    "verb",
    [
        ["stitch", "-f", "json"],
        ["explain", "--process", "nginx"],
        ["exposure"],
        ["next"],
        ["waves"],
    ],
    ids=lambda verb: verb[0],
)
def test_it_is_read_as_a_file_is(verb: list[str]) -> None:
    piped = run([*verb, "-q", "-", "db.json"], WEB)
    assert piped == run([*verb, "-q", "web.json", "db.json"], b"")


LATER = {**shop.WEB, "time": {"started": 1700002000.0, "finished": 1700002001.0}}
LINES = WEB + b"\n" + json.dumps(LATER).encode() + b"\n"


@pytest.mark.parametrize("content", [WEB, gzip.compress(WEB), LINES, gzip.compress(LINES)])
def test_it_may_be_compressed_and_hold_several_samples(content: bytes) -> None:
    Path("file").write_bytes(content)
    with Path("file").open("rb") as file:
        redirected = run(["stitch", "-q", "-f", "csv", "-", "db.json"], file.fileno())
    piped = run(["stitch", "-q", "-f", "csv", "-", "db.json"], content)
    assert piped == redirected == run(["stitch", "-q", "-f", "csv", "file", "db.json"], b"")


def test_a_name_can_be_given() -> None:
    shown, _ = run(["stitch", "-q", "-f", "csv", "--name", "shop=-", "db.json"], WEB)
    assert shown.splitlines()[1].startswith(b"shop,")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "standard input: is empty"),
        (b"{", "standard input: "),
        (LINES[:-9], "standard input: line 2 column "),
        (WEB.replace(b'"web"', b"7"), "standard input: host.name: "),
    ],
)
def test_messages_name_it(content: bytes, said: str) -> None:
    assert said in run(["stitch", "-"], content, 1)[1]
    assert said in run(["stitch", "-", "db.json", "--keep-going"], content)[1]


def test_it_is_read_once() -> None:
    assert run(["next", "-q", "-", "-", "db.json"], WEB) == run(["next", "-q", "-", "db.json"], WEB)


@pytest.mark.parametrize(
    "line",
    [
        ["diff", "-", "-"],
        ["diff", "-", "web.json", "--", "db.json", "-"],
        ["stitch", "-", "--group-by", "label", "--labels", "-"],
        ["waves", "-", "--by", "label", "--labels", "-"],
        ["import", "ss", "-", "-", "--name", "web"],
        ["import", "ss", "--tcp", "-", "--udp", "-", "--name", "web"],
        ["import", "ss", "-", "--addresses", "-", "--name", "web"],
    ],
)
def test_two_cannot_have_it(line: list[str]) -> None:
    assert "- is standard input, which can be read once" in run(line, WEB, 2)[1]


@pytest.mark.parametrize("kind", ["proc", "sosreport"])
def test_a_folder_cannot_be_on_it(kind: str) -> None:
    said = run(["import", kind, "-"], b"", 2)[1]
    assert f"{kind} is read from a folder or a file, not from standard input" in said


def test_the_map_of_anonymize_cannot_be_it(group: Path) -> None:
    said = run(["anonymize", "web.json", "-o", "new", "--map", "-"], b"", 2)[1]
    assert "--map is a file, which is read and written again" in said
    assert sorted(path.name for path in group.iterdir()) == ["db.json", "web.json"]


def test_a_snapshot_on_it_is_anonymized() -> None:
    run(["anonymize", "-", "-o", "new", "--map", "group.map"], WEB)
    assert [path.suffix for path in Path("new").iterdir()] == [".json"]


def test_either_side_of_a_diff_may_be_it() -> None:
    flows = run(["stitch", "-q", "web.json", "db.json", "-f", "json"], b"")[0]
    alike = ["diff", "-q", "web.json", "db.json", "--"]
    for content in (flows, gzip.compress(flows)):
        for options in ([], ["--keep-going"]):
            assert run([*alike, "-", *options], content) == (b"", "")
    assert run(["diff", "-q", "-", "web.json"], WEB) == (b"", "")
    cut = ["diff", "-q", "-", "web.json", "--keep-going"]
    assert "left out: standard input: line 2 column " in run(cut, LINES[:-9])[1]


def test_outputs_of_other_programs_are_imported_from_it() -> None:
    more = ["--name", "web", "-q"]
    Path("all.txt").write_bytes(SS)
    whole = run(["import", "ss", "all.txt", *more], b"")
    assert run(["import", "ss", "-", *more], SS) == whole
    assert run(["import", "ss", "--tcp", "-", *more], SS) == whole
    said = run(["import", "ss", "-", *more], b"nonsense\n", 1)[1]
    assert said.startswith("netviz import: standard input: ")


def test_labels_are_read_from_it() -> None:
    labels = b'[[label]]\nname = "shop"\nmachine = "web"\n'
    line = ["stitch", "-q", "-f", "csv", "web.json", "--group-by", "label", "--labels", "-"]
    Path("names.toml").write_bytes(labels)
    assert run(line, labels) == run([*line[:-1], "names.toml"], b"")
    assert "standard input: is no TOML" in run(line, b"[", 1)[1]


def test_a_file_that_is_redirected_to_it_is_not_replaced() -> None:
    before = Path("web.json").read_bytes()
    with Path("web.json").open("rb") as file:
        said = run(["stitch", "-", "-o", "web.json"], file.fileno(), 1)[1]
    assert "web.json: is one of the files to read, and not replaced" in said
    assert Path("web.json").read_bytes() == before


def test_a_terminal_is_not_waited_for() -> None:
    terminal, end = pty.openpty()
    said = run(["stitch", "-"], end, 1)[1]
    os.close(end)
    os.close(terminal)
    assert "standard input: is a terminal\n  redirect a file to it" in said


def test_where_it_is_closed_that_is_said() -> None:
    script = 'exec "$0" -m netviz.cli.main stitch - <&-'
    ended = subprocess.run(
        ["sh", "-c", script, sys.executable], check=False, capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert "standard input: is closed\n  redirect a file to it" in ended.stderr


def test_a_file_of_that_name_is_still_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    Path("-").write_bytes(WEB)
    assert main(["stitch", "-q", "-f", "csv", "./-"]) == 0
    assert capsys.readouterr().err == ""
