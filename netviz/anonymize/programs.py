"""Names of processes, executables and what interpreters run."""

from __future__ import annotations

import re

from netviz.anonymize.names import Names
from netviz.anonymize.paths import replaced_path
from netviz.fleet.interpreters import THREAD_NAMES, interpreter, program_of
from netviz.fleet.roles import RUN_ANYTHING
from netviz.snapshot.model import Process

_VERSION = re.compile(r"([1-9][0-9]?(\.[0-9]{1,2}){0,2})?m?")
"""What follows the name of an interpreter: no more than a version."""


def says_nothing(name: str) -> bool:
    """Whether a name is that of an interpreter or the like, which executes anybody's programs.

    Those stay: netviz shows what they run instead, and has to know them.
    """
    language = interpreter(name) if "/" not in name else None
    if language is not None:
        return _VERSION.fullmatch(name, len(language)) is not None
    return name in THREAD_NAMES or name in RUN_ANYTHING


def replaced_program_name(names: Names, kind: str, name: str) -> str:
    """What stands for a name that may be an interpreter's."""
    return name if says_nothing(name) else names.numbered(kind, name)


def replaced_comm(names: Names, comm: str) -> str:
    """What stands for the name of a process."""
    return replaced_program_name(names, "process", comm)


def replaced_executable(names: Names, exe: str) -> str:
    """What stands for the path of an executable; its file is called what its process is."""
    return replaced_path(names, exe, lambda file: replaced_comm(names, file))


def replaced_arguments(names: Names, process: Process) -> tuple[str, ...] | None:
    """A command line of which nothing is left but that an interpreter runs some program."""
    program = program_of(process.comm, process.exe, process.argv)
    if program is None or not process.argv:
        return None
    return replaced_executable(names, process.argv[0]), names.numbered("program", program)
