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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from busy_namespace import FIRST_PORT, raise_loopback  # noqa: E402
from steady_sockets import CONNECTION_ENDS, PROCESSES, Steady, found, start  # noqa: E402

from netviz.snapshot import load  # noqa: E402
from netviz.stitch import stitch  # noqa: E402

LONGEST = 1800
"""Seconds after which everything ends, whatever happens."""

FORKS, CONNECTIONS = 2000, 5000
"""A second, each."""

TIME_WAITS = 20_000
"""The most connections in TIME_WAIT that the namespace keeps."""

STEADY_PORTS = range(FIRST_PORT, FIRST_PORT + PROCESSES // 2)
"""Where the servers of steady connections listen."""

GONE = ("ENOENT", "ESRCH")
"""What a process that has ended is answered with."""


def build(folder: Path) -> Path | None:
    """The load, compiled into ``folder``; None without a compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    target = folder / "churn"
    subprocess.run([compiler, "-O2", "-o", str(target), str(HERE / "churn.c")], check=True)
    return target


@dataclass(frozen=True)
class Churned:
    """What came of captures under the load.

    ``forks`` and ``connections`` a second; ``failed`` captures and ``invalid`` ones (no JSON, or
    not complete); ``problems``, how often each (what, error) was counted in all. ``steady`` sockets
    have to be found with their holders in each: ``missed_in`` counts by table those that were not,
    ``wrong`` those found with a process that does not hold them, ``unjoined`` the connections that
    netviz-stitch does not draw between their holders, all of them in all captures. ``rows`` of the
    largest table and ``seconds`` of a capture are means.
    """

    captures: int
    forks: float
    connections: float
    failed: int
    invalid: int
    problems: dict[str, int]
    steady: int
    missed_in: dict[str, int]
    wrong: int
    unjoined: int
    rows: float
    seconds: float

    @property
    def vanished(self) -> int:
        """Processes that ended while they were read."""
        return sum(self.problems.get(f"process {error}", 0) for error in GONE)

    @property
    def missed(self) -> int:
        return sum(self.missed_in.values())

    @property
    def drawn(self) -> float:
        """Of the steady connections, the part that is drawn between its holders."""
        return 1 - self.unjoined / (CONNECTION_ENDS // 2 * self.captures)

    @property
    def share(self) -> float:
        """Of the steady sockets, the part that was found with its holder."""
        return 1 - self.missed / (self.steady * self.captures)


def run(
    churn: Path, capture: Sequence[str], captures: int, time_waits: int = TIME_WAITS
) -> Churned:
    """Run the command ``capture``, which writes to standard output, so often under the load.

    Where it takes several samples a socket counts as found when one of them has it. Needs root.
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
    return Churned(**json.loads(ended.stdout))


class Tally:
    """Counts what comes of captures, of which ``steady`` sockets have to be in each."""

    def __init__(self, steady: frozenset[Steady]) -> None:
        self._steady = steady
        self._inodes = {socket.inode for socket in steady}
        self._pids = {socket.pid for socket in steady}
        self.counts: Counter[str] = Counter()
        self.problems: Counter[str] = Counter()
        self.missed_in: Counter[str] = Counter()

    def take(self, command: Sequence[str]) -> float:
        """Run one capture, count what it gave, and return the seconds that it took."""
        started = time.perf_counter()
        with tempfile.NamedTemporaryFile() as output:
            ended = subprocess.run(command, check=False, stdout=output, stderr=subprocess.PIPE)
            seconds = time.perf_counter() - started
            if ended.returncode:
                self.counts["failed"] += 1
                sys.stderr.buffer.write(ended.stderr)
            try:
                documents = list(map(json.loads, Path(output.name).read_bytes().splitlines()))
                complete = bool(documents) and all(one["complete"] is True for one in documents)
            except (ValueError, KeyError):
                complete = False
            self.counts["invalid"] += not complete
            if complete:
                self._count(documents)
                self.counts["unjoined"] += CONNECTION_ENDS // 2 - self._joined(output.name)
        return seconds

    def _joined(self, name: str) -> int:
        """The steady connections that netviz-stitch finds between those who hold their ends."""
        graph = stitch(load(name))
        steady = {node.id for node in graph.nodes if node.pids and self._pids.issuperset(node.pids)}
        return sum(
            flow.matches.get("reciprocal", 0)
            for flow in graph.flows
            if flow.port in STEADY_PORTS and {flow.source, flow.target} <= steady
        )

    def _count(self, documents: Sequence[dict[str, Any]]) -> None:
        seen: set[Steady] = set()
        for document in documents:
            seen |= found(document)
            tables = document["netns"][0]["tables"].values()
            self.counts["rows"] += max(text.count("\n") for text in tables) // len(documents)
            for problem in document["problems"]:
                self.problems[f"{problem['what']} {problem['error']}"] += problem["count"]
        self.missed_in.update(socket.table for socket in self._steady - seen)
        self.counts["wrong"] += sum(socket.inode in self._inodes for socket in seen - self._steady)


def main() -> None:
    """Do the task of the first argument, as ``run`` wrote it; print what becomes a ``Churned``."""
    task = json.loads(sys.argv[1])
    captures = task["captures"]
    signal.alarm(LONGEST)
    raise_loopback()
    Path("/proc/sys/net/ipv4/tcp_max_tw_buckets").write_text(str(task["time_waits"]))
    steady = start()
    load = subprocess.Popen(
        [task["churn"], str(FORKS), str(CONNECTIONS)], stdout=subprocess.PIPE, text=True
    )
    tally = Tally(steady)
    time.sleep(1)
    taken = [tally.take(task["capture"]) for _ in range(captures)]
    load.terminate()
    said = load.communicate()[0]
    if load.returncode:
        raise SystemExit(f"under_churn.py: the load ended with {load.returncode}")
    forks, connections, seconds = map(float, said.split())
    answer = {
        "captures": captures,
        "forks": forks / seconds,
        "connections": connections / seconds,
        **{name: tally.counts[name] for name in ("failed", "invalid", "wrong", "unjoined")},
        "problems": tally.problems,
        "steady": len(steady),
        "missed_in": tally.missed_in,
        "rows": tally.counts["rows"] / captures,
        "seconds": sum(taken) / captures,
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
