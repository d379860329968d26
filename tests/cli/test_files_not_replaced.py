"""A result replaces no file that it is made of, and no snapshot: none can be taken again."""

from __future__ import annotations

import gzip
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import shop

from netviz.cli.capture import main as capture
from netviz.cli.main import main

KEPT = "and not replaced"

READERS: dict[str, Callable[[str, str], list[str]]] = {
    "stitch": lambda one, other: ["stitch", one, other],
    "exposure": lambda one, other: ["exposure", one, other],
    "next": lambda one, other: ["next", one, other],
    "waves": lambda one, other: ["waves", one, other],
    "diff": lambda one, other: ["diff", one, other],
    "diff of many": lambda one, other: ["diff", one, "--", one, other],
    "name": lambda one, other: ["stitch", one, "--name", f"db={other}"],
}
"""Commands that read two snapshots."""

SS = """\
Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process
tcp   LISTEN 0      128    0.0.0.0:22         0.0.0.0:*         users:(("sshd",pid=1,fd=3))
"""

ADDRESSES = "2: eth0    inet 10.0.0.1/24 brd 10.0.0.255 scope global eth0\n"


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shop.write_group(tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def check_refused(
    folder: Path, line: list[str], said: str, shown: pytest.CaptureFixture[str]
) -> None:
    """Nothing is written, and one line says why and one what to do."""
    before = contents(folder)
    assert main(line) == (2 if line[0] == "diff" else 1)
    assert contents(folder) == before
    out, err = shown.readouterr()
    assert out == ""
    assert f": {said}, {KEPT}" in err
    assert len(err.splitlines()) == 2


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("output", ["web.json", "./db.json", "link", "hard"])
def test_no_command_replaces_a_file_that_it_reads(
    name: str, output: str, group: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (group / "link").symlink_to("web.json")
    (group / "hard").hardlink_to(group / "db.json")
    line = [*READERS[name]("web.json", "db.json"), "-o", output]
    check_refused(group, line, f"{output}: is one of the files to read", capsys)


def test_a_link_that_is_read_names_the_file_that_is_not_replaced(
    group: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (group / "link").symlink_to("web.json")
    line = ["stitch", "link", "-o", "web.json"]
    check_refused(group, line, "web.json: is one of the files to read", capsys)


def test_a_file_of_labels_and_one_of_flows_are_read_too(
    group: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (group / "names.txt").write_text('[[label]]\nname = "shop"\nmachine = "web"\n')
    assert main(["stitch", "web.json", "-q", "-o", "old.flows.json"]) == 0
    stitch = ["stitch", "web.json", "--group-by", "label", "--labels", "names.txt"]
    waves = ["waves", "web.json", "--by", "label", "--labels", "names.txt"]
    diff = ["diff", "old.flows.json", "web.json"]
    for line, output in ((stitch, "names.txt"), (waves, "names.txt"), (diff, "old.flows.json")):
        check_refused(
            group,
            [*line, "-f", "json", "-o", output],
            f"{output}: is one of the files to read",
            capsys,
        )


def as_captured(document: object) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


FORMAT_1 = {"processes": {"1": {"cmd": "init", "uid": 0, "pid": 1, "inodes": []}}, "net": {}}
NET_FIRST = {"net": {"17": {"type": "tcp"}}, "processes": {}}

SNAPSHOTS = {
    "as captured": as_captured(shop.WEB),
    "indented": json.dumps(shop.WEB, indent=2).encode(),
    "behind a byte order mark": b"\xef\xbb\xbf" + as_captured(shop.WEB),
    "another key first": as_captured({"complete": True, **shop.WEB}),
    "two samples": (as_captured(shop.WEB) + b"\n") * 2,
    "compressed": gzip.compress(json.dumps(shop.WEB).encode() * 100),
    "cut short": gzip.compress(
        os.urandom(8192).hex().join(['{"netviz_snapshot":2,"', ""]).encode()
    )[:5000],
    "format 1": as_captured(FORMAT_1),
    "format 1, sockets first": json.dumps(NET_FIRST).encode(),
}


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_no_result_replaces_a_snapshot_that_is_not_read(
    name: str, group: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As ``-o *.json`` says it: the shell makes the first file that of the output."""
    (group / "app1").write_bytes(SNAPSHOTS[name])
    line = ["stitch", "-q", "-o", "app1", "db.json", "web.json"]
    check_refused(group, line, "app1: is a snapshot", capsys)


def test_the_packed_capture_replaces_no_snapshot(
    group: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(group)
    assert capture(["--write-pyz", "web.json"]) == 1
    assert contents(group) == before
    assert f"web.json: is a snapshot, {KEPT}" in capsys.readouterr().err


NO_SNAPSHOTS = {
    "empty": b"",
    "dot": b"digraph { }\n",
    "about snapshots": b'"netviz_snapshot": is a key\n',
    "compressed otherwise": gzip.compress(b"flows"),
    "no gzip": b"\x1f\x8b\x08",
    "JSON": b'{"processes": {"nginx": 2}}',
    "other numbers": b'{"processes": {"1": 2}}',
}


@pytest.mark.parametrize("name", NO_SNAPSHOTS)
def test_other_files_are_replaced_as_ever(name: str, group: Path) -> None:
    (group / "flows.dot").write_bytes(NO_SNAPSHOTS[name])
    assert main(["stitch", "web.json", "-q", "-o", "flows.dot"]) == 0
    assert (group / "flows.dot").read_bytes().startswith(b"digraph")


def test_flows_replace_flows(group: Path) -> None:
    for machine in ("web", "db"):
        assert main(["stitch", f"{machine}.json", "-q", "-o", "flows.json"]) == 0
    assert json.loads((group / "flows.json").read_bytes())["machines"][0]["name"] == "db"


@pytest.mark.parametrize("option", [[], ["--tcp"], ["--udp"], ["--addresses"], ["--netns"]])
def test_an_import_replaces_no_file_that_it_reads(
    option: list[str], group: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (group / "all.txt").write_text(SS)
    (group / "read").write_text(ADDRESSES if option == ["--addresses"] else SS)
    given = ["blue=read"] if option == ["--netns"] else ["read"]
    line = ["import", "ss", "all.txt", *option, *given, "--name", "web", "-q", "-o", "read"]
    check_refused(group, line, "read: is one of the files to read", capsys)


def test_an_import_replaces_an_older_snapshot(group: Path) -> None:
    (group / "all.txt").write_text(SS)
    assert main(["import", "ss", "all.txt", "--name", "new", "-q", "-o", "web.json"]) == 0
    assert json.loads((group / "web.json").read_bytes())["host"]["name"] == "new"


def test_what_is_no_file_may_be_both(group: Path) -> None:
    """A terminal is: /dev/stdin and /dev/stdout are the same device. A pipe stands in for it."""
    os.mkfifo(group / "pipe")
    written = (group / "web.json").read_bytes()
    received: list[bytes] = []

    def other_end() -> None:
        (group / "pipe").write_bytes(written)
        received.append((group / "pipe").read_bytes())

    thread = threading.Thread(target=other_end)
    thread.start()
    assert main(["stitch", "pipe", "-q", "-o", "pipe"]) == 0
    thread.join()
    assert received[0].startswith(b"digraph")
