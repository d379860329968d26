"""Sentences about how two sides were compared, where somebody may have expected otherwise."""

from __future__ import annotations

from netviz.diff.lasting import ANY
from netviz.diff.side import Side


def notes(old: Side, new: Side) -> tuple[str, ...]:
    """The sentences, none where every name is one that lasts and stands for one thing."""
    return (*_containers(old, new), *_namesakes(old, new))


def _containers(old: Side, new: Side) -> list[str]:
    kinds = sorted(
        {key.container for side in (old, new) for key in side.services if ANY in key.container}
    )
    if not kinds:
        return []
    what = ", ".join(kind.removesuffix(ANY).rstrip(": ") for kind in kinds)
    return [
        f"Containers of which only an id is known ({what}) are compared by what runs in them, for"
        " a new one has a new id; several of one kind on one machine count together."
    ]


def _namesakes(old: Side, new: Side) -> list[str]:
    names = sorted(
        {name for side in (old, new) for name, seen in side.machines.items() if seen.machines > 1}
    )
    return [f"Several machines are called {name}; they are compared as one." for name in names]
