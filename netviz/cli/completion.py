"""``netviz completion``: the script that lets a shell complete verbs, options and values."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module

from netviz.cli.exits import DONE, run
from netviz.cli.output import write_output
from netviz.cli.version import version_text

PROGRAM = "netviz completion"

SHELLS = ("bash", "zsh", "fish")
"""Of each there is a module ``completion_SHELL`` with ``script(commands)``."""

EXAMPLES = """\
examples:
  eval "$(netviz completion bash)"          in ~/.bashrc
  eval "$(netviz completion zsh)"           in ~/.zshrc, after compinit
  netviz completion fish | source           in ~/.config/fish/config.fish

exit status: 0 done, 1 the output cannot be written, 2 usage
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; ``argv`` without the program's name. Gives the exit status."""
    return run(PROGRAM, lambda: _completion(make_parser().parse_args(argv)))


def make_parser() -> argparse.ArgumentParser:
    """What the command takes."""
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Print the script that completes netviz, netviz-stitch and netviz-capture.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("shell", choices=SHELLS, help="the shell that is to run the script")
    parser.add_argument("--version", action="version", version=version_text())
    return parser


def _completion(options: argparse.Namespace) -> int:
    from netviz.cli.commands import commands  # it needs this module, too

    script: str = import_module(f"netviz.cli.completion_{options.shell}").script(commands())
    write_output(None, script.encode())
    return DONE
