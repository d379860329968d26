"""Services of two sides: which came and went, and which run as another user or are confined
otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from netviz.diff.blind import Blindness, BlindSpots, Gaps
from netviz.diff.differences import (
    NEW,
    OLD,
    Difference,
    ServiceDifference,
    ServiceState,
)
from netviz.diff.keys import ServiceKey
from netviz.diff.side import Holders, Role, Side
from netviz.graph import OUTSIDE

Roles = Mapping[Role, Holders]

T = TypeVar("T")


def compare_services(
    old: Side,
    new: Side,
    uncertain: Mapping[ServiceKey, Blindness],
    unseen: Mapping[str, BlindSpots],
    gaps: Mapping[str, Gaps],
) -> tuple[ServiceDifference, ...]:
    """The differences, sorted. A service is known by its sockets alone: one of which any could not
    be compared, as ``uncertain`` says why, may be there all the same. One is there that has sockets
    which were joined with none."""
    differences: list[ServiceDifference] = []
    for key in sorted(old.services.keys() | new.services.keys()):
        if key.is_unheld or key.owner == OUTSIDE:
            continue
        before, after = old.services.get(key), new.services.get(key)
        if before is not None and after is not None:
            differences += _changed(key, before, after)
            continue
        blind = OLD if before is None else NEW
        if key in (old if blind == OLD else new).unjoined:
            continue
        blindness = unseen[blind].of_service(key) or uncertain.get(key)
        if blindness is not None:
            gaps[blind].add(blindness, "services")
        else:
            differences.append(
                Difference(
                    key,
                    None if before is None else _state(before),
                    None if after is None else _state(after),
                )
            )
    return tuple(differences)


def _changed(key: ServiceKey, before: Roles, after: Roles) -> Iterable[ServiceDifference]:
    """Where it does the same things as before under other users or contexts.

    Which processes of a service have sockets differs from moment to moment (a parent that listens
    as root, workers as another user), so only like is compared with like, and to see fewer or more
    users of the same is no change. Services that do nothing they did before are compared as a
    whole, and have changed if they have nothing in common.
    """
    old_users, new_users = _unlike(before, after, lambda holders: holders.users)
    old_contexts, new_contexts = _unlike(before, after, lambda holders: holders.contexts)
    if old_users or old_contexts:
        yield Difference(
            key,
            ServiceState(tuple(sorted(old_users)), tuple(sorted(old_contexts))),
            ServiceState(tuple(sorted(new_users)), tuple(sorted(new_contexts))),
        )


def _unlike(
    before: Roles, after: Roles, known: Callable[[Holders], set[T | None]]
) -> tuple[set[T], set[T]]:
    """What is known of the holders in roles where that has changed, on either side; else nothing.

    Where anything is not known, nothing has changed.
    """
    pairs = [(known(before[role]), known(after[role])) for role in before.keys() & after.keys()]
    if not pairs:
        whole = _union(map(known, before.values())), _union(map(known, after.values()))
        pairs = [] if whole[0] & whole[1] else [whole]
    unlike = [(old, new) for old, new in pairs if old - new and new - old and None not in old | new]
    return _certain(old for old, _ in unlike), _certain(new for _, new in unlike)


def _union(sets: Iterable[set[T | None]]) -> set[T | None]:
    return set().union(*sets)


def _certain(sets: Iterable[set[T | None]]) -> set[T]:
    return {value for values in sets for value in values if value is not None}


def _state(roles: Roles) -> ServiceState:
    return ServiceState(
        tuple(sorted(_certain(holders.users for holders in roles.values()))),
        tuple(sorted(_certain(holders.contexts for holders in roles.values()))),
    )
