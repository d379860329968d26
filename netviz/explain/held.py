"""Processes of a name, and what no table tells of the sockets that they hold."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field

from netviz.fleet.holders import SampleHolders
from netviz.fleet.parsed import ParsedSample
from netviz.fleet.sockets import held_sockets

SHOWN = 6
"""How many other names are suggested."""

_SOMEBODY = 1


@dataclass(slots=True)
class SeenByName:
    """The pids of a name in one sample; ``unlisted`` counts their sockets that are in no table."""

    sample: int
    holding: list[int] = field(default_factory=list)
    idle: list[int] = field(default_factory=list)
    unlisted: int = 0


class HeldByName:
    """Watches samples go by for processes whose comm is ``name``."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.seen: list[SeenByName] = []
        self._others: set[str] = set()

    def watch(self, sample: int, parsed: ParsedSample) -> None:
        """Look through one sample, which is number ``sample`` of the fleet."""
        seen = SeenByName(sample)
        # Which of them holds a socket does not matter here.
        holders = SampleHolders(lambda _: _SOMEBODY)
        inodes = []
        for process in parsed.snapshot.processes:
            if process.comm != self.name:
                if process.comm and process.sockets:
                    self._others.add(process.comm)
            elif process.sockets:
                seen.holding.append(process.pid)
                inodes.append(process.sockets)
            else:
                seen.idle.append(process.pid)
        if seen.holding:
            holders.add(seen.holding, inodes)
            for tables in parsed.tables:
                held_sockets(tables, sample, holders)
            seen.unlisted = holders.unlisted()
        if seen.holding or seen.idle:
            self.seen.append(seen)

    def alike(self) -> list[str]:
        """Names of other processes that hold sockets, those that look like it first."""
        near = difflib.get_close_matches(self.name, sorted(self._others), SHOWN)
        return [*near, *sorted(self._others.difference(near))][:SHOWN]
