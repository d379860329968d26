"""Names and what stands for them: a word and a number, or digits where netviz expects digits."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

NUMBERED = (
    *("host", "process", "program", "path", "abstract", "unit", "instance", "slice", "cgroup"),
    *("container", "label", "netns", "interface", "controller"),
)
"""Kinds of name that ``numbered`` gives: ``host-1``, ``host-2``."""

DIGITS = ("machine-id", "boot-id", "container-id", "pod")
"""Kinds of name that ``digits`` gives."""


class Names:
    """The names of a group, by kind, each with what stands for it.

    The same name of a kind is replaced by the same, two names never are. An empty name stays.
    ``known`` are those of its map.
    """

    def __init__(self, key: bytes, known: Mapping[str, dict[str, str]] | None = None) -> None:
        self._key = key
        self.replaced: dict[str, dict[str, str]] = {kind: {} for kind in (*NUMBERED, *DIGITS)}
        """By kind every name that was met, and what stands for it."""
        for kind, names in (known or {}).items():
            self.replaced[kind].update(names)
        self._taken = {kind: set(names.values()) for kind, names in self.replaced.items()}

    def numbered(self, kind: str, name: str) -> str:
        """``kind-N``, by order of appearance."""
        if not name:
            return name
        names, taken = self.replaced[kind], self._taken[kind]
        if name not in names:
            number = len(names) + 1
            while f"{kind}-{number}" in taken:
                number += 1
            names[name] = f"{kind}-{number}"
            taken.add(names[name])
        return names[name]

    def digits(self, kind: str, name: str) -> str:
        """64 hexadecimal digits that depend on the key; of a shorter kind the first are used."""
        if not name:
            return name
        names = self.replaced[kind]
        if name not in names:
            message = f"{kind} {name}".encode()
            names[name] = hmac.digest(self._key, message, "sha256").hex()
        return names[name]
