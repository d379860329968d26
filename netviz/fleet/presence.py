"""From when to when namespaces had their addresses, as far as several samples of a machine tell.

Containers are made anew with the addresses of those before them, machines are rebooted, addresses
move. Who had one counts for the time at which a socket was seen (rule 2 of docs/join-rules.md).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import inf

from netviz.fleet.fleet import Fleet
from netviz.fleet.records import NamespaceRecord
from netviz.spans import Presence, Presences

ADDRESS_PROBLEMS = frozenset({"rtnetlink", "fib_trie", "if_inet6", "ipv6_route"})
"""What a capture was reading when it may have missed an address."""

ALWAYS = Presence(-inf, -inf, inf)

Times = list[tuple[float, float]]
"""When samples ended and began, in that order."""


def presences(
    fleet: Fleet, owned: Sequence[Mapping[int, int]], machines: Sequence[Sequence[int]]
) -> Presences:
    """What is known of when namespaces had the addresses that they ``owned``.

    ``machines`` has the records of each, one for a boot. Where none has several samples nothing is
    known.
    """
    if not fleet.is_sampled:
        return Presences()
    places = {
        record: (n, at) for n, boots in enumerate(machines) for at, record in enumerate(boots)
    }
    reboots = [_reboots(fleet, boots) for boots in machines]
    telling = _telling(fleet)
    found: dict[int, dict[int, Presence]] = {}
    for number, namespace in enumerate(fleet.namespaces):
        whole = ALWAYS
        seen = _times(fleet, namespace.samples)
        for record in namespace.machines:
            whole = _both(whole, _around(seen, telling[record]))
        for machine, first, last in _boots(places[record] for record in namespace.machines):
            before, after = reboots[machine][first], reboots[machine][last + 1]
            whole = _both(whole, Presence(before[0], before[0], after[1]))
        moved = _moved(fleet, namespace)
        for address in owned[number]:
            here = _both(whole, moved[address]) if address in moved else whole
            if here != ALWAYS:
                found.setdefault(address, {})[number] = here
    machine_of = [min((places[m][0] for m in n.machines), default=-1) for n in fleet.namespaces]
    return Presences(machine_of, found)


def _times(fleet: Fleet, samples: Iterable[int]) -> Times:
    """The times of samples in their order; of one whose times are not known any are possible."""
    some = (fleet.samples[sample] for sample in samples)
    return sorted(
        (inf, -inf) if s.started is None or s.finished is None else (s.finished, s.started)
        for s in some
    )


def _telling(fleet: Fleet) -> list[Times]:
    """For each record of a machine the samples that list every namespace of it."""
    numbered: set[int] = set()
    unnumbered: set[int] = set()
    for namespace in fleet.namespaces:
        (unnumbered if namespace.inode is None else numbered).update(namespace.samples)
    telling = {s for s in numbered - unnumbered if fleet.samples[s].sees_all_holders}
    return [_times(fleet, telling.intersection(m.samples)) for m in fleet.machines]


def _around(seen: Times, order: Times) -> Presence:
    """From the last sample in ``order`` before those that saw something to the first one after."""
    if not seen or seen[-1][0] == inf:
        return ALWAYS
    before = bisect_left(order, (seen[0][0],))
    after = bisect_right(order, (seen[-1][0], inf))
    ended, began = order[before - 1] if before else (-inf, -inf)
    return Presence(began, ended, order[after][0] if after < len(order) else inf)


def _moved(fleet: Fleet, namespace: NamespaceRecord) -> dict[int, Presence]:
    """The presence of the addresses that some samples of a namespace list, and others do not."""
    if namespace.listing is None:
        return {}
    whole = [
        sample
        for sample in namespace.addressed
        if not any(p.what in ADDRESS_PROBLEMS for p in fleet.samples[sample].unread)
    ]
    order = _times(fleet, whole)
    return {
        address: _around(_times(fleet, samples), order)
        for address, samples in namespace.listing.items()
    }


def _boots(places: Iterable[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Machine, first and last boot of a namespace, of (machine, boot) for each record of it."""
    of_machine: dict[int, list[int]] = {}
    for machine, boot in places:
        of_machine.setdefault(machine, []).append(boot)
    return [(machine, min(boots), max(boots)) for machine, boots in of_machine.items()]


def _reboots(fleet: Fleet, boots: Sequence[int]) -> list[tuple[float, float]]:
    """Between which times each of the ``boots`` of a machine began; then, that the last goes on."""
    found = [(-inf, -inf)]
    for one, other in pairwise(boots):
        earlier, later = (
            [fleet.samples[s] for s in fleet.machines[record].samples] for record in (one, other)
        )
        gone = max((s.finished for s in earlier if s.finished is not None), default=-inf)
        there = min((s.started for s in later if s.started is not None), default=inf)
        booted = [s.btime for s in later if s.btime is not None]
        began = min(max(gone, min(booted)), there) if booted else None
        found.append((gone, there) if began is None else (began, began))
    return [*found, (inf, inf)]


def _both(one: Presence, other: Presence) -> Presence:
    return Presence(
        max(one.before, other.before),
        max(one.before_end, other.before_end),
        min(one.after, other.after),
    )
