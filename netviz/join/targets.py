"""Whose the remote address of each candidate is, at the time when it was seen (rule 2)."""

from __future__ import annotations

from array import array

from netviz.addresses import AMBIGUOUS
from netviz.join.state import JoinState
from netviz.loops import distinct, take


def targets(state: JoinState) -> tuple[array[int], array[int]]:
    """For each candidate the namespace that its remote address means to it (rule 2).

    Also the same with AMBIGUOUS wherever others had the address at other times.
    """
    namespaces, remotes, of = distinct(state.candidates.namespace, state.candidates.remote)
    addresses = [state.known.addresses[r] for r in remotes]
    ever = [state.book.resolve(n, a) for n, a in zip(namespaces, addresses, strict=True)]
    if not (state.book.depends_on_time and state.candidates.seen):
        target = take(array("i", ever), of)
        return target, target
    places, seen, of = distinct(of, state.candidates.seen)
    then = [
        state.book.resolve(namespaces[p], addresses[p], state.ages.lifetimes.span(namespaces[p], s))
        for p, s in zip(places, seen, strict=True)
    ]
    unsettled = [t if t == ever[p] else AMBIGUOUS for p, t in zip(places, then, strict=True)]
    return take(array("i", then), of), take(array("i", unsettled), of)
