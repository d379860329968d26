"""An address and port that takes traffic."""

from __future__ import annotations

from typing import NamedTuple


class ListeningEnd(NamedTuple):
    """An address and port of a namespace that takes traffic; ``owner`` numbers all who hold it."""

    namespace: int
    proto: str
    address: int
    port: int
    owner: int
