"""What is dialled outside of the group. The compiled twin is ``dialled.pxi``."""

from __future__ import annotations

from collections.abc import Collection

from netviz.addresses import is_single
from netviz.tables import SYN_SENT

SHOWN_MISSING = 100

FIRST_OF_CLIENTS = 32768
"""From here on systems choose the ports of clients: Linux from here, others from 49152 (IANA)."""


def is_dialled(
    local_port: int, address: int, remote_port: int, state: int, first_port: int
) -> bool:
    """Whether a socket without a listener dials a remote end that a machine may have.

    ``first_port`` begins its local port range, 0 for unknown. A port below is no client's that did
    not ask for it, and where the remote end is a client's the listener is gone.
    """
    if not is_single(address):
        return False
    return local_port >= first_port or remote_port < FIRST_OF_CLIENTS or state == SYN_SENT


class Dialled:
    """How many sockets dial which end that nobody owns; a protocol is a number here."""

    def __init__(self) -> None:
        self._sockets: dict[tuple[int, int, int], int] = {}

    def add(self, proto: int, address: int, port: int) -> None:
        end = (proto, address, port)
        self._sockets[end] = self._sockets.get(end, 0) + 1

    def most(self, left_out: Collection[int] = ()) -> list[tuple[int, int, int, int]]:
        """The (protocol, address, port, sockets) with most sockets, 100 at most.

        None has an address that is ``left_out``.
        """
        counted = [item for item in self._sockets.items() if item[0][1] not in left_out]
        most = sorted(counted, key=lambda item: (-item[1], item[0]))
        return [(*end, sockets) for end, sockets in most[:SHOWN_MISSING]]
