"""The script of completion for bash 4 and newer."""

from __future__ import annotations

from collections.abc import Sequence

from netviz.cli.commands import PROGRAMS, Argument, Command

_START = """\
# Completion of netviz for bash, written by: netviz completion bash

_netviz() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} verb words=
    # bash takes the = of --option=value for a word of its own.
    if [[ $word == = ]]; then
        word=
    elif [[ $before == = ]]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    COMPREPLY=()
    case ${COMP_WORDS[0]##*/} in
"""

_END = """\
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -o default -F _netviz netviz netviz-stitch netviz-capture
"""


def script(commands: Sequence[Command]) -> str:
    """Where the function of the script offers nothing, bash offers the names of files."""
    lines = [f"        {program}) verb={verb} ;;" for program, verb in PROGRAMS.items()]
    first = " ".join([*(command.verb for command in commands), "--help", "--version"])
    lines += [
        "        *)",
        "            if ((COMP_CWORD == 1)); then",
        f'                mapfile -t COMPREPLY < <(compgen -W "{first}" -- "$word")',
        "                return",
        "            fi",
        "            verb=${COMP_WORDS[1]}",
        "            ;;",
        "    esac",
        "    case $verb:$before in",
    ]
    lines += [
        line
        for command in commands
        for option in command.options
        if option.value
        for line in _value(command, option)
    ]
    lines += ["    esac", "    case $verb in"]
    for command in commands:
        lines += _words(command)
    return _START + "\n".join(lines) + "\n" + _END


def _value(command: Command, option: Argument) -> list[str]:
    before = " | ".join(f"{command.verb}:{name}" for name in option.names)
    if not option.choices:
        return [f"        {before}) return ;;"]
    values = " ".join(option.choices)
    return [
        f"        {before})",
        f'            mapfile -t COMPREPLY < <(compgen -W "{values}" -- "$word")',
        "            return",
        "            ;;",
    ]


def _words(command: Command) -> list[str]:
    options = " ".join(name for option in command.options for name in option.names)
    lines = [
        f"        {command.verb})",
        f'            [[ $word == -* ]] && words="{options}"',
    ]
    if command.positional is not None and command.positional.choices:
        values = " ".join(command.positional.choices)
        lines.append(f'            [[ $word == -* ]] || words="{values}"')
    return [*lines, "            ;;"]
