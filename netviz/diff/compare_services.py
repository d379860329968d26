"""Services of two sides: which came and went, and which run as another user or are confined
otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

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


def compare_services(
    old: Side,
    new: Side,
    uncertain: Mapping[ServiceKey, Blindness],
    unseen: Mapping[str, BlindSpots],
    gaps: Mapping[str, Gaps],
) -> tuple[ServiceDifference, ...]:
    """The differences, sorted. A service is known by its sockets alone: one of which any could not
    be compared, as ``uncertain`` says why, may be there all the same."""
    differences: list[ServiceDifference] = []
    for key in sorted(old.services.keys() | new.services.keys()):
        if key.is_unheld or key.owner == OUTSIDE:
            continue
        before, after = old.services.get(key), new.services.get(key)
        if before is not None and after is not None:
            differences += _changed(key, before, after)
            continue
        blind = OLD if before is None else NEW
        blindness = unseen[blind].of_service(key) or uncertain.get(key)
        if blindness is not None:
            gaps[blind].add(blindness, "services")
        else:
            differences.append(
                Difference(
                    key,
                    None if before is None else _state(before.values()),
                    None if after is None else _state(after.values()),
                )
            )
    return tuple(differences)


def _changed(key: ServiceKey, before: Roles, after: Roles) -> Iterable[ServiceDifference]:
    """Where it does the same things as before under other users or contexts.

    Which processes of a service have sockets differs from moment to moment (a parent that listens
    as root, workers as another user), so only like is compared with like. Services that do nothing
    they did before are compared as a whole, and have changed if they have nothing in common.
    """
    users = _differing(before, after, "users")
    contexts = _differing(before, after, "contexts")
    if users or contexts:
        old_users, new_users = users or ((), ())
        old_contexts, new_contexts = contexts or ((), ())
        yield Difference(
            key, ServiceState(old_users, old_contexts), ServiceState(new_users, new_contexts)
        )


def _differing(
    before: Roles, after: Roles, what: str
) -> tuple[tuple[Any, ...], tuple[Any, ...]] | None:
    pairs = [
        (getattr(before[role], what), getattr(after[role], what))
        for role in before.keys() & after.keys()
    ]
    if not pairs:
        pairs = [(_union(before.values(), what), _union(after.values(), what))]
        pairs = [pair for pair in pairs if not pair[0] & pair[1]]
    unlike = [
        (one, other)
        for one, other in pairs
        if one and other and one != other and None not in one | other
    ]
    if not unlike:
        return None
    old = set().union(*(pair[0] for pair in unlike))
    new = set().union(*(pair[1] for pair in unlike))
    return tuple(sorted(old)), tuple(sorted(new))


def _union(holders: Iterable[Holders], what: str) -> set[Any]:
    return set().union(*(getattr(one, what) for one in holders))


def _state(holders: Iterable[Holders]) -> ServiceState:
    known = list(holders)
    users, contexts = _union(known, "users"), _union(known, "contexts")
    return ServiceState(tuple(sorted(users - {None})), tuple(sorted(contexts - {None})))
