"""Listeners of two sides: which came and went, and which are bound to other addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from netviz.diff.blind import Blindness, BlindSpots, Gaps
from netviz.diff.differences import HOLDERS_UNSEEN, NEW, OLD, Difference, ListenerDifference
from netviz.diff.keys import ListenerKey, ServiceKey
from netviz.diff.likeness import Listeners
from netviz.diff.side import Side, is_ephemeral

Addresses = set[str]
Bound = dict[ListenerKey, Addresses]


@dataclass(frozen=True, slots=True)
class ListenersCompared:
    """``uncertain`` are services of which a listener could not be compared, and why."""

    differences: tuple[ListenerDifference, ...]
    uncertain: dict[ServiceKey, Blindness]


def compare_listeners(
    old: Side, new: Side, unseen: Mapping[str, BlindSpots], gaps: Mapping[str, Gaps]
) -> ListenersCompared:
    """The differences, sorted. What could not be compared is counted in ``gaps``, by side."""
    differences: list[ListenerDifference] = []
    uncertain: dict[ServiceKey, Blindness] = {}
    befores, afters = _chosen_ports_merged(old.listeners, new.listeners)
    all_of = {OLD: Listeners(befores), NEW: Listeners(afters)}
    for key in sorted(befores.keys() | afters.keys(), key=_order):
        before, after = befores.get(key), afters.get(key)
        if before is not None and after is not None:
            more_before = _not_read(key, before, after, unseen[OLD], gaps[OLD])
            more_after = _not_read(key, after, before, unseen[NEW], gaps[NEW])
            if before | more_before != after | more_after:
                differences.append(Difference(key, _shown(before), _shown(after)))
            continue
        blind = OLD if before is None else NEW
        blindness = unseen[blind].of_listener(key)
        if blindness is not None:
            gaps[blind].add(blindness, "listeners")
            uncertain.setdefault(key.service, blindness)
            if blindness[1] != HOLDERS_UNSEEN:
                continue
            # Who holds it was not visible; where it is bound was.
            before = before or _addresses(befores, all_of[OLD], key)
            after = after or _addresses(afters, all_of[NEW], key)
        elif key.service.is_unseen and any(all_of[blind].like(key)):
            continue  # the other side knows whose it is
        if before != after:
            differences.append(Difference(key, _shown(before), _shown(after)))
    return ListenersCompared(tuple(differences), uncertain)


def _not_read(
    key: ListenerKey, addresses: Addresses, others: Addresses, spots: BlindSpots, gaps: Gaps
) -> Addresses:
    """Those of the addresses of the other side that this one may have had too."""
    more = others - addresses
    blindness = spots.of_addresses(key) if more else None
    if blindness is None:
        return set()
    gaps.add(blindness, "listeners")
    return more


def _addresses(bound: Bound, listeners: Listeners, key: ListenerKey) -> Addresses:
    return set().union(*(bound[other] for other in listeners.like(key)))


def _chosen_ports_merged(old: Bound, new: Bound) -> tuple[Bound, Bound]:
    """The listeners of both sides; where a service listens on one port that the kernel may have
    chosen before, and on another one after, these are one listener without a port."""
    movable = _movable(old, new) & _movable(new, old)

    def merged(bound: Bound, other: Bound) -> Bound:
        found: Bound = {}
        for key, addresses in bound.items():
            if key not in other and is_ephemeral(key.port) and _anywhere(key) in movable:
                key = _anywhere(key)
            found.setdefault(key, set()).update(addresses)
        return found

    return merged(old, new), merged(new, old)


def _movable(bound: Bound, other: Bound) -> set[ListenerKey]:
    return {
        _anywhere(key)
        for key in bound
        if key not in other and key.port is not None and is_ephemeral(key.port)
    }


def _anywhere(key: ListenerKey) -> ListenerKey:
    return key._replace(port=None)


def _shown(addresses: Addresses | None) -> tuple[str, ...] | None:
    return None if addresses is None else tuple(sorted(addresses))


def _order(key: ListenerKey) -> tuple[object, ...]:
    return key.service, key.proto, -1 if key.port is None else key.port, key.path
