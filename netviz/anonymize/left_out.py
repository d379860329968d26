"""What did not come through: counted, so that nobody takes the result for more than it is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from netviz.render.text import counted


@dataclass(slots=True)
class LeftOut:
    """Lines that could not be read, by table (or ``cgroup``), and tables of unknown name.

    They could hold anything, so nothing of them is written.
    """

    lines: Counter[str] = field(default_factory=Counter)
    tables: int = 0

    def sentences(self) -> list[str]:
        """One for each kind, none where all came through."""
        found = [
            f"{counted(count, 'line')} of {table} left out: not readable"
            for table, count in sorted(self.lines.items())
            if count
        ]
        if self.tables:
            found.append(f"{counted(self.tables, 'table')} left out: of unknown name")
        return found
