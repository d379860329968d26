"""``netviz anonymize``: files in, a folder of files out, and the map apart."""

from __future__ import annotations

import gzip
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from original_identifiers import addresses_of, leaks, names_of
from packer import ROOT
from same_pictures import assert_same_pictures, loaded
from snapshot_documents import first_format, full_document, least_document

from netviz.cli.main import main
from netviz.snapshot import load
from netviz.stitch import stitch

EXAMPLES = sorted((ROOT / "examples").glob("*.json"))
SHARED = ROOT.parent / "shared" / "data"


def run(folder: Path, *arguments: str, map_name: str = "group.map", out: str = "out") -> int:
    return main(["anonymize", *arguments, "-o", str(folder / out), "--map", str(folder / map_name)])


def with_key(folder: Path, name: str = "group.map") -> None:
    """A map of a fixed key: so that by no chance an address becomes one of the group."""
    (folder / name).write_text(json.dumps({"netviz_map": 1, "key": "0f" * 32}))


def read(folder: Path, name: str = "group.map") -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / name).read_text())
    return document


def check_files(files: list[Path], folder: Path) -> None:
    """The files made of ``files`` give the same picture and hold none of their names."""
    with_key(folder)
    assert run(folder, *map(str, files), "-q") == 0
    made = sorted((folder / "out").iterdir())
    assert_same_pictures(loaded(files), loaded(made), read(folder))
    documents = [json.loads(path.read_bytes()) for path in files]
    names = set().union(*map(names_of, documents))
    addresses = set().union(*map(addresses_of, documents))
    assert names
    assert addresses
    assert leaks(b"".join(path.read_bytes() for path in made), names, addresses) == []


def test_the_examples(tmp_path: Path) -> None:
    check_files(EXAMPLES, tmp_path)


def test_shared_snapshots(tmp_path: Path) -> None:
    files = sorted(SHARED.glob("*.json"))
    if not files:
        pytest.skip(f"there are no shared snapshots in {SHARED}")
    check_files(files, tmp_path)


def test_the_map_is_private_and_says_everything(tmp_path: Path) -> None:
    umask = os.umask(0)
    try:
        assert run(tmp_path, *map(str, EXAMPLES)) == 0
    finally:
        os.umask(umask)
    assert (tmp_path / "group.map").stat().st_mode & 0o777 == 0o600
    document = read(tmp_path)
    assert sorted(document["names"]["host"]) == [path.stem for path in EXAMPLES]
    assert re.fullmatch("[0-9a-f]{64}", document["key"])


def test_a_map_that_others_could_read_is_private_afterwards(tmp_path: Path) -> None:
    with_key(tmp_path)
    (tmp_path / "group.map").chmod(0o644)
    assert run(tmp_path, str(EXAMPLES[0])) == 0
    assert (tmp_path / "group.map").stat().st_mode & 0o777 == 0o600


def test_each_run_has_a_key_of_its_own(tmp_path: Path) -> None:
    for n in ("1", "2"):
        assert run(tmp_path, str(EXAMPLES[0]), map_name=n, out=f"out{n}") == 0
    assert read(tmp_path, "1")["key"] != read(tmp_path, "2")["key"]


def test_a_later_snapshot_gets_the_same_names(tmp_path: Path) -> None:
    assert run(tmp_path, *map(str, EXAMPLES), out="all") == 0
    before = read(tmp_path)
    for number, path in enumerate(EXAMPLES):
        assert run(tmp_path, str(path), out=f"again{number}") == 0
        (made,) = (tmp_path / f"again{number}").iterdir()
        assert made.read_bytes() == (tmp_path / "all" / made.name).read_bytes()
    assert read(tmp_path) == before


def test_a_later_snapshot_extends_the_map(tmp_path: Path) -> None:
    assert run(tmp_path, *map(str, EXAMPLES[:3]), out="some") == 0
    before = read(tmp_path)
    assert run(tmp_path, *map(str, EXAMPLES), out="all") == 0
    after = read(tmp_path)
    for document in (before, after):
        document |= document["names"]
    for kind in ("users", "addresses", *before["names"]):
        assert before[kind].items() <= after[kind].items()
    assert len(after["names"]["host"]) == len(EXAMPLES)
    names = {path.name for path in (tmp_path / "some").iterdir()}
    for name in names:
        assert (tmp_path / "some" / name).read_bytes() == (tmp_path / "all" / name).read_bytes()


def written(path: Path, *documents: dict[str, Any]) -> str:
    text = "".join(f"{json.dumps(document)}\n" for document in documents).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return str(path)


def test_gzip_stays_gzip_and_samples_stay_samples(tmp_path: Path) -> None:
    given = written(tmp_path / "alpha.json.gz", full_document(), full_document(), least_document())
    assert run(tmp_path, given) == 0
    (made,) = (tmp_path / "out").iterdir()
    assert made.name == "host-1.json.gz"
    found = [snapshot.host.name for snapshot in load(made)]
    assert found == ["host-1", "host-1", "host-2"]
    assert made.read_bytes()[4:8] == bytes(4)  # no time, and the same bytes every time


def test_two_files_of_one_machine_are_two(tmp_path: Path) -> None:
    files = [written(tmp_path / f"{n}.json", full_document()) for n in "abc"]
    assert run(tmp_path, *files) == 0
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["host-1.2.json", "host-1.3.json", "host-1.json"]


def test_the_first_format_becomes_the_second(tmp_path: Path) -> None:
    given = written(tmp_path / "billing.json", first_format())
    assert run(tmp_path, given) == 0
    (made,) = load(tmp_path / "out" / "host-1.json")
    (original,) = load(given)
    assert made.format == 2
    assert read(tmp_path)["names"]["host"] == {"billing": "host-1"}
    graphs = [stitch([one]) for one in (original, made)]
    assert [graph.coverage.sockets for graph in graphs] == [graphs[0].coverage.sockets] * 2
    # Nobody knows whether descriptors were refused, so nobody says that there was no holder.
    owners = [sorted(node.owner or "" for node in graph.nodes) for graph in graphs]
    assert owners[0] == owners[1]
    assert "unseen" in owners[0]


def test_a_name_for_a_file(tmp_path: Path) -> None:
    given = written(tmp_path / "192.0.2.1.json", first_format())
    assert run(tmp_path, "--name", f"billing={given}") == 0
    assert read(tmp_path)["names"]["host"] == {"billing": "host-1"}


def test_what_is_left_out_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = full_document()
    document["netns"][0]["tables"]["tcp"] += "secret\nsecret\n"
    document["processes"][0]["cgroup"] += "secret\n"
    assert run(tmp_path, written(tmp_path / "a.json", document)) == 0
    told = capsys.readouterr()
    assert told.out == ""
    lines = told.err.splitlines()
    assert lines[:3] == [
        "netviz anonymize: 1 line of cgroup left out: not readable",
        "netviz anonymize: 2 lines of tcp left out: not readable",
        "netviz anonymize: 1 table left out: of unknown name",
    ]
    assert lines[3].startswith("netviz anonymize: 1 file written to ")
    assert len(lines) == 4


def test_quiet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, str(EXAMPLES[0]), "--quiet") == 0
    assert capsys.readouterr().err == ""


def nothing_there(folder: Path) -> bool:
    return not [path for path in folder.iterdir() if path.name != "given"]


@pytest.fixture
def given(tmp_path: Path) -> Path:
    folder = tmp_path / "given"
    folder.mkdir()
    return folder


def test_a_bad_file_and_nothing_is_written(
    tmp_path: Path, given: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = written(given / "a.json", full_document()), given / "b.json"
    bad.write_text("{")
    assert run(tmp_path, good, str(bad)) == 1
    assert f"{bad}: " in capsys.readouterr().err
    assert nothing_there(tmp_path)
    assert run(tmp_path, good, str(bad), "--keep-going") == 0
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_only_bad_files(tmp_path: Path, given: Path) -> None:
    (given / "b.json").write_text("{")
    assert run(tmp_path, str(given / "b.json"), "--keep-going") == 1
    assert nothing_there(tmp_path)


def test_a_bad_map_and_nothing_is_written(tmp_path: Path, given: Path) -> None:
    (given / "map").write_text("{}")
    assert run(tmp_path, str(EXAMPLES[0]), map_name="given/map") == 1
    assert nothing_there(tmp_path)
    assert (given / "map").read_text() == "{}"


def test_a_map_that_cannot_be_written_and_nothing_is(tmp_path: Path) -> None:
    assert run(tmp_path, str(EXAMPLES[0]), map_name="missing/map") == 1
    assert nothing_there(tmp_path)


@pytest.mark.parametrize("name", ["out", "out/map", "out/deeper/map", "given/../out/map"])
def test_the_map_is_not_given_away(tmp_path: Path, given: Path, name: str) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(SystemExit) as ended:
        run(tmp_path, str(EXAMPLES[0]), map_name=name)
    assert ended.value.code == 2
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(("out", "name"), [("", "group.map"), ("out", "")])
def test_a_name_that_is_empty(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    out: str,
    name: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(["anonymize", str(EXAMPLES[0]), "-o", out, "--map", name])
    assert ended.value.code == 2
    assert "needs a name" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_is_taken_another_is_not(
    tmp_path: Path, given: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").mkdir()
    assert run(tmp_path, str(EXAMPLES[0])) == 0
    before = (tmp_path / "out" / "host-1.json").read_bytes()
    assert run(tmp_path, str(EXAMPLES[1])) == 1
    told = capsys.readouterr().err
    assert f"{tmp_path / 'out'}: cannot be made: Directory not empty" in told
    assert (tmp_path / "out" / "host-1.json").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["given", "group.map", "out"]


@pytest.mark.parametrize("out", ["missing/out", "given/file", "given/link"])
def test_a_folder_that_cannot_be_made(tmp_path: Path, given: Path, out: str) -> None:
    (given / "file").write_text("kept")
    (given / "link").symlink_to(given)
    assert run(tmp_path, str(EXAMPLES[0]), out=out) == 1
    assert nothing_there(tmp_path)
    assert sorted(path.name for path in given.iterdir()) == ["file", "link"]


def test_ctrl_c_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("netviz.cli.anonymize.written_map", interrupted)
    assert run(tmp_path, str(EXAMPLES[0])) == 130
    assert nothing_there(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_leaves_nothing(tmp_path: Path, given: Path, number: signal.Signals) -> None:
    """While it waits for a pipe that nobody closes, with a folder under a temporary name."""
    os.mkfifo(given / "pipe")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "netviz.cli.main", "anonymize", str(given / "pipe")),
            *("-o", str(tmp_path / "out"), "--map", str(tmp_path / "group.map")),
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    )
    with (given / "pipe").open("wb") as writer:  # waits until it is read
        writer.write(b"{")
        writer.flush()
        assert not nothing_there(tmp_path)
        process.send_signal(number)
        status = process.wait(20)
    assert status == 128 + number
    assert nothing_there(tmp_path)


DOCUMENTED = [
    line
    for line in (ROOT / "docs" / "anonymize.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("netviz")
]


def test_the_examples_of_the_document(tmp_path: Path) -> None:
    assert len(DOCUMENTED) == 3
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    netviz = f"{shlex.quote(sys.executable)} -m netviz.cli.main "
    for line in DOCUMENTED:
        command = netviz + line.replace("netviz-", "netviz ", 1).removeprefix("netviz ")
        subprocess.run(
            command.replace("flows.svg", "flows.dot"),
            check=True,
            shell=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
        )
    (later,) = (tmp_path / "later").iterdir()
    assert later.read_bytes() == (tmp_path / "for-vendor" / later.name).read_bytes()
