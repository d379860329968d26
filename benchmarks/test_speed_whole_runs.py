"""Whole processes: netviz-stitch on fleets of any size, netviz-capture in a busy namespace."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from capture_speed import capture_command
from fleets import Fleets, fleet_of, single_machine
from pytest_benchmark.fixture import BenchmarkFixture
from stitch_speed import stitch_command
from whole_processes import Runner

LARGE = pytest.mark.long


def run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)


@pytest.mark.parametrize(
    "sockets", [10_000, 100_000, pytest.param(1_000_000, marks=LARGE)], ids="{:,}".format
)
def test_stitch(benchmark: BenchmarkFixture, fleets: Fleets, sockets: int) -> None:
    command = [*stitch_command(), *fleets.files(fleet_of(sockets))]
    benchmark.pedantic(run, (command,), rounds=5, warmup_rounds=1)  # type: ignore[no-untyped-call]


@pytest.mark.long
def test_stitch_one_snapshot_of_a_million_sockets(
    benchmark: BenchmarkFixture, fleets: Fleets
) -> None:
    command = [*stitch_command(), *fleets.files(single_machine(1_000_000))]
    benchmark.pedantic(run, (command,), rounds=3, warmup_rounds=1)  # type: ignore[no-untyped-call]


def test_capture_a_busy_namespace(benchmark: BenchmarkFixture, busy: Runner, pyz: Path) -> None:
    def capture() -> None:
        busy.measure({"capture": capture_command(pyz)}, 1, warm_up=False)

    benchmark.pedantic(capture, rounds=5, warmup_rounds=1)  # type: ignore[no-untyped-call]
