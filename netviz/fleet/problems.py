"""What captures could not see, in sentences for a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from netviz.snapshot.model import IMPORTED, Problem


class Troubled(Protocol):
    """A sample: what it could not read, and what was wrong with its tables."""

    @property
    def unread(self) -> Sequence[Problem]: ...

    @property
    def reports(self) -> Sequence[str]: ...


def problem_sentence(problem: Problem) -> str:
    """What could not be read, why, how often, and one place where."""
    if problem.what == IMPORTED:
        return problem.error
    example = f", such as {problem.example}" if problem.example else ""
    return f"{problem.what}: {problem.error} x{problem.count}{example}"


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
