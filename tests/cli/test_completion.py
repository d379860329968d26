"""Completion, asked of the shells themselves: verbs, options, values and files."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from needs import unavailable
from packer import ROOT

from netviz.cli.commands import Command, commands
from netviz.cli.completion import SHELLS
from netviz.cli.main import VERBS
from netviz.render import FORMATS

BY_VERB = {command.verb: command for command in commands()}

LINES: list[tuple[str, list[str]]] = [
    ("netviz stit", ["stitch"]),
    ("netviz ex", ["explain", "exposure"]),
    ("netviz stitch -f m", ["mermaid"]),
    ("netviz stitch --group-by con", ["connection", "container"]),
    ("netviz explain --pro", ["--process"]),
    ("netviz exposure --fai", ["--fail-on"]),
    ("netviz completion z", ["zsh"]),
    ("netviz import pr", ["proc"]),
    ("netviz stitch --labels na", ["names.toml"]),
    ("netviz waves na", ["names.toml"]),
    ("netviz-stitch --log d", ["debug"]),
    ("netviz-capture --wri", ["--write-pyz"]),
    ("netviz-capture --byteorder b", ["big"]),
]
"""What is typed before the tabulator, and the words that then fit."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "names.toml").touch()
    for shell in SHELLS:
        (tmp_path / f"completion.{shell}").write_text(script(shell))
    return tmp_path


def script(shell: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-m", "netviz.cli.main", "completion", shell],
        check=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert ended.stderr == ""
    return ended.stdout


def run(folder: Path, shell: str, *code: str) -> str:
    """What the shell prints; nothing that it complains of."""
    if shutil.which(shell) is None:
        unavailable(f"{shell} is not installed")
    ended = subprocess.run(
        [shell, *({"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]), *code],
        check=False,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.stderr == ""
    assert ended.returncode == 0
    return ended.stdout


BASH = """
source completion.bash
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_netviz
printf '%s\\n' "${COMPREPLY[@]}"
"""


def in_bash(folder: Path, *words: str) -> list[str]:
    return run(folder, "bash", "-c", BASH, "bash", *words).split()


def test_bash_knows_each_program(folder: Path) -> None:
    code = "source completion.bash; complete -p netviz netviz-stitch netviz-capture"
    assert run(folder, "bash", "-c", code).splitlines() == [
        f"complete -o default -F _netviz {name}"
        for name in ("netviz", "netviz-stitch", "netviz-capture")
    ]


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_bash(folder: Path, line: str, expected: list[str]) -> None:
    """Names of files are readline's own, where the function has nothing to offer."""
    found = in_bash(folder, *line.split(" "))
    assert found == ([] if expected == ["names.toml"] else expected)


@pytest.mark.parametrize("verb", VERBS)
def test_bash_offers_every_option(folder: Path, verb: str) -> None:
    assert sorted(in_bash(folder, "netviz", verb, "-")) == sorted(names(BY_VERB[verb]))


def names(command: Command) -> list[str]:
    return [name for option in command.options for name in option.names]


@pytest.mark.parametrize(("last", "expected"), [("=", list(FORMATS)), ("s", ["svg"])])
def test_bash_splits_at_the_equals_sign(folder: Path, last: str, expected: list[str]) -> None:
    """The sign is a word of COMP_WORDS, as readline breaks the line."""
    words = ["--format", "="] if last == "=" else ["--format", "=", last]
    assert in_bash(folder, "netviz", "stitch", *words) == expected


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_fish(folder: Path, line: str, expected: list[str]) -> None:
    code = f"source completion.fish; complete -C '{line}'"
    found = [offered.split("\t")[0] for offered in run(folder, "fish", "-c", code).splitlines()]
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize("verb", VERBS)
def test_fish_offers_every_option(folder: Path, verb: str) -> None:
    code = f"source completion.fish; complete -C 'netviz {verb} --'"
    found = [offered.split("\t")[0] for offered in run(folder, "fish", "-c", code).splitlines()]
    long = [name for name in names(BY_VERB[verb]) if name.startswith("--")]
    assert sorted(found) == sorted(long)


ZSH = """
autoload -Uz compinit; compinit -u -d $HOME/../zcompdump; source completion.zsh
answer() { zle complete-word; print -r -- $BUFFER > answer; exit }
zle -N answer; bindkey '^I' answer
PROMPT='READY>'
"""


def in_zsh(folder: Path, line: str) -> str:
    """The line that an interactive zsh makes of ``line`` and a tabulator."""
    if shutil.which("zsh") is None:
        unavailable("zsh is not installed")
    (folder / ".zshrc").write_text(ZSH)
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        variables = {"ZDOTDIR": str(folder), "HOME": str(folder), "TERM": "dumb"}
        os.execvpe("zsh", ["zsh", "-d", "-i"], {"PATH": os.environ["PATH"], **variables})
    shown = b""
    try:
        while select.select([terminal], [], [], 60)[0]:
            before, part = shown, os.read(terminal, 4096)
            shown += part
            if b"READY>" in shown and b"READY>" not in before:
                os.write(terminal, line.encode() + b"\t")
    except OSError:  # how Linux tells that zsh has ended
        return (folder / "answer").read_text().strip()
    finally:
        os.close(terminal)  # hangs zsh up, if it is still there
        os.waitpid(child, 0)
    raise AssertionError(shown)


@pytest.mark.parametrize(
    ("line", "expected"), [(line, words[0]) for line, words in LINES if len(words) == 1]
)
def test_zsh(folder: Path, line: str, expected: str) -> None:
    """After an option that takes a value zsh shows an = until the next space takes its place."""
    assert in_zsh(folder, line).rstrip("=") == f"{line.rpartition(' ')[0]} {expected}"


def test_zsh_knows_each_program(folder: Path) -> None:
    code = (
        "autoload -Uz compinit; compinit -u -d dump; source completion.zsh;"
        "print -l $_comps[netviz] $_comps[netviz-stitch] $_comps[netviz-capture]"
    )
    assert run(folder, "zsh", "-c", code).split() == ["_netviz"] * 3


@pytest.mark.parametrize("shell", SHELLS)
def test_every_option_of_every_verb_is_in_every_script(folder: Path, shell: str) -> None:
    text = (folder / f"completion.{shell}").read_text()
    for command in BY_VERB.values():
        for option in command.options:
            for name in option.names:
                wanted = name
                if shell == "fish":
                    wanted = f"-l {name[2:]} " if name.startswith("--") else f"-s {name[1:]} "
                assert wanted in text


def test_an_unknown_shell_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    from netviz.cli.completion import main

    with pytest.raises(SystemExit) as ended:
        main(["tcsh"])
    assert ended.value.code == 2
    assert "bash" in capsys.readouterr().err
