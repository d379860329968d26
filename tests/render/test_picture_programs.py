"""Pictures by the dot program, and what is said where it is missing, fails or takes too long."""

from __future__ import annotations

import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from sample_graphs import two_machines

from netviz.errors import RenderError
from netviz.render import FORMATS, RenderOptions, render


@pytest.mark.usefixtures("dot_program")
@pytest.mark.parametrize(("format", "start"), [("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_pictures_are_what_they_say(format: str, start: bytes) -> None:
    assert render(two_machines(), format).startswith(start)


@pytest.mark.usefixtures("dot_program")
def test_svg_is_xml_with_fonts_to_fall_back_on() -> None:
    root = ElementTree.fromstring(render(two_machines(), "svg"))
    texts = list(root.iter("{http://www.w3.org/2000/svg}text"))
    nodes = [text for text in texts if text.get("font-size") == "13.00"]
    assert nodes
    assert {text.get("font-family") for text in texts} == {"Helvetica,Arial,sans-serif"}


def test_a_missing_dot_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RenderError) as caught:
        render(two_machines(), "svg")
    message = str(caught.value)
    assert "apt install graphviz" in message and "dnf" in message and "brew" in message
    assert len(message.splitlines()) == 2


def fake_dot(folder: Path, script: str) -> None:
    program = folder / "dot"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def failure(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    script: str,
    time_limit: float = 60,
    format: str = "svg",
) -> str:
    fake_dot(tmp_path, script)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(RenderError) as caught:
        render(two_machines(), format, RenderOptions(time_limit=time_limit))
    message = str(caught.value)
    assert len(message.splitlines()) == 2
    return message


def test_the_message_of_a_failing_dot_is_trimmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = "printf 'Error: \\033[1mbad\\n%01000d' 7 >&2; exit 3"
    message = failure(tmp_path, monkeypatch, script)
    assert "dot failed: Error: \\x1b[1mbad 000" in message
    assert len(message) < 500


def test_a_dot_that_ends_in_silence_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "exit status 3" in failure(tmp_path, monkeypatch, "exit 3")
    assert "signal 9" in failure(tmp_path, monkeypatch, "kill -9 $$")


SVG = "printf '<?xml?><svg></svg>\\n'; "


@pytest.mark.parametrize(
    ("format", "script"),
    [
        *((format, script) for format in ("svg", "png", "pdf") for script in ("exit 0", "echo no")),
        *(("svg", SVG + json) for json in ("", "echo {", "echo []", "echo '\"\"'", "echo 1")),
        ("svg", "printf '<?xml?><svg>\\377</svg>\\n{}'"),
        ("svg", SVG + """echo '{"_ldraw_": [{"op": "T"}]}'"""),
        ("svg", SVG + """echo '{"objects": 7}'"""),
        ("svg", SVG + "head -c 200000 /dev/zero | tr '\\0' '['"),
    ],
)
def test_a_dot_that_writes_no_picture_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str, script: str
) -> None:
    message = failure(tmp_path, monkeypatch, f"cat > /dev/null; {script}", format=format)
    assert f"dot ended without an error, but wrote no {format}\n  set its plugins up" in message


def test_what_it_said_about_that_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    message = failure(tmp_path, monkeypatch, "cat > /dev/null; printf 'no\nplugin' >&2")
    assert "but wrote no svg: no plugin\n" in message


@pytest.mark.usefixtures("dot_program")
def test_where_dot_crashes_lines_are_straight(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shutil.which("dot")
    fake_dot(tmp_path, f'case "$*" in *splines=line*) exec {real} "$@";; esac; kill -SEGV $$')
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert b"</svg>" in render(two_machines(), "svg")


def test_a_dot_that_is_too_slow_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    message = failure(tmp_path, monkeypatch, "exec sleep 60", time_limit=0.2)
    assert "0.2 seconds" in message and "--group-by" in message


def test_a_dot_that_must_not_be_run_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dot").write_text("no program")
    (tmp_path / "dot").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RenderError, match="cannot be run: Exec format error"):
        render(two_machines(), "svg")


def test_an_unknown_format_is_named_beside_those_there_are() -> None:
    with pytest.raises(RenderError, match="'bmp': not one of " + ", ".join(FORMATS)):
        render(two_machines(), "bmp")
