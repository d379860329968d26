"""``netviz VERB ...``: finds the command and hands it the rest of the line."""

from __future__ import annotations

import argparse
import gc
import importlib
import keyword
import sys
from collections.abc import Sequence

from netviz.cli.exits import run
from netviz.cli.version import version_text

VERBS = {
    "anonymize": "write snapshots that can be given away: every name and address replaced",
    "capture": "write a snapshot of this machine, or hand out netviz-capture.pyz",
    "completion": "print the script that completes netviz in bash, zsh or fish",
    "diff": "tell what came, went or changed between two captures of a group",
    "explain": "tell what became of a socket, and why a line is missing",
    "exposure": "list what listens, who can reach it, and who was seen using it",
    "gather": "take snapshots of many machines over your own ssh, or kubectl",
    "import": "make a snapshot of what ss, lsof, a copied /proc or an sosreport say",
    "next": "list the machines to capture next, by how many sockets talk to them",
    "stitch": "join snapshots and draw who talks to whom",
    "waves": "find what moves together in a migration, and which flows are cut",
}
"""Each verb has a module in ``netviz.cli``, imported only when it is asked for."""


def module_of(verb: str) -> str:
    """The name of the module of a verb: its own, with an underscore where Python has that word."""
    return f"netviz.cli.{verb}_" if keyword.iskeyword(verb) else f"netviz.cli.{verb}"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the verb that ``argv`` starts with; gives its exit status, 2 for an unknown one."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments and arguments[0] in VERBS:
        return _run_verb(arguments[0], arguments[1:])
    return run("netviz", lambda: _without_a_verb(arguments))


def stitch() -> int:
    """``netviz-stitch``: the verb as a program of its own."""
    return _run_verb("stitch", sys.argv[1:])


def _run_verb(verb: str, arguments: list[str]) -> int:
    collected = gc.isenabled()
    gc.disable()  # what an import makes stays, and it is a lot to look through
    module = importlib.import_module(module_of(verb))
    if collected:
        gc.enable()
    status: int = module.main(arguments)
    return status


def _without_a_verb(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="netviz",
        usage="netviz VERB ...",
        description="Which process talks to which process, in a group of Linux machines.",
        epilog="verbs:\n"
        + "".join(f"  {verb:<12}{purpose}\n" for verb, purpose in VERBS.items())
        + "\nnetviz VERB --help tells what a verb takes.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=version_text())
    _, rest = parser.parse_known_args(arguments)
    if not rest:
        parser.error(f"a verb is needed: {', '.join(VERBS)}")
    parser.error(f"no such verb: {rest[0]} (there are: {', '.join(VERBS)})")


if __name__ == "__main__":
    sys.exit(main())
