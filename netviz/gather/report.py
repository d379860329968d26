"""What the person is told: a line for each host, and in the end what failed and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from netviz.gather.outcome import Failed, Kept, Outcome, Taken
from netviz.render.text import counted


def progress_line(outcome: Outcome, number: int, total: int) -> str:
    """The line for one host, the ``number``-th of ``total`` of which the outcome is known."""
    return f"[{number}/{total}] {outcome.host}: {_went(outcome)}"


def _went(outcome: Outcome) -> str:
    if isinstance(outcome, Kept):
        return "is there already"
    if isinstance(outcome, Failed):
        return f"failed: {outcome.reason}"
    took = f"{_size(outcome.size)} in {outcome.seconds:.1f} s"
    return f"{took}; {outcome.notes}" if outcome.notes else took


def _size(size: int) -> str:
    return f"{size / 2**20:.1f} MiB" if size >= 2**20 else f"{max(size // 2**10, 1)} KiB"


def report(outcomes: Sequence[Outcome], folder: str) -> str:
    """The last lines: how many snapshots there are, and of which hosts there is none and why."""
    taken = sum(isinstance(outcome, Taken) for outcome in outcomes)
    kept = sum(isinstance(outcome, Kept) for outcome in outcomes)
    failed = [outcome for outcome in outcomes if isinstance(outcome, Failed)]
    text = f"{folder}: {counted(taken, 'snapshot')} taken"
    if kept:
        text += f", {kept} there already"
    if not failed:
        return text
    return "\n".join([f"{text}, {counted(len(failed), 'host')} failed:", *_reasons(failed)])


def _reasons(failed: Iterable[Failed]) -> list[str]:
    """A line for each reason, with the hosts that it holds for."""
    hosts: dict[str, list[str]] = {}
    for outcome in failed:
        hosts.setdefault(outcome.reason, []).append(outcome.host)
    return [f"  {', '.join(names)}: {reason}" for reason, names in hosts.items()]
