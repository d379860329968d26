"""Sockets that are the ends of one connection. The compiled twin is ``pairs.pxi``."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence

from netviz.tables import ESTABLISHED, Candidates

Pairing = Callable[[Candidates, Sequence[int], Sequence[int]], Iterable[tuple[int, int]]]
"""Pairs the candidates that have one tuple with those that have the tuple that mirrors it."""


def match(
    candidates: Candidates, target: array[int], pairing: Pairing | None = None
) -> tuple[array[int], array[int]]:
    """Pair sockets whose tuples mirror each other, each in the namespace the other means.

    ``target[i]`` is the namespace that owns the remote address of candidate i as seen from its own,
    negative for none; at different times that may be different ones. Where one tuple stands several
    times in a namespace, established sockets are paired first, then the smaller inode, or as
    ``pairing`` says.
    """
    by_tuple: dict[tuple[int, ...], list[int]] = {}
    for i in range(len(candidates)):
        if target[i] >= 0:
            by_tuple.setdefault((*_tuple_of(candidates, i), target[i]), []).append(i)

    def preference(i: int) -> tuple[bool, int, int]:
        return candidates.state[i] != ESTABLISHED, candidates.inode[i], candidates.state[i]

    left, right = array("I"), array("I")
    for key, ends in by_tuple.items():
        namespace, proto, local, local_port, remote, remote_port, there = key
        mirrored = (there, proto, remote, remote_port, local, local_port, namespace)
        if mirrored == key:
            # Connected to itself: one socket is both ends.
            left.extend(ends)
            right.extend(ends)
            continue
        if mirrored < key:
            continue
        others = by_tuple.get(mirrored)
        if others is None:
            continue
        ordered = sorted(ends, key=preference), sorted(others, key=preference)
        pairs: Iterable[tuple[int, int]] = zip(*ordered, strict=False)
        if pairing is not None and (len(ends) > 1 or len(others) > 1):
            pairs = pairing(candidates, ends, others)
        for i, j in pairs:
            left.append(i)
            right.append(j)
    return left, right


def find_tuples(
    candidates: Candidates, tuples: Sequence[tuple[int, int, int, int, int]]
) -> list[tuple[int, int]]:
    """(number of the tuple, candidate) for every candidate with one of ``tuples``, all different.

    A tuple is protocol, local address number and port, remote address number and port.
    """
    numbers = {wanted: number for number, wanted in enumerate(tuples)}
    if not numbers:
        return []
    found = []
    for i in range(len(candidates)):
        number = numbers.get(_tuple_of(candidates, i)[1:])
        if number is not None:
            found.append((number, i))
    return found


def _tuple_of(candidates: Candidates, i: int) -> tuple[int, int, int, int, int, int]:
    return (
        candidates.namespace[i],
        candidates.proto[i],
        candidates.local[i],
        candidates.local_port[i],
        candidates.remote[i],
        candidates.remote_port[i],
    )
