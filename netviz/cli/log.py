"""Messages of the commands: standard error, one line each, safe for a terminal."""

from __future__ import annotations

import argparse
import logging

from netviz.cli.exits import say

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warn": logging.WARNING}


def add_log_arguments(parser: argparse.ArgumentParser) -> None:
    """Let a command tell less or more on standard error."""
    told = parser.add_mutually_exclusive_group()
    told.add_argument(
        "-q",
        "--quiet",
        action="store_true",
        help="tell nothing on standard error but what is wrong: no progress, no summary",
    )
    told.add_argument(
        "--log",
        choices=tuple(LEVELS),
        default="warn",
        help="how much to tell on standard error (default: %(default)s)",
    )


class _SafeHandler(logging.Handler):
    """Names from snapshots are in the messages, so control characters are escaped."""

    def __init__(self, program: str) -> None:
        super().__init__()
        self._program = program

    def emit(self, record: logging.LogRecord) -> None:
        say(f"{self._program}: {self.format(record)}")


def set_up(program: str, level: str) -> logging.Logger:
    """A logger that tells what is at least as grave as ``level`` (debug, info, warn)."""
    logger = logging.getLogger(program)
    logger.handlers = [_SafeHandler(program)]
    logger.setLevel(LEVELS[level])
    logger.propagate = False
    return logger


def conclude(program: str, options: argparse.Namespace, text: str) -> None:
    """Tell in a line what was done, unless the options are ``--quiet``."""
    if not options.quiet:
        say(f"{program}: {text}")
