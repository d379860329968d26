"""In which samples of its namespace a socket without a remote end was there."""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from netviz.fleet.sockets import TableSockets


class Tenure(NamedTuple):
    """The first and the last sample of its namespace in which a socket may have been there.

    Samples are named by their places in time.
    """

    first: int
    last: int


ALWAYS = Tenure(0, sys.maxsize)


class Tenures:
    """The tenures of the sockets of one namespace; ``places[sample]`` is that of a sample in time.

    A socket is there between two samples that list it, since the kernel misses lines while a table
    changes (rule 8), and until one that has its table does not.
    """

    def __init__(self, places: Mapping[int, int], tables: Iterable[TableSockets]) -> None:
        self._places = places
        listing: dict[str, set[int]] = {}
        for table in tables:
            listing.setdefault(table.name, set()).add(places[table.sample])
        self._listing = {name: sorted(found) for name, found in listing.items()}

    def of(self, table: str, samples: Iterable[int]) -> Tenure:
        """The tenure of a socket of the table of that name that these samples list."""
        places = [self._places[sample] for sample in samples]
        listing = self._listing[table]
        before, after = bisect_left(listing, min(places)), bisect_right(listing, max(places))
        return Tenure(
            listing[before - 1] + 1 if before else ALWAYS.first,
            listing[after] - 1 if after < len(listing) else ALWAYS.last,
        )


def merged(tenures: set[Tenure]) -> list[Tenure]:
    """The same times, sorted and apart."""
    merged: list[Tenure] = []
    for first, last in sorted(tenures):
        if merged and first <= merged[-1].last + 1:
            merged[-1] = Tenure(merged[-1].first, max(merged[-1].last, last))
        else:
            merged.append(Tenure(first, last))
    return merged
