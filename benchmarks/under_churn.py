"""Captures in a namespace where processes and connections come and go all the time.

Started by ``run`` as a script inside a new network and PID namespace: when it ends, however it
ends, the kernel ends everything in there with it.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import steady_sockets  # noqa: E402
from busy_namespace import raise_loopback  # noqa: E402

LONGEST = 1800
"""Seconds after which everything ends, whatever happens."""

FORKS, CONNECTIONS = 2000, 5000
"""A second, each."""

TIME_WAITS = 20_000
"""The most connections in TIME_WAIT that the namespace keeps."""

GONE = ("ENOENT", "ESRCH")


def build(folder: Path) -> Path | None:
    """The load, compiled into ``folder``; None without a compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    target = folder / "churn"
    subprocess.run([compiler, "-O2", "-o", str(target), str(HERE / "churn.c")], check=True)
    return target


def run(
    churn: Path, capture: Sequence[str], captures: int, time_waits: int = TIME_WAITS
) -> dict[str, Any]:
    """Run the command ``capture``, which writes to standard output, so often under the load.

    The answer: ``forks`` and ``connections`` a second; ``failed`` captures and ``invalid`` ones
    (no JSON, or not complete); ``problems``, how often each (what, error) was counted in all;
    ``vanished``, how many of them are processes that ended meanwhile; the number of ``steady``
    sockets and how often one was ``missed`` in all, in how many captures (``missing``), in which
    tables (``missed_in``); the ``rows`` of the largest table and the ``seconds`` of a capture, both
    the mean. Needs root.
    """
    unshare = ["unshare", "--net", "--pid", "--fork", "--mount-proc", "--kill-child"]
    task = {"churn": str(churn), "capture": list(capture), "captures": captures}
    ended = subprocess.run(
        [*unshare, sys.executable, __file__, json.dumps({**task, "time_waits": time_waits})],
        check=False,
        stdout=subprocess.PIPE,
        text=True,
        timeout=LONGEST,
    )
    if ended.returncode:
        raise RuntimeError(f"under_churn.py ended with {ended.returncode}")
    result: dict[str, Any] = json.loads(ended.stdout)
    return result


class Tally:
    """What came of the captures."""

    def __init__(self, steady: frozenset[steady_sockets.Steady]) -> None:
        self.steady = steady
        self.failed = self.invalid = self.missing = self.rows = 0
        self.seconds = 0.0
        self.problems: Counter[str] = Counter()
        self.missed_in: Counter[str] = Counter()

    def take(self, command: Sequence[str]) -> None:
        """Run one capture and count what it gave."""
        started = time.perf_counter()
        with tempfile.TemporaryFile() as output:
            ended = subprocess.run(command, check=False, stdout=output)
            self.seconds += time.perf_counter() - started
            output.seek(0)
            text = output.read()
        self.failed += ended.returncode != 0
        try:
            documents = [json.loads(line) for line in text.splitlines()]
            complete = bool(documents) and all(found["complete"] is True for found in documents)
        except (ValueError, KeyError):
            complete = False
        if not complete:
            self.invalid += 1
            return
        self._count(documents)

    def _count(self, documents: Sequence[dict[str, Any]]) -> None:
        seen: set[steady_sockets.Steady] = set()
        for document in documents:
            seen |= steady_sockets.found(document)
            self.rows += max(text.count("\n") for text in document["netns"][0]["tables"].values())
            for problem in document["problems"]:
                self.problems[f"{problem['what']} {problem['error']}"] += problem["count"]
        missed = self.steady - seen
        self.missing += bool(missed)
        self.missed_in.update(socket.table for socket in missed)

    def result(self, captures: int) -> dict[str, Any]:
        """The answer of ``run``, but for the rates of the load."""
        return {
            "failed": self.failed,
            "invalid": self.invalid,
            "problems": dict(self.problems),
            "vanished": sum(self.problems[f"process {error}"] for error in GONE),
            "steady": len(self.steady),
            "missed": sum(self.missed_in.values()),
            "missing": self.missing,
            "missed_in": dict(self.missed_in),
            "rows": self.rows / captures,
            "seconds": self.seconds / captures,
        }


def main() -> None:
    """Do the task of the first argument, as ``run`` wrote it; print the answer."""
    task = json.loads(sys.argv[1])
    signal.alarm(LONGEST)
    raise_loopback()
    Path("/proc/sys/net/ipv4/tcp_max_tw_buckets").write_text(str(task["time_waits"]))
    steady = steady_sockets.start()
    load = subprocess.Popen(
        [task["churn"], str(FORKS), str(CONNECTIONS)], stdout=subprocess.PIPE, text=True
    )
    tally = Tally(steady)
    time.sleep(0.5)
    for _ in range(task["captures"]):
        tally.take(task["capture"])
    load.terminate()
    said = load.communicate()[0]
    if load.returncode:
        raise SystemExit(f"under_churn.py: the load ended with {load.returncode}")
    forks, connections, seconds = map(float, said.split())
    rates = {"forks": forks / seconds, "connections": connections / seconds}
    print(json.dumps({**rates, **tally.result(task["captures"])}))


if __name__ == "__main__":
    main()
