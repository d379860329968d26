"""An ending of -o that names no format: what is written instead is told of in a line."""

from __future__ import annotations

from pathlib import Path

import pytest
import shop

from netviz.cli.main import main

VERBS = {
    "stitch": (["stitch", "web.json"], "netviz-stitch", "dot", b"digraph"),
    "next": (["next", "web.json"], "netviz next", "table", b"address "),
    "waves": (["waves", "web.json"], "netviz waves", "table", b"wave "),
    "exposure": (["exposure", "web.json"], "netviz exposure", "table", b"reachable on "),
    "diff": (["diff", "web.json", "web.json"], "netviz diff", "text", b""),
}


@pytest.fixture(autouse=True)
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shop.write_group(tmp_path)


@pytest.mark.parametrize("ending", [".jpg", ".yaml", ".svg.gz"])
@pytest.mark.parametrize("verb", VERBS)
def test_an_ending_of_no_format_is_told_of(
    verb: str, ending: str, capsys: pytest.CaptureFixture[str]
) -> None:
    line, program, format, start = VERBS[verb]
    assert main([*line, "-q", "-o", f"out{ending}"]) == 0
    assert Path(f"out{ending}").read_bytes().startswith(start)
    last = ending.rpartition(".")[2]
    assert capsys.readouterr().err == (
        f"{program}: out{ending}: {format} is written, because no format here has the ending"
        f" .{last}; -f names another\n"
    )


@pytest.mark.parametrize(
    ("verb", "ending"), [("diff", ".html"), ("waves", ".svg"), ("next", ".dot"), ("waves", ".gv")]
)
def test_formats_of_other_commands_are_told_of_too(
    verb: str, ending: str, capsys: pytest.CaptureFixture[str]
) -> None:
    line, _, format, _ = VERBS[verb]
    assert main([*line, "-q", "-o", f"out{ending}"]) == 0
    assert f"out{ending}: {format} is written" in capsys.readouterr().err


@pytest.mark.parametrize("ending", ["", ".txt", ".TXT", ".json"])
@pytest.mark.parametrize("verb", VERBS)
def test_of_others_nothing_is_told(
    verb: str, ending: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*VERBS[verb][0], "-q", "-o", f"out{ending}"]) == 0
    assert main([*VERBS[verb][0], "-q", "-o", "out.jpg", "-f", "json"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("output", ["out.dot", "out.gv", "-", "/dev/stdout"])
def test_dot_is_told_by_its_endings(output: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["stitch", "web.json", "-q", "-o", output]) == 0
    out, err = capfd.readouterr()
    assert (out.startswith("digraph"), err) == (output in ("-", "/dev/stdout"), "")
