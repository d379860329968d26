"""Processes that are asked for by name, and what no table tells of the sockets that they hold."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field

from netviz.explain.names import NO_NAME
from netviz.fleet.holders import SampleHolders
from netviz.fleet.parsed import ParsedSample
from netviz.fleet.process_record import label_of_process
from netviz.fleet.sockets import held_sockets
from netviz.patterns import fits

SHOWN = 6
"""How many other names are suggested."""

_SOMEBODY = 1


@dataclass(slots=True)
class SeenByName:
    """The pids by name in one sample, of those that hold sockets and of the others; ``unlisted``
    counts their sockets that are in no table."""

    sample: int
    holding: dict[str, list[int]] = field(default_factory=dict)
    idle: dict[str, list[int]] = field(default_factory=dict)
    unlisted: int = 0


class HeldByName:
    """Watches samples go by for processes whose name fits ``pattern``."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.seen: list[SeenByName] = []
        self._others: set[str] = set()

    def watch(self, sample: int, parsed: ParsedSample) -> None:
        """Look through one sample, which is number ``sample`` of the fleet."""
        seen = SeenByName(sample)
        # Which of them holds a socket does not matter here.
        holders = SampleHolders(lambda _: _SOMEBODY)
        pids, inodes = [], []
        for process in parsed.snapshot.processes:
            if not fits(self.pattern, process.comm, label_of_process(process)):
                if process.comm and process.sockets:
                    self._others.add(process.comm)
                continue
            of_name = seen.holding if process.sockets else seen.idle
            of_name.setdefault(process.comm or NO_NAME, []).append(process.pid)
            if process.sockets:
                pids.append(process.pid)
                inodes.append(process.sockets)
        if pids:
            holders.add(pids, inodes)
            for tables in parsed.tables:
                held_sockets(tables, sample, holders)
            seen.unlisted = holders.unlisted()
        if seen.holding or seen.idle:
            self.seen.append(seen)

    def alike(self) -> list[str]:
        """Names of other processes that hold sockets, those that look like it first."""
        near = difflib.get_close_matches(self.pattern, sorted(self._others), SHOWN)
        return [*near, *sorted(self._others.difference(near))][:SHOWN]
