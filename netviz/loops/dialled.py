"""What is dialled outside of the group. The compiled twin is ``dialled.pxi``."""

from __future__ import annotations

SHOWN_MISSING = 100


class Dialled:
    """How many sockets dial which end that nobody owns; a protocol is a number here."""

    def __init__(self) -> None:
        self._sockets: dict[tuple[int, int, int], int] = {}

    def add(self, proto: int, address: int, port: int) -> None:
        end = (proto, address, port)
        self._sockets[end] = self._sockets.get(end, 0) + 1

    def most(self) -> list[tuple[int, int, int, int]]:
        """The (protocol, address, port, sockets) with most sockets, 100 at most."""
        most = sorted(self._sockets.items(), key=lambda item: (-item[1], item[0]))
        return [(*end, sockets) for end, sockets in most[:SHOWN_MISSING]]
