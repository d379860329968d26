"""Who holds which socket of a sample. The compiled twin is ``holders.pxi``."""

from __future__ import annotations

from array import array
from collections.abc import Sequence


class InodeOwners:
    """Which owner holds each inode, in one sample; ``expected`` is about how many there are.

    All are added before the first is asked for. It is of one thread: nothing in it is locked.
    """

    def __init__(self, expected: int = 64) -> None:
        self._owners: dict[int, int] = {}
        self._listed: set[int] = set()

    def add(
        self, owners: Sequence[int], inodes: Sequence[Sequence[int]]
    ) -> list[tuple[int, int, int]]:
        """Each of ``owners`` holds the inodes at its place in ``inodes``.

        Gives (inode, owner, other owner) for those that another one held already.
        """
        held = []
        for owner, its in zip(owners, inodes, strict=True):
            for inode in its:
                other = self._owners.setdefault(inode, owner)
                if other != owner and inode:
                    held.append((inode, owner, other))
        return held

    def replace(self, inode: int, owner: int) -> None:
        self._owners[inode] = owner

    def find(self, inodes: array[int]) -> array[int]:
        """The owner of each inode, 0 for none; inode 0 is never held. They count as listed."""
        get = self._owners.get
        self._listed.update(inodes)
        return array("I", [get(inode, 0) if inode else 0 for inode in inodes])

    def unlisted(self) -> int:
        """How many held inodes were never asked for."""
        return sum(1 for inode in self._owners if inode and inode not in self._listed)
