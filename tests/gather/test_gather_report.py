"""The lines that the person reads."""

from __future__ import annotations

from netviz.gather.outcome import Failed, Kept, Outcome, Taken
from netviz.gather.report import progress_line, report


def test_a_line_for_each_host() -> None:
    assert progress_line(Kept("a"), 1, 3) == "[1/3] a: is there already"
    assert progress_line(Taken("b", 45_000, 1.25), 2, 3) == "[2/3] b: 43 KiB in 1.2 s"
    assert (
        progress_line(Taken("c", 3 * 2**20, 9, "not all"), 3, 3)
        == "[3/3] c: 3.0 MiB in 9.0 s; not all"
    )
    assert progress_line(Failed("d", "why"), 3, 3) == "[3/3] d: failed: why"


def test_hosts_that_failed_for_one_reason_are_told_together() -> None:
    outcomes: list[Outcome] = [Taken("a", 1, 1), Failed("b", "x"), Kept("c")]
    outcomes += [Failed("d", "y"), Failed("e", "x")]
    assert report(outcomes, "dir") == (
        "dir: 1 snapshot taken, 1 there already, 3 hosts failed:\n  b, e: x\n  d: y"
    )
    assert report([Taken("a", 1, 1), Taken("b", 1, 1)], "dir") == "dir: 2 snapshots taken"
