"""Messages say what to do, and nothing that would not help."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import shop

from netviz.cli.main import main, module_of
from netviz.errors import RenderError
from netviz.render import picture

NOBODY = 65534

SS = """\
Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process
tcp   LISTEN 0      128    0.0.0.0:22         0.0.0.0:*
"""

READABLE = "you may not read this file\n  make it readable for you (chown or chmod)"


@pytest.fixture(autouse=True)
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shop.write_group(tmp_path)
    return tmp_path


@pytest.fixture
def as_nobody(group: Path) -> Iterator[None]:
    """The effective user is nobody meanwhile, so that file modes count for root, too."""
    for path in (group, *group.parents):
        if path.stat().st_uid == os.geteuid() and path != Path("/") and path.name != "tmp":
            path.chmod(0o755)
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    yield
    os.seteuid(0)


@pytest.mark.parametrize(
    "line",
    [
        ["stitch", "secret"],
        ["stitch", "web.json", "--group-by", "label", "--labels", "secret"],
        ["import", "ss", "secret", "--name", "web"],
        ["import", "ss", "web.json", "--addresses", "secret", "--name", "web"],
        ["gather", "--hosts", "secret", "-o", "out"],
        ["gather", "--inventory", "secret", "-o", "out"],
    ],
    ids=lambda line: " ".join(line[:2]),
)
def test_what_may_not_be_read_can_be_made_readable(
    line: list[str], group: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    (group / "secret").write_text("{}")
    (group / "secret").chmod(0)
    import_module(module_of(line[0]))  # nobody may not read what it is made of
    if "--addresses" in line:
        Path("web.json").write_text(SS)
    request.getfixturevalue("as_nobody")
    assert main(line) == 1
    assert f"secret: {READABLE}" in capsys.readouterr().err


@pytest.mark.parametrize(
    "line",
    [
        ["stitch", ""],
        ["import", "ss", "", "--name", "web"],
        ["stitch", "web.json", "--group-by", "label", "--labels", ""],
    ],
)
def test_an_empty_name_is_one(line: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(line) == 1
    assert '"": is an empty name\n  give the name of a file\n' in capsys.readouterr().err


@pytest.mark.parametrize("keeping", [False, True])
def test_what_was_said_already_is_no_advice(
    keeping: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("cut.json").write_text(json.dumps(shop.WEB)[:99])
    line = ["stitch", "web.json", "cut.json", *(["--keep-going"] if keeping else [])]
    assert main(line) == (0 if keeping else 1)
    shown = capsys.readouterr().err
    assert "  capture the machine again" in shown
    assert ("leave it out with --keep-going" in shown) is not keeping


def test_a_circle_of_links_is_no_matter_of_captures(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a").symlink_to("b")
    Path("b").symlink_to("a")
    assert main(["stitch", "a"]) == 1
    said = "a: cannot be read: Too many levels of symbolic links\n  its symbolic links lead in a"
    assert said in capsys.readouterr().err


def test_too_many_open_files_are_no_matter_of_captures(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*_: object) -> int:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(os, "open", refused)
    assert main(["stitch", "web.json"]) == 1
    said = "web.json: cannot be read: Too many open files\n  too many files are open; see ulimit -n"
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.EMFILE, "see ulimit -a and the free memory, or write DOT with -f dot"),
        (errno.ENOMEM, "see ulimit -a and the free memory, or write DOT with -f dot"),
        (errno.EACCES, "install Graphviz"),
        (errno.ENOEXEC, "install Graphviz"),
    ],
)
def test_graphviz_is_to_be_installed_where_that_would_help(
    number: int, advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(picture, "_laid_out", refused)
    with pytest.raises(RenderError, match=advice):
        picture.paint(b"digraph {}", "svg", 10)


def test_a_full_disk_is_that_of_the_folder_that_was_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    assert main(["anonymize", "-q", "web.json", "-o", "given", "--map", "group.map"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("netviz anonymize: given/")
    assert "cannot be written: No space left on device" in said
    assert ".netviz-" not in said


@pytest.mark.parametrize("number", ["0", "-1", "x"])
def test_a_bound_that_nobody_reaches_is_not_told(
    number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["stitch", "web.json", f"--min-connections={number}"])
    assert f"{number!r} is not a number of at least 1\n" in capsys.readouterr().err
