"""What a capture takes that repeats, and what a stitch takes of many samples of one machine."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import capture_speed
from stitch_speed import stitch_command
from whole_processes import Run, measure

SOCKETS, PROCESSES = 20_000, 80
EVERY = "0.5"
"""Seconds from one sample to the next."""


@dataclass(frozen=True)
class Sampled:
    """A capture of ``samples``; ``size`` of its file in bytes, and what a stitch of that took."""

    samples: int
    name: str
    capture: Run
    size: int
    stitch: Run


def measure_samples(folder: Path, counts: tuple[int, ...], rounds: int) -> Iterator[Sampled]:
    """Captures in a namespace with SOCKETS in PROCESSES, plain and compressed. Needs root."""
    pyz = capture_speed.pack_capture(folder)
    for count in counts:
        for name in ("samples.jsonl", "samples.jsonl.gz"):
            target = folder / name
            options = ["--repeat", str(count), "--every", EVERY, "-o", str(target)]
            commands = {"capture": [sys.executable, str(pyz), *options]}
            with capture_speed.busy(SOCKETS, PROCESSES) as busy:
                captured = busy.measure(commands, rounds, warm_up=False)["capture"]
            stitched = measure({"stitch": [*stitch_command(), str(target)]}, rounds)["stitch"]
            yield Sampled(count, name, captured, target.stat().st_size, stitched)
            target.unlink()
