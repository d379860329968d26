"""When samples are taken: at fixed times after the first one, on a clock that nobody sets."""

import math
import time
from typing import Callable, NamedTuple, Optional


class Schedule(NamedTuple):
    """A sample every ``every`` seconds: ``samples`` of them, or until ``duration`` seconds passed.

    No sample begins after that. The other of the two is None.
    """

    every: float
    samples: Optional[int]
    duration: Optional[float]

    def is_over(self, taken: int, begins: float) -> bool:
        """Whether no sample is left to take after ``taken``: one that begins at ``begins``."""
        if self.samples is not None and taken >= self.samples:
            return True
        return self.duration is not None and begins > self.duration


def run(
    schedule: Schedule,
    take: Callable[[], None],
    wait: Callable[[float], bool],
    tell: Callable[[str], None],
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Call ``take`` for each sample; ``wait`` (for seconds) between two says whether to stop.

    A sample that takes longer than ``every`` makes later ones no later: the times that have gone by
    meanwhile are left out. ``tell`` is told once of that.
    """
    first = clock()
    slot = taken = 0
    told = False
    while True:
        began = clock()
        take()
        taken += 1
        now = clock()
        slot = max(slot + 1, math.ceil((now - first) / schedule.every))
        if schedule.is_over(taken, slot * schedule.every):
            return
        if now - began > schedule.every and not told:
            told = True
            tell(
                f"a sample took {now - began:.2f} s, longer than the {schedule.every:g} s from one "
                "to the next: those that are missed are left out"
            )
        if wait(max(0.0, first + slot * schedule.every - now)):
            return
