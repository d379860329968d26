"""The options of the capture, for a command that runs it somewhere else."""

from __future__ import annotations

import argparse

from netviz.capture.cli import make_parser

NOT_HANDED_ON = {"help", "version", "output", "proc", "byteorder"}
"""What is said of the place that the capture runs at, or of the capture itself."""


def add_capture_options(parser: argparse.ArgumentParser) -> None:
    """Let a command take what the capture takes, each with the capture's own help."""
    group = parser.add_argument_group("what to capture")
    for action in _handed_on():
        group._add_action(action)


def capture_arguments(options: argparse.Namespace) -> list[str]:
    """The arguments for the capture that the options of the command say."""
    arguments: list[str] = []
    for action in _handed_on():
        value = getattr(options, action.dest)
        if value == action.default:
            continue
        name = max(action.option_strings, key=len)
        arguments.append(name if action.nargs == 0 else f"{name}={value}")
    return arguments


def _handed_on() -> list[argparse.Action]:
    return [action for action in make_parser()._actions if action.dest not in NOT_HANDED_ON]
