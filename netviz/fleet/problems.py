"""What captures could not see, in sentences for a person; and what such a sentence means.

The JSON of flows holds the sentences alone, so they are read back beside where they are made.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from netviz.capture.pid_namespace import UNSEEN_OUTSIDE, hides_processes
from netviz.snapshot.model import IMPORTED, LEFT_OUT, NO_LISTENERS, NOT_TOLD, Problem, Snapshot
from netviz.tables import BadLines

ANY_TABLE = ""
"""What an incomplete table is called where it is not known which one it is."""

_VANISHED = frozenset({"ENOENT", "ESRCH"})
"""Errors of processes that ended meanwhile: nothing of them was left to be seen."""

_BAD_LINES = " could not be read, the first: "
_EMPTY = "the table is empty, not even a header"

_HOW_OFTEN = re.compile(r" x[0-9]+(?=, such as |, in [0-9]+ of |$)")


class Troubled(Protocol):
    """A sample: what it could not read, and what was wrong with its tables."""

    @property
    def unread(self) -> Sequence[Problem]: ...

    @property
    def reports(self) -> Sequence[str]: ...


def problems_of(snapshot: Snapshot) -> list[Problem]:
    """What a snapshot says it could not see, and what is not to be seen in its kind of capture."""
    kinds = []
    if snapshot.format == 1:
        kinds.append(Problem(IMPORTED, NOT_TOLD, 1))
    if hides_processes(snapshot.pid_namespace):
        kinds.append(Problem(IMPORTED, UNSEEN_OUTSIDE, 1))
    return [*snapshot.problems, *kinds]


def problem_sentence(problem: Problem) -> str:
    """What could not be read, why, how often, and one place where."""
    if problem.what == IMPORTED:
        return problem.error
    example = f", such as {problem.example}" if problem.example else ""
    return f"{problem.what}: {problem.error} x{problem.count}{example}"


def bad_lines_sentence(table: str, bad: BadLines) -> str:
    """That lines of a table are no sockets."""
    lines = "1 line" if bad.count == 1 else f"{bad.count} lines"
    return f"{table}: {lines}{_BAD_LINES}{bad.first!r}"


def empty_table_sentence(table: str) -> str:
    """That a table has no header, which a real kernel always prints (microsoft/WSL #2084)."""
    return f"{table}: {_EMPTY}"


def incomplete_table(sentence: str) -> str | None:
    """The table of which a sentence says that not all its sockets were read.

    ANY_TABLE where it does not say of which, None where it says something else.
    """
    table, _, why = sentence.partition(": ")
    if why == _EMPTY or _BAD_LINES in why:
        return table
    if NO_LISTENERS in sentence or any(f": {error} x" in sentence for error in LEFT_OUT):
        return ANY_TABLE
    return None


def not_seen(sentence: str) -> str | None:
    """What a sentence says was not seen, and why, without how often and where.

    None where it is about processes that ended meanwhile.
    """
    times = _HOW_OFTEN.search(sentence)
    if times is None:
        return sentence
    told = sentence[: times.start()]
    return None if told.rpartition(": ")[2] in _VANISHED else told


def sentences(samples: Sequence[Troubled]) -> tuple[str, ...]:
    """What the samples of a machine could not see, sorted; what several could not is told once.

    Then the one that missed most counts.
    """
    found: dict[tuple[str, str], list[Problem]] = {}
    for sample in samples:
        for problem in sample.unread:
            found.setdefault((problem.what, problem.error), []).append(problem)
    told = {report for sample in samples for report in sample.reports}
    for problems in found.values():
        most = max(problems, key=lambda problem: (problem.count, problem.example or ""))
        some = len(problems) < len(samples)
        told.add(
            problem_sentence(most)
            + (f", in {len(problems)} of {len(samples)} samples" if some else "")
        )
    return tuple(sorted(told))
