"""The samples of one machine as one. The compiled twin is ``samples.pxi``."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from netviz.tables import (
    CLOSE_WAIT,
    CLOSING,
    ESTABLISHED,
    FIN_WAIT1,
    FIN_WAIT2,
    LAST_ACK,
    NOT_ACCEPTED,
    SYN_RECV,
    SYN_SENT,
    TIME_WAIT,
    ConnectedColumns,
)


class Sightings:
    """Sets of samples, by number: each is an earlier one with one more sample; 0 is empty."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, int], int] = {}
        self._sets: list[tuple[int, int]] = [(0, -1)]

    def add(self, sightings: int, sample: int) -> int:
        """The set ``sightings`` with ``sample``, which may be the one that was added last."""
        if self._sets[sightings][1] == sample:
            return sightings
        number = self._numbers.setdefault((sightings, sample), len(self._sets))
        if number == len(self._sets):
            self._sets.append((sightings, sample))
        return number

    def samples(self, sightings: int) -> list[int]:
        """The samples of a set, the one that was added last first."""
        found = []
        while sightings:
            sightings, sample = self._sets[sightings]
            found.append(sample)
        return found


WAITING, HELD, LEAVING = range(3)
"""How a connection comes and goes: without an inode, with one, and without one again."""


def phase(state: int, inode: int) -> int:
    if inode:
        return HELD
    return WAITING if state in NOT_ACCEPTED else LEAVING


_PROGRESS = dict.fromkeys((SYN_SENT, SYN_RECV), 1) | dict.fromkeys((ESTABLISHED, CLOSE_WAIT), 4)
_PROGRESS |= {TIME_WAIT: 2} | dict.fromkeys((FIN_WAIT1, FIN_WAIT2, LAST_ACK, CLOSING), 3)
"""What a connection counts as that several samples saw in different states: the greatest."""


def unite(
    tables: Sequence[ConnectedColumns],
    samples: Sequence[int],
    ranks: Sequence[int],
    sightings: Sightings,
) -> ConnectedColumns:
    """The sockets of all tables of a namespace, each connection once, and who saw it.

    ``tables`` are in the order of time; ``samples[n]`` is the one that table n is of. The same
    tuple and inode is the same connection. Before it is accepted and when it is closed it has no
    inode: then it is the one of that tuple that comes next or came last. Its holder is the one that
    the table of the smallest of ``ranks`` knows that knows any, its state the one of
    ``_PROGRESS``. The column ``seen`` numbers the sets of samples in ``sightings``; of what is
    closed (TIME_WAIT) they are only counted where nothing earlier was seen.
    """
    united = ConnectedColumns()
    locals_: dict[tuple[int, int], int] = {}
    last: dict[tuple[int, ...], int] = {}
    by_inode: dict[tuple[tuple[int, ...], int], int] = {}
    phases: list[int] = []
    owner_rank: list[int] = []
    state_rank: list[int] = []

    def add(table: ConnectedColumns, i: int, here: int, sample: int, rank: int) -> None:
        ports = table.local_port[i], table.remote_port[i]
        key = (here, table.remote_hi[i], table.remote_lo[i], *ports)
        inode, state, owner = table.inode[i], table.state[i], table.owner[i]
        now = phase(state, inode)
        known = last.get(key, -1)
        if now == HELD:
            found = by_inode.get((key, inode), -1)
            if found < 0 and known >= 0 and phases[known] == WAITING:
                found = known
        elif now == WAITING:
            found = known if known >= 0 and phases[known] == WAITING else -1
        else:
            found = known
        if found < 0:
            found = len(phases)
            phases.append(now)
            owner_rank.append(rank)
            state_rank.append(rank)
            united.local.append(here)
            united.remote_hi.append(table.remote_hi[i])
            united.remote_lo.append(table.remote_lo[i])
            united.local_port.append(ports[0])
            united.remote_port.append(ports[1])
            united.state.append(state)
            united.uid.append(table.uid[i])
            united.inode.append(inode)
            united.owner.append(owner)
            united.seen.append(sightings.add(0, sample))
        else:
            phases[found] = now
            if state != TIME_WAIT or united.state[found] == TIME_WAIT:
                united.seen[found] = sightings.add(united.seen[found], sample)
            if owner and (not united.owner[found] or rank < owner_rank[found]):
                united.owner[found] = owner
                owner_rank[found] = rank
            farther = _PROGRESS.get(state, 0) - _PROGRESS.get(united.state[found], 0)
            if farther > 0 or (not farther and rank < state_rank[found]):
                united.state[found] = state
                united.uid[found] = table.uid[i]
                state_rank[found] = rank
            united.inode[found] = united.inode[found] or inode
        last[key] = found
        if inode:
            by_inode.setdefault((key, inode), found)

    for table, sample, rank in zip(tables, samples, ranks, strict=True):
        addresses = zip(table.locals_hi, table.locals_lo, strict=True)
        here = [locals_.setdefault(address, len(locals_)) for address in addresses]
        # What leaves was there before what has its tuple now.
        for leaving in (True, False):
            for i in range(len(table)):
                if (phase(table.state[i], table.inode[i]) == LEAVING) == leaving:
                    add(table, i, here[table.local[i]], sample, rank)
    united.locals_hi = array("Q", [hi for hi, _ in locals_])
    united.locals_lo = array("Q", [lo for _, lo in locals_])
    return united
