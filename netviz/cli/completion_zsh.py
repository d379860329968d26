"""The script of completion for zsh: to evaluate, or as the file _netviz in a folder of fpath."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netviz.cli.commands import PROGRAMS, Argument, Command

_START = """\
#compdef netviz netviz-stitch netviz-capture
# Completion of netviz for zsh, written by: netviz completion zsh

"""

_END = """\
if [[ ${funcstack[1]} == _netviz ]]; then
    _netviz "$@"
else
    compdef _netviz netviz netviz-stitch netviz-capture
fi
"""


def script(commands: Sequence[Command]) -> str:
    """A function for each verb, and one that chooses."""
    functions = "".join(_function(command) for command in commands)
    verbs = "".join(
        f"        {_quoted(_escaped(command.verb) + ':' + _escaped(command.purpose))}\n"
        for command in commands
    )
    programs = "".join(
        f"        {program}) _netviz_{verb} ;;\n" for program, verb in PROGRAMS.items()
    )
    chooser = (
        "_netviz() {\n"
        "    local -a verbs=(\n"
        f"{verbs}"
        "    )\n"
        "    case $service in\n"
        f"{programs}"
        "        *)\n"
        "            if ((CURRENT == 2)); then\n"
        "                _describe verb verbs\n"
        "                return\n"
        "            fi\n"
        "            shift words\n"
        "            ((CURRENT--))\n"
        "            (($+functions[_netviz_${words[1]}])) && _netviz_${words[1]}\n"
        "            ;;\n"
        "    esac\n"
        "}\n\n"
    )
    return _START + functions + chooser + _END


def _function(command: Command) -> str:
    specs = [spec for option in command.options for spec in _option(option)]
    if command.positional is not None:
        specs.append(_quoted("*:" + _value(command.positional)))
    return "".join(
        [
            f"_netviz_{command.verb}() {{\n",
            "    _arguments -s \\\n",
            " \\\n".join(f"        {spec}" for spec in specs),
            "\n}\n\n",
        ]
    )


def _option(option: Argument) -> Iterator[str]:
    for name in option.names:
        takes = ("=" if name.startswith("--") else "+") if option.value else ""
        value = f":{_value(option)}" if option.value else ""
        yield _quoted(f"*{name}{takes}[{_escaped(option.purpose)}]{value}")


def _value(argument: Argument) -> str:
    called = _escaped(argument.value)
    if argument.choices:
        return f"{called}:({' '.join(argument.choices)})"
    return f"{called}:_files" if argument.is_path else f"{called}: "


def _escaped(text: str) -> str:
    return "".join("\\" + c if c in "\\:[]" else c for c in text)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
