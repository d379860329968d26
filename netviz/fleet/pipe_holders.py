"""Who can write into each pipe and who can read from it, in one sample."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


class PipeHolders:
    """The pipes that the processes of one sample hold, by inode."""

    def __init__(self) -> None:
        self._writers: dict[int, list[int]] = {}
        self._readers: dict[int, list[int]] = {}

    def add(self, process: int, pipes: Iterable[tuple[int, str]]) -> None:
        """Process number ``process`` holds ``pipes``: inode and mode, ``r``, ``w`` or ``rw``."""
        for inode, mode in pipes:
            if "w" in mode:
                self._writers.setdefault(inode, []).append(process)
            if "r" in mode:
                self._readers.setdefault(inode, []).append(process)

    def with_both_ends(self) -> Iterator[tuple[int, list[int], list[int]]]:
        """Inode, writers and readers of each pipe of which both ends are held."""
        for inode, writers in self._writers.items():
            readers = self._readers.get(inode)
            if readers:
                yield inode, writers, readers
