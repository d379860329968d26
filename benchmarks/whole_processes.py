"""Time and peak memory of whole processes, by turns, so that a slow moment strikes all alike.

This module also runs as a script, which starts the processes: what the kernel calls the peak memory
of a process is at least that of the one that started it, so that has to be small.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

TIMEOUT = 600


class Run:
    """What one command took: ``seconds`` of each round, the most memory of any in MB."""

    def __init__(self, rounds: Sequence[Sequence[float]]) -> None:
        self.seconds = [seconds for seconds, _ in rounds]
        self.megabytes = max(kilobytes for _, kilobytes in rounds) / 1024

    @property
    def best(self) -> float:
        """The quickest round: whatever else the machine did can only have made it slower."""
        return min(self.seconds)


def measure(
    commands: Mapping[str, Sequence[str]],
    rounds: int,
    *,
    within: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> dict[str, Run]:
    """Run every command ``rounds`` times, by turns, after a round that is not counted.

    ``within`` is a command that starts this script itself elsewhere (a namespace). RuntimeError
    with what a command said if one fails.
    """
    ended = subprocess.run(
        [*(within or (sys.executable, "-I", "-S", __file__))],
        input=json.dumps({"commands": commands, "rounds": rounds}),
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        env=None if environment is None else {**os.environ, **environment},
    )
    if ended.returncode:
        raise RuntimeError(ended.stderr or f"{within} ended with {ended.returncode}")
    return {name: Run(result) for name, result in json.loads(ended.stdout).items()}


def run_by_turns(task: Mapping[str, object]) -> dict[str, list[tuple[float, int]]]:
    """(seconds, peak memory in kB) of each round of each command of ``task``."""
    commands, rounds = task["commands"], task["rounds"]
    results: dict[str, list[tuple[float, int]]] = {name: [] for name in commands}  # type: ignore[attr-defined]
    for number in range(rounds + 1):  # type: ignore[operator]
        for name, command in commands.items():  # type: ignore[attr-defined]
            measured = _run(command)
            if number:
                results[name].append(measured)
    return results


def _run(command: Sequence[str]) -> tuple[float, int]:
    quiet = os.open(os.devnull, os.O_RDWR)
    problems_read, problems = os.pipe()
    started = time.perf_counter()
    child = os.posix_spawnp(
        command[0],
        list(command),
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_DUP2, quiet, 0),
            (os.POSIX_SPAWN_DUP2, quiet, 1),
            (os.POSIX_SPAWN_DUP2, problems, 2),
        ],
    )
    os.close(problems)
    said = b""
    while piece := os.read(problems_read, 65536):
        said = (said + piece)[-4000:]
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - started
    os.close(problems_read)
    os.close(quiet)
    if status:
        sys.exit(f"{' '.join(command[:3])} ended with {status}: {said.decode(errors='replace')}")
    return seconds, usage.ru_maxrss


if __name__ == "__main__":
    print(json.dumps(run_by_turns(json.load(sys.stdin))))
