"""``netviz VERB``: each verb is found, and everything else is a usage error."""

from __future__ import annotations

import gc
import importlib
import os
import subprocess
import sys

import pytest

from netviz import __version__
from netviz.cli.commands import typed
from netviz.cli.main import VERBS, main, module_of, stitch


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_is_a_module_that_says_what_it_takes(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(importlib.import_module(module_of(verb)).main)
    with pytest.raises(SystemExit) as ended:
        main([verb, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: {typed(verb)} ")


def stand_in(monkeypatch: pytest.MonkeyPatch, status: int) -> list[list[str]]:
    """Let something else be ``netviz stitch`` and end with ``status``; gives what it is told."""
    received: list[list[str]] = []

    def verb(argv: list[str]) -> int:
        received.append(argv)
        return status

    monkeypatch.setattr("netviz.cli.stitch.main", verb)
    return received


def test_the_rest_of_the_line_goes_to_the_verb_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    received = stand_in(monkeypatch, status=1)
    assert main(["stitch", "--", "-a", "--version", "stitch"]) == 1
    assert received == [["--", "-a", "--version", "stitch"]]


def test_netviz_stitch_is_the_verb_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    received = stand_in(monkeypatch, status=3)
    monkeypatch.setattr(sys, "argv", ["netviz-stitch", "a.json", "--numeric"])
    assert stitch() == 3
    assert received == [["a.json", "--numeric"]]


@pytest.mark.parametrize("collects", [True, False])
def test_garbage_is_collected_again_once_a_verb_is_imported(
    collects: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[bool] = []

    def verb(argv: list[str]) -> int:
        found.append(gc.isenabled())
        return 0

    monkeypatch.setattr("netviz.cli.stitch.main", verb)
    before = gc.isenabled()
    try:
        (gc.enable if collects else gc.disable)()
        main(["stitch"])
    finally:
        (gc.enable if before else gc.disable)()
    assert found == [collects]


@pytest.mark.parametrize("line", [[], ["draw"], ["--no-such-option"], ["--", "stitch"], [""]])
def test_anything_else_is_a_usage_error_that_names_the_verbs(
    line: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(line)
    assert ended.value.code == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert ", ".join(VERBS) in shown.err


def test_help_lists_the_verbs(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    for verb, purpose in VERBS.items():
        assert f"  {verb:<12}{purpose}\n" in shown


def test_the_version_says_which_implementation_runs(capsys: pytest.CaptureFixture[str]) -> None:
    from netviz.parse import IMPLEMENTATION

    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"netviz {__version__} (parser: {IMPLEMENTATION}, ")


@pytest.mark.parametrize("option", ["--help", "--version"])
@pytest.mark.parametrize("verb", ["", *VERBS])
def test_a_reader_of_the_help_that_has_gone_is_quiet(verb: str, option: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb") as gone:  # noqa: PTH123
        ended = subprocess.run(
            [sys.executable, "-m", "netviz.cli.main", *([verb] if verb else []), option],
            check=False,
            # Unbuffered, argparse itself meets the closed pipe, and says nothing.
            env={**os.environ, "PYTHONUNBUFFERED": ""},
            stdout=gone,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert ended.stderr == ""


def test_a_verb_is_imported_only_when_it_is_asked_for() -> None:
    code = (
        "import sys, netviz.cli.main\n"
        "loaded = [name for name in sys.modules if name.startswith('netviz.')]\n"
        f"print(*sorted(set(loaded) & set({[module_of(verb) for verb in VERBS]})))"
    )
    ended = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ended.stdout == "\n"
