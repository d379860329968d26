"""What the loops of the join give, of either implementation."""

from __future__ import annotations

from array import array
from typing import NamedTuple

from netviz.graph import Sample
from netviz.tables import ConnectedColumns, InetColumns


class Settled(NamedTuple):
    """One table, sorted out: repeats are gone. ``bound`` has the sockets that are not connected
    and the bad lines, ``bound_owner`` the holders of those sockets."""

    connected: ConnectedColumns
    bound: InetColumns
    bound_owner: array[int]
    served: dict[tuple[int, int], int]


class Selection(NamedTuple):
    """What became of the connected sockets of one table.

    ``inner`` are the places in it of those that may have their other end in the group, at the
    address numbers ``remote``. ``external``, ``recent`` and ``unowned`` count (the last over
    external sockets only); ``unaccepted`` are the external ones without inode in a state of the
    accept queue.
    """

    inner: array[int]
    remote: array[int]
    external: int
    recent: int
    unowned: int
    unaccepted: array[int]


class End(NamedTuple):
    """Whose end a socket is: namespace, owner, covering listener (-1: none), inode is 0."""

    namespace: int
    owner: int
    listener: int
    orphan: bool


class Account(NamedTuple):
    """How many candidates came to what; each is counted once, but for ``unowned`` beside."""

    joined: int
    recent: int
    external: int
    ambiguous: int
    attempt: int
    unmatched: int
    unowned: int


class Folded(NamedTuple):
    """Connections with the same places, server port and kind, and the smallest of them."""

    client: int
    server: int
    proto: int
    port: int
    kind: int
    connections: int
    samples: tuple[Sample, ...]
