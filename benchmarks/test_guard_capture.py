"""A capture stays near to a C program that only reads, and small."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from capture_speed import capture_command, peers
from proc_tree import write_tree
from whole_processes import Runner, measure

FLOOR = 2.2
"""How many times the C program a capture may take; 1.5 are wanted at 100,000 sockets."""

PSUTIL = 0.8
"""How many times psutil's net_connections a capture may take; 0.5 are wanted."""

MEGABYTES = 40


def test_a_busy_namespace(
    busy: Runner, floor: Path, pyz: Path, short: bool, tell: Callable[[str], None]
) -> None:
    commands = {"floor": [str(floor)], "capture": capture_command(pyz)}
    runs = busy.measure(commands, 5 if short else 9)
    capture, floor_run = runs["capture"], runs["floor"]
    told = (
        f"capture {capture.best:.3f} s and {capture.megabytes:.0f} MB, "
        f"{capture.times(floor_run):.2f} times the C program ({floor_run.best:.3f} s)"
    )
    tell(told)
    assert capture.times(floor_run) <= FLOOR, told
    assert capture.megabytes < MEGABYTES, told


def test_against_psutil(busy: Runner, pyz: Path, short: bool, tell: Callable[[str], None]) -> None:
    if "psutil" not in peers():
        pytest.skip("psutil is not installed, and no other test needs it")
    commands = {"psutil": peers()["psutil"], "capture": capture_command(pyz)}
    runs = busy.measure(commands, 2 if short else 5)
    told = f"capture {runs['capture'].best:.3f} s, psutil {runs['psutil'].best:.3f} s"
    tell(told)
    assert runs["capture"].times(runs["psutil"]) <= PSUTIL, told


@pytest.mark.long
def test_a_million_sockets_take_little_memory(
    pyz: Path, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    tree = tmp_path / "proc"
    write_tree(tree, 1_000_000, 40)
    try:
        run = measure({"capture": capture_command(pyz, "--proc", str(tree))}, 1)["capture"]
    finally:
        shutil.rmtree(tree)
    told = f"a million sockets: {run.best:.1f} s, {run.megabytes:.0f} MB"
    tell(told)
    assert run.megabytes < MEGABYTES, told
