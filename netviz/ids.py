"""The only maker of machine and node ids.

An id is a string that says who is meant, is the same in every run over the same snapshots and never
depends on the order of the files. It is data: a format that is picky about ids makes its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from functools import lru_cache

LONGEST_PART = 300
"""Characters of each part of the id of a group."""

_SEPARATORS = str.maketrans({"%": "%25", "/": "%2F", "@": "%40"})
"""What parts of an id are put together with, and how it is written within a machine's name.

A machine can call itself anything: ``web/blue`` is not the namespace ``blue`` of the machine
``web``.
"""


def machine_ids(names: Sequence[str], sources: Sequence[str]) -> list[str]:
    """One id per machine: its name, with the file it came from where several have that name."""
    count = Counter(names)
    return [
        name.translate(_SEPARATORS) + ("" if count[name] == 1 else f"@{source}")
        for name, source in zip(names, sources, strict=True)
    ]


def process_id(
    machine: str, pid: int, start: int | None, boot: int = 0, pid_namespace: int | None = None
) -> str:
    """The id of a process node; ``boot`` numbers the kernels of a machine that was rebooted.

    ``pid_namespace`` is given where pid and start do not tell it from another process.
    """
    inside = f"boot{boot}/" if boot else ""
    inside += "" if pid_namespace is None else f"pidns{pid_namespace}/"
    return f"{machine}/{inside}{pid}" + ("" if start is None else f".{start}")


def unowned_id(machine: str, netns: str | None, owner: str) -> str:
    """The id of the node ``?`` of a machine; ``owner`` is ``none`` or ``unseen``."""
    inside = "" if netns is None else f"{netns}/"
    return f"{machine}/{inside}?{owner}"


def outside_id(way: str, place: str) -> str:
    """The id of a network or service outside of the group; ``way`` is ``from`` or ``to``."""
    return f"/{way}/{place}"


@lru_cache(1 << 16, typed=True)  # processes that have it in common ask for the same
def grouped_id(machine: str, *key: Hashable) -> str:
    """The id of a node that stands for several processes: what they have in common.

    Two keys of one length never give the same id: each part is a literal in ASCII, or ends with a
    digest, as no literal does.
    """
    return "/".join((machine, *map(_part, key)))


def _part(part: object) -> str:
    """The literal of ``part`` in ASCII; of a long one the beginning, and a digest of all of it.

    An id is written again for each flow of its node: paths and labels may be long.
    """
    literal = ascii(part)
    if len(literal) <= LONGEST_PART:
        return literal
    from hashlib import sha256  # seldom needed, and OpenSSL comes with it

    return f"{literal[: LONGEST_PART - 33]}~{sha256(literal.encode()).hexdigest()[:32]}"
