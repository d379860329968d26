"""A command's exit status, and what standard error says of it."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest

from netviz.cli import exits
from netviz.errors import OutputError

PREAMBLE = """\
import argparse, sys
from netviz.cli import exits
from netviz.cli.output import write_output
def command():
"""
ENDING = "\nsys.exit(exits.run('netviz-test', command))\n"


def shell(body: str, redirection: str) -> subprocess.CompletedProcess[str]:
    """Run a command whose body is ``body``, its standard output redirected by the shell."""
    code = PREAMBLE + "\n".join("    " + line for line in body.splitlines()) + ENDING
    script = f'"$0" -c "$1" {redirection}'
    return subprocess.run(
        ["bash", "-c", script, sys.executable, code], check=False, capture_output=True, text=True
    )


def raising(error: BaseException) -> int:
    def command() -> int:
        raise error

    return exits.run("netviz-test", command)


class Gone(io.TextIOBase):
    """A stream whose other end has gone, and that is no file."""

    def write(self, _: str) -> int:
        raise BrokenPipeError


@pytest.mark.parametrize(("error", "status"), [(OutputError("wrong"), 1), (BrokenPipeError(), 141)])
def test_streams_that_have_gone_change_no_status(
    error: Exception, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", Gone())
    monkeypatch.setattr(sys, "stdout", Gone())
    assert raising(error) == status


@pytest.mark.parametrize("status", [0, 1, 2])
def test_the_status_of_a_command_is_handed_on(status: int) -> None:
    assert exits.run("netviz-test", lambda: status) == status


def test_an_error_of_ours_is_its_text_and_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert raising(OutputError("out.dot: cannot be written")) == 1
    assert capsys.readouterr() == ("", "netviz-test: out.dot: cannot be written\n")


def test_control_characters_in_an_error_are_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    assert raising(OutputError("a\x1b[2J\x9b\udcff\u202e: wrong\n  do this")) == 1
    assert capsys.readouterr().err == (
        "netviz-test: a\\x1b[2J\\x9b\\udcff\\u202e: wrong\n  do this\n"
    )


def test_lack_of_memory_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert raising(MemoryError()) == 1
    assert capsys.readouterr().err == "netviz-test: there is not enough memory for this input\n"


def test_ctrl_c_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    assert raising(KeyboardInterrupt()) == 130
    assert capsys.readouterr() == ("", "")


def test_usage_errors_of_argparse_pass_through() -> None:
    with pytest.raises(SystemExit) as caught:
        raising(SystemExit(2))
    assert caught.value.code == 2


@pytest.mark.parametrize(
    "body",
    [
        "write_output(None, b'x' * 1000000)\nreturn 0",
        "print('x' * 1000000)\nreturn 0",
        "print('x')\nsys.stdout.flush()\nprint('x' * 100000)\nreturn 0",
    ],
)
def test_a_reader_that_has_gone_is_quiet(body: str) -> None:
    ended = shell(body, "| true; exit ${PIPESTATUS[0]}")
    assert ended.stderr == ""
    assert ended.returncode == 141


def test_help_to_a_reader_that_has_gone_is_quiet() -> None:
    body = "argparse.ArgumentParser(epilog='x' * 1000000).parse_args(['--help'])"
    ended = shell(body, "| true; exit ${PIPESTATUS[0]}")
    assert ended.stderr == ""


@pytest.mark.parametrize("body", ["write_output(None, b'x')\nreturn 0", "print('x')\nreturn 0"])
def test_a_full_disk_behind_standard_output_is_one_line(body: str) -> None:
    ended = shell(body, "> /dev/full")
    assert ended.returncode == 1
    assert ended.stderr.startswith("netviz-test: ")
    assert "No space left on device" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_closed_standard_error_does_no_harm() -> None:
    ended = shell("raise exits.NetvizError('wrong')", "2>&-")
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", "")
