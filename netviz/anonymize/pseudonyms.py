"""All that stands for something else in one group: the secret, and what it was used for."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from netviz.anonymize.addresses import Addresses
from netviz.anonymize.names import Names
from netviz.anonymize.users import Users

KEY_SIZE = 32


class Pseudonyms:
    """Names, users and addresses of a group with what stands for them.

    ``key`` is 32 random bytes, ``names`` and ``users`` are those that are known. Where all of them
    are the same, so is what is made.
    """

    def __init__(
        self,
        key: bytes,
        names: Mapping[str, dict[str, str]] | None = None,
        users: dict[int, int] | None = None,
    ) -> None:
        self.key = key
        self.names = Names(_derived(key, b"names"), names)
        self.users = Users(users)
        self.addresses = Addresses(_derived(key, b"addresses"))

    def shuffled(self, texts: list[str]) -> list[str]:
        """The texts in an order that says nothing of them, the same for the same key."""
        order = _derived(self.key, b"order")

        def place(text: str) -> bytes:
            return hmac.digest(order, text.encode("utf-8", "surrogateescape"), "sha256")

        return sorted(texts, key=place)


def _derived(key: bytes, purpose: bytes) -> bytes:
    return hmac.digest(key, purpose, "sha256")
