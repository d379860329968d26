"""Which listener covers which end. The compiled twin is ``listeners.pxi``."""

from __future__ import annotations

from array import array

from netviz.addresses import is_ipv4
from netviz.loops.addresses import AddressTable
from netviz.tables import NOT_ACCEPTED, Candidates


class ListenerTable:
    """Which listener covers an address and port of a namespace, by numbers."""

    def __init__(self, any4: int, any6: int) -> None:
        self._any4 = any4
        self._any6 = any6
        self._listeners: dict[tuple[int, int, int, int], int] = {}

    def add(self, namespace: int, proto: int, port: int, address: int, listener: int) -> None:
        self._listeners[(namespace, proto, port, address)] = listener

    def find(self, namespace: int, proto: int, port: int, address: int, ipv4: bool) -> int:
        """The listener on that address, else on the wildcard (``::`` takes IPv4 too), else -1."""
        get = self._listeners.get
        for covering in (address, self._any4 if ipv4 else -1, self._any6):
            listener = get((namespace, proto, port, covering))
            if listener is not None:
                return listener
        return -1


def cover(candidates: Candidates, listeners: ListenerTable, known: AddressTable) -> array[int]:
    """For each candidate the listener that covers its local end, or -1."""
    ipv4 = [is_ipv4(address) for address in known.addresses]
    return array(
        "i",
        [
            listeners.find(
                candidates.namespace[i],
                candidates.proto[i],
                candidates.local_port[i],
                candidates.local[i],
                ipv4[candidates.local[i]],
            )
            for i in range(len(candidates))
        ],
    )


def adopt(candidates: Candidates, listener: array[int], listener_owner: array[int]) -> array[int]:
    """Give sockets that wait in an accept queue the owner of their listener; 1 marks them."""
    queued = array("B", bytes(len(candidates)))
    for i in range(len(candidates)):
        if not candidates.inode[i] and candidates.state[i] in NOT_ACCEPTED and listener[i] >= 0:
            queued[i] = 1
            candidates.owner[i] = listener_owner[listener[i]]
    return queued
