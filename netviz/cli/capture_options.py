"""The options of the capture, for a command that runs it somewhere else."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any

from netviz.capture.arguments import EVERY, make_parser, parsed

NOT_HANDED_ON = {"help", "version", "output", "quiet", "proc", "byteorder"}
"""What is said of the place that the capture runs at, or of the capture itself."""


def add_capture_options(parser: argparse.ArgumentParser) -> None:
    """Let a command take what the capture takes, each with the capture's own help."""
    group = parser.add_argument_group("what to capture")
    for action in _handed_on():
        group._add_action(action)


def capture_arguments(options: argparse.Namespace) -> list[str]:
    """The arguments for the capture that the options of the command say.

    A usage error of the command where they do not go together.
    """
    arguments: list[str] = []
    for action in _handed_on():
        value = getattr(options, action.dest)
        if value != action.default:
            name = max(action.option_strings, key=len)
            arguments.append(name if action.nargs == 0 else f"{name}={value}")
    parser = make_parser()
    parser.error = options.parser.error  # type: ignore[method-assign]
    parsed(arguments, parser)
    return arguments


def sampling_seconds(arguments: Sequence[str]) -> float:
    """How long the samples take that the arguments for the capture ask for; one takes no time."""
    options = parsed(arguments)
    if options.duration is not None:
        return float(options.duration)
    return ((options.repeat or 1) - 1) * float(options.every or EVERY)


def _handed_on() -> list[argparse.Action]:
    actions = [action for action in make_parser()._actions if action.dest not in NOT_HANDED_ON]
    for action in actions:
        if callable(action.type):
            action.type = _as_typed(action.type)
    return actions


def _as_typed(convert: Callable[[str], Any]) -> Callable[[str], str]:
    """Check a value as the capture does, and keep it as it was typed."""

    def checked(text: str) -> str:
        convert(text)
        return text

    return checked
