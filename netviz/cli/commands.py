"""What every verb takes, read off its argument parser: for completion and for the man pages."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Iterator
from dataclasses import dataclass

from netviz.cli.main import VERBS, module_of

FILES = frozenset({"FILE", "OUT", "DIR", "NAME=FILE"})
"""What the value of an argument is called where it is a path."""

PROGRAMS = {"netviz-capture": "capture", "netviz-stitch": "stitch"}
"""Programs that are a verb by themselves."""


def typed(verb: str) -> str:
    """How a verb is run: as ``netviz VERB``, and a few as programs of their own, too."""
    return f"netviz-{verb}" if f"netviz-{verb}" in PROGRAMS else f"netviz {verb}"


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument. Without ``names`` it is positional; without ``value`` it is a switch.

    ``value`` is what the help calls its value, ``choices`` are all values there are, none where
    there is no such list; ``is_path`` where the value names a file or a directory.
    """

    names: tuple[str, ...]
    value: str
    choices: tuple[str, ...]
    purpose: str

    @property
    def is_path(self) -> bool:
        return self.value in FILES


@dataclass(frozen=True, slots=True)
class Command:
    """A verb: what it is for, and its arguments in the order of its help."""

    verb: str
    purpose: str
    arguments: tuple[Argument, ...]

    @property
    def options(self) -> tuple[Argument, ...]:
        return tuple(argument for argument in self.arguments if argument.names)

    @property
    def positional(self) -> Argument | None:
        return next((argument for argument in self.arguments if not argument.names), None)


def commands() -> list[Command]:
    """All verbs, in the order of the help."""
    return [
        Command(verb, purpose, tuple(arguments(parser_of(verb)))) for verb, purpose in VERBS.items()
    ]


def parser_of(verb: str) -> argparse.ArgumentParser:
    """The argument parser of a verb."""
    parser: argparse.ArgumentParser = importlib.import_module(module_of(verb)).make_parser()
    return parser


def arguments(parser: argparse.ArgumentParser) -> Iterator[Argument]:
    """The arguments of a parser, each with its help as a person reads it."""
    for action in parser._actions:
        choices = tuple(map(str, action.choices or ()))
        purpose = (action.help or "") % {**vars(action), "prog": parser.prog}
        yield Argument(tuple(action.option_strings), _value(action, choices), choices, purpose)


def _value(action: argparse.Action, choices: tuple[str, ...]) -> str:
    if action.nargs == 0:
        return ""
    if isinstance(action.metavar, str):
        return action.metavar
    return "|".join(choices) if choices else action.dest.upper()
