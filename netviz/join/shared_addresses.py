"""Addresses that several machines own: a VIP that moved, a cloned machine (rule 4).

Such an address still joins where exactly one socket of its owners mirrors the tuple, and that one's
own remote address has a single owner.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable

from netviz.addresses import AddressBook, is_link_local
from netviz.loops import AddressTable, find_tuples, left_over
from netviz.spans import EVER, Span
from netviz.tables import Candidates


def match_shared(
    candidates: Candidates,
    target: array[int],
    unsettled: array[int],
    paired: bytearray,
    book: AddressBook,
    known: AddressTable,
    when: Callable[[int], Span],
) -> list[tuple[int, int]]:
    """Pairs of candidates, the one with the ambiguous remote address first.

    ``unsettled`` is ``target``, with AMBIGUOUS also where others had the address at other times: a
    socket stays open when its peer is gone, and somebody else has the address.

    ``paired[i]`` is 1 for candidates that have their other end already, ``when(i)``
    is when candidate i was seen.
    """
    _, ambiguous = left_over(unsettled, paired)
    open_ends = [i for i in ambiguous if not is_link_local(known.addresses[candidates.remote[i]])]
    if not open_ends:
        return []
    mirrored = [
        (
            candidates.proto[i],
            candidates.remote[i],
            candidates.remote_port[i],
            candidates.local[i],
            candidates.local_port[i],
        )
        for i in open_ends
    ]
    needles = {key: number for number, key in enumerate(dict.fromkeys(mirrored))}
    found: dict[int, list[int]] = {}
    for number, j in find_tuples(candidates, list(needles)):
        found.setdefault(number, []).append(j)
    pairs = []
    claims: dict[int, int] = {}
    for i, key in zip(open_ends, mirrored, strict=True):
        namespace = candidates.namespace[i]
        mirrors = [
            j for j in found.get(needles[key], ()) if not paired[j] and target[j] == namespace
        ]
        address = known.addresses[candidates.remote[i]]
        options: list[int] = []
        for span in (when(i), EVER) if mirrors else ():
            owners = book.owners(namespace, address, span)
            options = options or [j for j in mirrors if candidates.namespace[j] in owners]
        if len(options) == 1:
            pairs.append((i, options[0]))
            claims[options[0]] = claims.get(options[0], 0) + 1
    return [(i, j) for i, j in pairs if claims[j] == 1]
