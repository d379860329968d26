"""``netviz-capture --write-pyz FILE`` hands out the packed capture."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from packer import ROOT, load_packer

from netviz.cli import capture
from netviz.cli.capture import main
from netviz.errors import NetvizError


@pytest.mark.parametrize("form", [["--write-pyz", "{}"], ["--write-pyz={}"]])
def test_it_is_what_the_script_packs_and_executable(
    tmp_path: Path, form: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "out.pyz"
    assert main([part.format(target) for part in form]) == 0
    assert target.read_bytes() == load_packer().make_archive(ROOT)
    assert os.access(target, os.X_OK)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == (
        f"netviz-capture: {target}: copy it to a machine and run: python3 out.pyz -o FILE\n"
    )


def test_it_is_executable_for_those_who_may_read_it(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        assert main(["--write-pyz", str(tmp_path / "out.pyz")]) == 0
    finally:
        os.umask(before)
    assert (tmp_path / "out.pyz").stat().st_mode & 0o777 == 0o750


def test_to_standard_output_it_is_the_archive_alone() -> None:
    command = [sys.executable, "-m", "netviz.cli.capture", "--write-pyz", "-"]
    ended = subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    assert ended.stdout == load_packer().make_archive(ROOT)
    assert ended.stderr == b""


@pytest.mark.parametrize(
    "line", [["--write-pyz"], ["--write-pyz", "a.pyz", "-o", "b.json"], ["--write-pyz", "a", "b"]]
)
def test_other_arguments_beside_it_are_a_usage_error(
    line: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(line)
    assert ended.value.code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--write-pyz", str(tmp_path / "no" / "out.pyz")]) == 1
    assert capsys.readouterr().err.startswith(
        f"netviz-capture: {tmp_path}/no/out.pyz: cannot be written: "
    )


def test_a_package_without_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture, "PACKAGE", tmp_path / "site-packages" / "netviz")
    with pytest.raises(NetvizError, match="installing netviz-flows again brings it back"):
        capture.capture_pyz()


def test_a_package_that_carries_it_hands_it_out_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netviz-capture.pyz").write_bytes(b"carried")
    monkeypatch.setattr(capture, "PACKAGE", tmp_path)
    assert capture.capture_pyz() == b"carried"


@pytest.mark.parametrize(
    ("packer", "said"),
    [
        ("class PackError(Exception): ...\ndef make_archive(): raise PackError('bad')\n", "^bad$"),
        (
            "class PackError(Exception): ...\ndef make_archive(): open('/nowhere/at/all')\n",
            "cannot be read: .* '/nowhere/at/all'",
        ),
    ],
)
def test_a_checkout_that_cannot_be_packed_is_an_error_of_ours(
    packer: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "make_capture_pyz.py").write_text(packer)
    monkeypatch.setattr(capture, "PACKAGE", tmp_path / "netviz")
    with pytest.raises(NetvizError, match=said):
        capture.capture_pyz()


def test_everything_else_is_the_capture_itself(tmp_path: Path) -> None:
    target = tmp_path / "snapshot.json"
    assert main(["-o", str(target), "--no-conntrack"]) == 0
    assert json.loads(target.read_text())["netviz_snapshot"] == 2


def test_it_may_be_shortened_as_other_options(tmp_path: Path) -> None:
    assert main(["--write", str(tmp_path / "out.pyz")]) == 0
    assert (tmp_path / "out.pyz").read_bytes() == load_packer().make_archive(ROOT)


def test_a_usage_error_has_the_usage_of_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--every", "5"])
    assert ended.value.code == 2
    usage, _, said = capsys.readouterr().err.partition("netviz-capture: error: ")
    assert said.startswith("--every is for several samples")
    assert "--write-pyz FILE" in usage
    with pytest.raises(SystemExit):
        main(["--help"])
    assert capsys.readouterr().out.startswith(usage)


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_tells_of_it_too(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([option])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert "--proc DIR" in shown
    assert "--write-pyz FILE" in shown
