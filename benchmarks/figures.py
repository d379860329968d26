#!/usr/bin/env python3
"""Measure what docs/performance.md shows, and print it as its tables do.

.venv/bin/python benchmarks/figures.py parse|stitch|capture|churn|samples|memory|original [OPTIONS]
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import capture_speed
import sample_speed
import under_churn
from fleet import Shape
from fleets import Fleets, fleet_of, single_machine
from made_tables import KINDS
from parse_speed import measure_parsers
from proc_tree import write_tree
from stitch_speed import measure_original, measure_stitch
from whole_processes import Run, measure


def parse(options: argparse.Namespace) -> None:
    """The parsers, on 100,000 lines of each table."""
    heading("table", "compiled", "twin", "compiled / twin", "counting line ends")
    for kind in KINDS:
        speed = measure_parsers(kind, options.rounds)
        row(
            f"`{kind}`",
            *(f"{speed.compiled / 1e9:.2f} GB/s", f"{speed.twin / 1e6:.0f} MB/s"),
            *(f"{speed.compiled / speed.twin:.0f}", f"{speed.count / 1e9:.2f} GB/s"),
        )


def stitch(options: argparse.Namespace) -> None:
    """Whole runs of netviz-stitch on fleets of machines with 10,000 sockets each."""
    heading(
        *("sockets", "files", "netviz-stitch", "memory"),
        *("read + orjson.loads", "times that", "the same, kept", "times that"),
    )
    for sockets in options.sockets or (10_000, 100_000, 1_000_000):
        _stitch_row(f"{sockets:,}", fleet_of(sockets), options.rounds)
    if not options.sockets:
        _stitch_row("1,000,000", single_machine(1_000_000), options.rounds)


def _stitch_row(name: str, shape: Shape, rounds: int) -> None:
    with Fleets() as fleets:
        speed = measure_stitch(fleets.files(shape), rounds)
    floors = [
        text
        for floor in (speed.floor, speed.kept)
        for text in (f"{floor.best:.3f} s", f"{speed.stitch.times(floor):.2f}")
    ]
    row(name, str(speed.files), *_run(speed.stitch), *floors)


def capture(options: argparse.Namespace) -> None:
    """Captures of a namespace with 100,000 TCP sockets in 400 processes, and other tools."""
    reason = capture_speed.missing()
    if reason:
        raise SystemExit(f"figures.py: {reason}")
    with _folder() as folder, capture_speed.busy(100_000, 400) as busy:
        floor = capture_speed.build_floor(folder)
        if floor is None:
            raise SystemExit("figures.py: there is no C compiler for capture_floor.c")
        pyz = capture_speed.pack_capture(folder)
        commands = {"the C program that only reads": [str(floor)]}
        for python in options.python or [sys.executable]:
            name = f"`netviz-capture.pyz`, {_version(python)}"
            commands[name] = capture_speed.capture_command(pyz, python=python)
        for name, command in capture_speed.peers().items():
            commands[f"`{name}`"] = command
        runs = busy.measure(commands, options.rounds)
    first = next(iter(runs.values()))
    heading("command", "time", "memory", "times the C program")
    for name, run in runs.items():
        row(name, *_run(run), f"{run.times(first):.2f}")


def churn(options: argparse.Namespace) -> None:
    """Captures while processes and connections come and go: what fails, and what is missed."""
    reason = capture_speed.missing()
    if reason:
        raise SystemExit(f"figures.py: {reason}")
    heading("samples", "captures", "failed", "no JSON", "vanished", "sockets", "found", "joined")
    with _folder() as folder:
        load = under_churn.build(folder)
        if load is None:
            raise SystemExit("figures.py: there is no C compiler for churn.c")
        command = [sys.executable, str(capture_speed.pack_capture(folder))]
        for samples, repeat in ((1, []), (3, ["--repeat", "3", "--every", "0.5"])):
            found = under_churn.run(load, [*command, *repeat], options.captures)
            row(
                *(str(samples), str(found.captures), str(found.failed), str(found.invalid)),
                *(f"{found.vanished:,}", f"{found.steady * found.captures:,}"),
                *(f"{100 * found.share:.4f}%", f"{100 * found.drawn:.4f}%"),
            )
            print(found, file=sys.stderr)


def samples(options: argparse.Namespace) -> None:
    """Captures that repeat in a namespace of 20,000 sockets, and what their files take."""
    reason = capture_speed.missing()
    if reason:
        raise SystemExit(f"figures.py: {reason}")
    heading("samples", "file", "size", "processor", "memory", "netviz-stitch", "its memory")
    with _folder() as folder:
        for one in sample_speed.measure_samples(folder, (1, 10, 100), options.rounds):
            row(
                *(str(one.samples), f"`{one.name}`", f"{one.size / 1e6:.1f} MB"),
                *(f"{one.capture.processor:.2f} s", f"{one.capture.megabytes:.0f} MB"),
                *_run(one.stitch),
            )


def memory(options: argparse.Namespace) -> None:
    """A capture of a made-up /proc with a million sockets."""
    with _folder() as folder:
        write_tree(folder / "proc", 1_000_000, 40)
        pyz = capture_speed.pack_capture(folder)
        command = capture_speed.capture_command(pyz, "--proc", str(folder / "proc"))
        run = measure({"capture": command}, options.rounds)["capture"]
    heading("sockets", "processes", "time", "memory")
    row("1,000,000", "40", *_run(run))


def original(options: argparse.Namespace) -> None:
    """The original's algorithm and netviz-stitch on the same small fleets of ten machines."""
    heading("sockets", "the original's algorithm", "netviz-stitch", "times that")
    for sockets in options.sockets or (1_000, 4_000, 16_000, 32_000):
        shape = Shape(hosts=10, sockets=sockets // 10, services=4, idle=4, edges=20, ipv6=0.0)
        with Fleets() as fleets:
            run, other = measure_original(fleets.files(shape), options.rounds)
        times = f"{other.times(run):.1f}"
        row(f"{sockets:,}", f"{other.best:.3f} s", f"{run.best:.3f} s", times)


SUBJECTS: dict[str, Callable[[argparse.Namespace], None]] = {
    subject.__name__: subject
    for subject in (parse, stitch, capture, churn, samples, memory, original)
}


def heading(*names: str) -> None:
    """The first two lines of a table."""
    row(*names)
    row("---", *["---:"] * (len(names) - 1))


def row(*cells: str) -> None:
    """One line of a table."""
    print(f"| {' | '.join(cells)} |", flush=True)


def _run(run: Run) -> Sequence[str]:
    return f"{run.best:.3f} s", f"{run.megabytes:.0f} MB"


def _version(python: str) -> str:
    code = "import sys; print('Python %d.%d' % sys.version_info[:2])"
    ended = subprocess.run([python, "-c", code], check=True, stdout=subprocess.PIPE, text=True)
    return ended.stdout.strip()


@contextmanager
def _folder() -> Iterator[Path]:
    """A temporary folder that may hold a million links."""
    folder = Path(tempfile.mkdtemp(prefix="netviz-figures-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def main() -> None:
    """Measure the subject that the arguments name."""
    parser = argparse.ArgumentParser(description="Measure what docs/performance.md shows.")
    parser.add_argument("subject", choices=SUBJECTS)
    parser.add_argument("--rounds", type=int, default=5, help="how often (default: %(default)s)")
    parser.add_argument(
        "--sockets", type=int, action="append", help="stitch, original: of a fleet of so many"
    )
    parser.add_argument("--python", action="append", help="capture: with this Python")
    parser.add_argument(
        "--captures", type=int, default=200, help="churn: how many (default: %(default)s)"
    )
    options = parser.parse_args()
    SUBJECTS[options.subject](options)


if __name__ == "__main__":
    main()
