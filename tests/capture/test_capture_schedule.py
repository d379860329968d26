"""When samples are taken, on a clock of the test's own; and how lengths of time are written."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import pytest

from netviz.capture.durations import seconds
from netviz.capture.schedule import Schedule, run


class Clock:
    """Stands still, but for samples, which take as long as they are told, and for waiting."""

    def __init__(self, lengths: Sequence[float], stop_after: int = 0) -> None:
        self.now = 1000.0
        self.began: list[float] = []
        self.told: list[str] = []
        self._lengths = lengths
        self._stop_after = stop_after

    def take(self) -> None:
        self.began.append(round(self.now - 1000, 6))
        self.now += self._lengths[(len(self.began) - 1) % len(self._lengths)]

    def wait(self, length: float) -> bool:
        assert length >= 0
        self.now += length
        return len(self.began) == self._stop_after

    def run(self, schedule: Schedule) -> list[float]:
        run(schedule, self.take, self.wait, self.told.append, lambda: self.now)
        return self.began


def test_samples_begin_at_fixed_times_whatever_each_takes() -> None:
    clock = Clock([0.05, 0.19, 0.1])
    began = clock.run(Schedule(0.2, 1000, None))
    assert began == [round(0.2 * number, 6) for number in range(1000)]
    assert clock.told == []


def test_none_begins_after_the_time_is_over() -> None:
    assert Clock([0.01]).run(Schedule(2.5, None, 10)) == [0, 2.5, 5, 7.5, 10]
    assert Clock([0.01]).run(Schedule(60, None, 10)) == [0]


def test_times_that_are_missed_are_left_out_and_told_of_once() -> None:
    clock = Clock([0.31, 0.05, 0.71])
    assert clock.run(Schedule(0.2, 6, None)) == [0, 0.4, 0.6, 1.4, 1.8, 2.0]
    assert clock.told == [
        "a sample took 0.31 s, longer than the 0.2 s from one to the next: "
        "those that are missed are left out"
    ]


def test_the_last_one_may_take_as_long_as_it_likes() -> None:
    clock = Clock([0.1, 5])
    clock.run(Schedule(1, 2, None))
    assert clock.told == []


def test_somebody_asks_to_stop() -> None:
    assert Clock([0.1], stop_after=3).run(Schedule(1, None, 1e9)) == [0, 1, 2]


@pytest.mark.parametrize(
    ("text", "length"),
    [("5", 5), ("0.2", 0.2), ("30s", 30), ("1.5m", 90), ("2h", 7200), ("366d", 31_622_400)],
)
def test_lengths_of_time(text: str, length: float) -> None:
    assert seconds(text) == length


@pytest.mark.parametrize(
    "text",
    ["", "0", "0.0s", "-1", "1e3", "s", "1 s", "10x", ".5", "1s2", "٣", "9" * 10, "367d", "nan"],
)
def test_what_is_no_length_of_time(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        seconds(text)
