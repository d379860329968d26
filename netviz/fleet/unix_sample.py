"""The unix sockets of one sample: what they are, who holds them, which are connected."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from netviz.fleet.holders import SampleHolders
from netviz.fleet.unix_table import UnixSocket, read_unix_tables


@dataclass(slots=True)
class UnixSample:
    """``peers`` are (inode, inode of its peer) as sock_diag(7) told, 0 where there is none.

    ``held`` has the processes that hold each inode; ``foreign`` are inodes of sockets that are not
    unix ones, whatever a line of the table says.
    """

    sockets: dict[int, UnixSocket]
    peers: Sequence[tuple[int, int]]
    held: dict[int, tuple[int, ...]]
    foreign: frozenset[int]

    def holders(self, inode: int) -> Collection[int]:
        """The processes that hold a socket. A line that nobody holds may be forged."""
        return self.held.get(inode, ())

    def connected(self) -> Iterator[int]:
        """The sockets that are connected, of those that are surely there."""
        told = {inode for inode, _ in self.peers if inode}
        yield from told
        for inode, socket in self.sockets.items():
            if socket.connected and inode not in told and self._is_real(inode):
                yield inode

    def listening(self) -> Iterator[tuple[int, UnixSocket]]:
        """The listening sockets that are surely there."""
        for inode, socket in self.sockets.items():
            if socket.listening and socket.path is not None and self._is_real(inode):
                yield inode, socket

    def _is_real(self, inode: int) -> bool:
        return inode in self.held and inode not in self.foreign


def read_unix_sample(
    texts: Sequence[str],
    peers: Sequence[tuple[int, int]],
    holders: SampleHolders,
    owners: Sequence[tuple[int, ...]],
    others: Iterable[set[int]],
) -> UnixSample:
    """Read the unix tables of all namespaces of a sample.

    ``owners`` has the processes of each owner number, ``others`` the inodes of each other table of
    the sample.
    """
    sockets = read_unix_tables(texts)
    inodes = array("Q", sorted(sockets.keys() | {inode for pair in peers for inode in pair}))
    held = {
        inode: owners[owner]
        for inode, owner in zip(inodes, holders.find(inodes), strict=True)
        if owner
    }
    foreign = {inode for table in others for inode in held.keys() & table}
    return UnixSample(sockets, peers, held, frozenset(foreign))
