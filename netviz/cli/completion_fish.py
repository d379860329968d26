"""The script of completion for fish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netviz.cli.commands import PROGRAMS, Argument, Command

_START = """\
# Completion of netviz for fish, written by: netviz completion fish

function __netviz_verb_is
    set -l words (commandline -opc)
    test (count $words) -gt 1; and test "$words[2]" = $argv[1]
end

function __netviz_no_verb
    test (count (commandline -opc)) -eq 1
end

"""


def script(commands: Sequence[Command]) -> str:
    """A line for each verb, option and list of values."""
    lines = ["complete -c netviz -n __netviz_no_verb -f"]
    for command in commands:
        lines.append(
            f"complete -c netviz -n __netviz_no_verb -a {command.verb}"
            f" -d {_quoted(command.purpose)}"
        )
    for command in commands:
        lines += _arguments(command, f"netviz -n '__netviz_verb_is {command.verb}'")
    by_verb = {command.verb: command for command in commands}
    for program, verb in PROGRAMS.items():
        lines += _arguments(by_verb[verb], program)
    return _START + "\n".join(lines) + "\n"


def _arguments(command: Command, where: str) -> Iterator[str]:
    for option in command.options:
        yield f"complete -c {where}{_option(option)} -d {_quoted(option.purpose)}"
    if command.positional is not None and command.positional.choices:
        yield f"complete -c {where} -f -a '{' '.join(command.positional.choices)}'"


def _option(option: Argument) -> str:
    names = "".join(
        f" -l {name[2:]}" if name.startswith("--") else f" -s {name[1:]}" for name in option.names
    )
    if option.choices:
        return f"{names} -x -a '{' '.join(option.choices)}'"
    if not option.value:
        return names
    return f"{names} -r" if option.is_path else f"{names} -x"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
