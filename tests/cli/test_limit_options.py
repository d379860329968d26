"""``--max-size`` and ``--time-limit``: what they take, and what happens beyond them."""

from __future__ import annotations

from pathlib import Path

import pytest
from shop import write_group

from netviz.cli.arguments import seconds, size
from netviz.cli.exposure import main as exposure
from netviz.cli.stitch import main as stitch


@pytest.mark.parametrize(
    ("text", "number"), [("1", 1), ("512M", 2**29), ("4g", 2**32), ("1K", 1024), ("2T", 2**41)]
)
def test_a_size(text: str, number: int) -> None:
    assert size(text) == number


@pytest.mark.parametrize("text", ["", "0", "0M", "M", "-1", "1.5G", "1 G", "1GB", "9" * 16, "٣"])
def test_what_is_no_size_is_a_usage_error(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        stitch([f"--max-size={text}", "x.json"])
    assert ended.value.code == 2
    assert "is no size such as 512M or 4G" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "0", "-1", "nan", "inf", "86401", "soon"])
def test_what_is_no_time_is_a_usage_error(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        stitch([f"--time-limit={text}", "x.json"])
    assert ended.value.code == 2
    assert "is no number of seconds up to 86400" in capsys.readouterr().err


def test_a_time() -> None:
    assert (seconds("0.5"), seconds("86400")) == (0.5, 86400.0)


@pytest.mark.parametrize("verb", [stitch, exposure])
def test_a_larger_file_is_refused(
    verb: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = write_group(tmp_path)
    assert callable(verb)
    assert verb(["--max-size", "1K", *paths]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "is larger than 1 KiB\n" in said.err
    assert len(said.err.splitlines()) == 2
    assert verb(["--max-size", "1M", *paths]) == 0


def test_a_slow_layout_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dot = tmp_path / "bin" / "dot"
    dot.parent.mkdir()
    dot.write_text("#!/bin/sh\nexec sleep 60\n")
    dot.chmod(0o755)
    monkeypatch.setenv("PATH", f"{dot.parent}:/usr/bin:/bin")
    target = tmp_path / "flows.svg"
    options = ["--time-limit", "0.2", "-q", "-o", str(target)]
    assert stitch([*options, *write_group(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("netviz-stitch: dot did not finish the picture in 0.2 seconds")
    assert len(said.splitlines()) == 2
    assert not target.exists()
