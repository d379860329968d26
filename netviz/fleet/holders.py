"""Who holds which socket: descriptors of processes to the inodes of sockets, in one sample."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from netviz.loops import InodeOwners, settle
from netviz.loops.results import Settled

INIT = 1
"""Holds the sockets it activates for others, so it is never shown if there is another holder."""


class Holder(Protocol):
    """A process, as far as it matters who of several is shown."""

    pid: int
    start: int | None


def shown_holder(
    processes: Sequence[Holder], holders: Iterable[int], served: Mapping[int, int]
) -> int:
    """Rule 9: not pid 1, then who holds fewest connections of the listener, then who started first,
    then the pid: numbers begin anew, and a parent may have a greater one than its children.

    ``holders`` are indexes of ``processes``, at least one; ``served`` has how many connections
    each of them holds.
    """

    def order(number: int) -> tuple[bool, int, int, int]:
        process = processes[number]
        return process.pid == INIT, served.get(number, 0), process.start or 0, process.pid

    return min(holders, key=order)


class SampleHolders:
    """The inodes that the processes of one sample hold.

    Several processes may hold one socket (pre-fork, socket activation, fd passing): all are kept.
    ``owner_id`` turns a sorted tuple of process numbers into the number of that set; ``expected``
    is about how many sockets they hold.
    """

    def __init__(self, owner_id: Callable[[tuple[int, ...]], int], expected: int = 64) -> None:
        self._owner_id = owner_id
        self._owners = InodeOwners(expected)
        self._shared: dict[int, set[int]] = {}
        self._process_of: dict[int, int] = {}

    def add(self, processes: Sequence[int], inodes: Sequence[Sequence[int]]) -> None:
        """Each of ``processes``, which are numbers, holds the sockets at its place in ``inodes``.

        Repeats are harmless.
        """
        owners = [self._owner_id((process,)) for process in processes]
        self._process_of.update(zip(owners, processes, strict=True))
        for inode, owner, other in self._owners.add(owners, inodes):
            holders = self._shared.setdefault(inode, {self._process_of[other]})
            holders.add(self._process_of[owner])

    def settle(self) -> None:
        """All processes are in: give each shared socket the set of its holders."""
        for inode, processes in self._shared.items():
            self._owners.replace(inode, self._owner_id(tuple(sorted(processes))))
        self._shared.clear()

    def part(self, tables: Sequence[tuple[str, bool]], big_endian: bool) -> list[Settled]:
        """Tables with the holders of their sockets, which count as listed: ``loops.settle``."""
        return settle(tables, big_endian, self._owners)

    def find(self, inodes: array[int]) -> array[int]:
        """The owner number of each inode, 0 for nobody; the inodes count as listed."""
        return self._owners.find(inodes)

    def unlisted(self) -> int:
        """How many held inodes were in no table: sockets of unknown kind (elastic/quark #379)."""
        return self._owners.unlisted()
