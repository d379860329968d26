"""netviz-stitch stays near to what reading and loading its files takes, and grows with them."""

from __future__ import annotations

from collections.abc import Callable

from fleets import Fleets, fleet_of
from stitch_speed import measure_growth, measure_stitch

FLOOR = 7
"""How many times reading and loading alone a run may take.

At 200,000 sockets it is also the start of the program that counts, for a half.
"""

KEPT = 3.5
"""The same where what is loaded is kept; 2 are wanted at a million sockets."""

GROWTH = 14
"""How many times the time ten times the sockets may take; 11 are wanted."""

MEGABYTES = 300


def test_a_run_against_reading_and_loading(
    fleets: Fleets, short: bool, tell: Callable[[str], None]
) -> None:
    sockets = 200_000 if short else 1_000_000
    speed = measure_stitch(fleets.files(fleet_of(sockets)), 3 if short else 5)
    told = f"{sockets:,} sockets: {speed}"
    tell(told)
    assert speed.stitch.times(speed.floor) <= FLOOR, told
    assert speed.stitch.times(speed.kept) <= KEPT, told
    assert speed.stitch.megabytes <= MEGABYTES, told


def test_ten_times_the_sockets(fleets: Fleets, short: bool, tell: Callable[[str], None]) -> None:
    few, many = (20_000, 200_000) if short else (100_000, 1_000_000)
    one, ten = measure_growth(fleets.files(fleet_of(few)), fleets.files(fleet_of(many)), 3)
    told = f"{few:,} sockets {one.best:.3f} s, {many:,} sockets {ten.best:.3f} s"
    tell(told)
    assert ten.best <= GROWTH * one.best, told
