"""User ids and what stands for them."""

from __future__ import annotations

ALIKE = frozenset({0, 65534, 2**32 - 1})
"""root; nobody (the overflow uid of user namespaces); what a table has where there is no user."""

FIRST = 1001
MOST = 2**32 - 2
"""What stands for users, least and greatest: a table has 32 bits for them."""


class Users:
    """The users of a group, renumbered by order of appearance; ``known`` are those of its map."""

    def __init__(self, known: dict[int, int] | None = None) -> None:
        self.replaced: dict[int, int] = {} if known is None else known
        """Every user that was met, and who stands for it."""
        self._next = max([FIRST - 1, *self.replaced.values()]) + 1

    def number(self, uid: int) -> int:
        """Who stands for a user."""
        if uid in ALIKE:
            return uid
        found = self.replaced.get(uid)
        if found is None:
            while self._next in ALIKE:
                self._next += 1
            found = self.replaced[uid] = self._next
            self._next += 1
        return found
