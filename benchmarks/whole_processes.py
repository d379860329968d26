"""Time and peak memory of whole processes, by turns, so that a slow moment strikes all alike.

This module also runs as a script, which starts the processes: what the kernel calls the peak memory
of a process is at least that of the one that started it, so that has to be small. It reads tasks
from standard input, one a line, and answers each with a line.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, TextIO


class Run:
    """What one command took: ``seconds`` of each round, the most memory of any in MB.

    ``processor`` is the least time that it had a processor for.
    """

    def __init__(self, rounds: Sequence[Sequence[float]]) -> None:
        self.seconds = [seconds for seconds, _, _ in rounds]
        self.megabytes = max(kilobytes for _, kilobytes, _ in rounds) / 1024
        self.processor = min(processor for _, _, processor in rounds)

    @property
    def best(self) -> float:
        """The quickest round: whatever else the machine did can only have made it slower."""
        return min(self.seconds)

    def times(self, other: Run) -> float:
        """How many times as long as ``other`` it took: the middle one of their rounds."""
        pairs = zip(self.seconds, other.seconds, strict=True)
        return statistics.median(seconds / of for seconds, of in pairs)


class Runner:
    """A process that starts commands and measures them; ``script`` starts this module elsewhere.

    To be used in a ``with`` statement, which ends it.
    """

    def __init__(self, script: Sequence[str] = (sys.executable, "-I", "-S", __file__)) -> None:
        self._process = subprocess.Popen(
            script,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def measure(
        self,
        commands: Mapping[str, Sequence[str]],
        rounds: int,
        *,
        warm_up: bool = True,
        environment: Mapping[str, str] | None = None,
    ) -> dict[str, Run]:
        """Run every command ``rounds`` times, by turns, after a round that is not counted.

        ``environment`` is added to our own. RuntimeError with what a command said if one fails.
        """
        task = {
            "commands": commands,
            "rounds": rounds,
            "warm_up": warm_up,
            "environment": {**os.environ, **(environment or {})},
        }
        asked, answers = self._process.stdin, self._process.stdout
        if asked is None or answers is None:
            raise RuntimeError("the runner has no pipes")
        try:
            asked.write(json.dumps(task) + "\n")
            asked.flush()
            answer = answers.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            problems = self._process.stderr
            raise RuntimeError((problems and problems.read()) or "the runner ended")
        return {name: Run(result) for name, result in json.loads(answer).items()}

    def __enter__(self) -> Runner:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._process.communicate()  # the end of its input is the end of it


def measure(
    commands: Mapping[str, Sequence[str]],
    rounds: int,
    *,
    environment: Mapping[str, str] | None = None,
) -> dict[str, Run]:
    """``Runner.measure`` of a runner for this one task."""
    with Runner() as runner:
        return runner.measure(commands, rounds, environment=environment)


def answer_tasks(tasks: TextIO, answers: TextIO) -> None:
    """Do every task of ``tasks``.

    The answer is (seconds, peak memory in kB, seconds of a processor) of each round.
    """
    for line in tasks:
        task: dict[str, Any] = json.loads(line)
        results: dict[str, list[tuple[float, int, float]]] = {name: [] for name in task["commands"]}
        if task["warm_up"]:
            for command in task["commands"].values():
                _run(command, task["environment"])
        for _ in range(task["rounds"]):
            for name, command in task["commands"].items():
                results[name].append(_run(command, task["environment"]))
        answers.write(json.dumps(results) + "\n")
        answers.flush()


def _run(command: Sequence[str], environment: Mapping[str, str]) -> tuple[float, int, float]:
    quiet = os.open(os.devnull, os.O_RDWR)
    problems_read, problems = os.pipe()
    started = time.perf_counter()
    child = os.posix_spawnp(
        command[0],
        list(command),
        environment,
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
        sys.exit(f"{' '.join(command[:4])} ended with {status}: {said.decode(errors='replace')}")
    return seconds, usage.ru_maxrss, usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    answer_tasks(sys.stdin, sys.stdout)
