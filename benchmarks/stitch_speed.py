"""Whole runs of netviz-stitch beside a process that only reads and loads the same files."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from whole_processes import Run, measure

ROOT = Path(__file__).resolve().parent.parent
FLOOR = [sys.executable, str(ROOT / "benchmarks" / "read_and_load.py")]
ORIGINAL = [sys.executable, str(ROOT / "benchmarks" / "original_join.py")]


def stitch_command(root: Path = ROOT) -> list[str]:
    """netviz-stitch of the tree ``root``, whatever is installed."""
    start = f"import sys; sys.path.insert(0, {str(root)!r}); from netviz.cli.main import main"
    return [sys.executable, "-c", f"{start}; sys.exit(main(['stitch', *sys.argv[1:]]))"]


@dataclass(frozen=True)
class StitchSpeed:
    """A run of netviz-stitch, and the floors of it: documents let go of, and ``kept``."""

    files: int
    stitch: Run
    floor: Run
    kept: Run

    def __str__(self) -> str:
        return (
            f"netviz-stitch {self.stitch.best:.3f} s and {self.stitch.megabytes:.0f} MB, "
            f"{self.stitch.times(self.floor):.2f} times reading and loading the {self.files} files "
            f"({self.floor.best:.3f} s), {self.stitch.times(self.kept):.2f} times where what is "
            f"loaded is kept ({self.kept.best:.3f} s)"
        )


def measure_stitch(paths: Sequence[str], rounds: int) -> StitchSpeed:
    """Stitch ``paths`` to dot, and only read and load them, by turns."""
    commands = {
        "stitch": [*stitch_command(), *paths],
        "floor": [*FLOOR, *paths],
        "kept": [*FLOOR, "--keep", *paths],
    }
    return StitchSpeed(len(paths), **measure(commands, rounds))


def measure_growth(few: Sequence[str], many: Sequence[str], rounds: int) -> tuple[Run, Run]:
    """Stitch the two fleets by turns."""
    command = stitch_command()
    runs = measure({"few": [*command, *few], "many": [*command, *many]}, rounds)
    return runs["few"], runs["many"]


def measure_original(paths: Sequence[str], rounds: int) -> tuple[Run, Run]:
    """Stitch, and join by the original's algorithm, by turns."""
    runs = measure({"stitch": [*stitch_command(), *paths], "original": [*ORIGINAL, *paths]}, rounds)
    return runs["stitch"], runs["original"]
