"""The sockets whose other end may be in the group. The compiled twin is ``selection.pxi``."""

from __future__ import annotations

from array import array

from netviz.addresses import is_loopback
from netviz.loops.addresses import AddressTable
from netviz.loops.columns import take
from netviz.loops.dialled import Dialled, is_dialled
from netviz.loops.results import Selection
from netviz.tables import NOT_ACCEPTED, TIME_WAIT, Candidates, ConnectedColumns


def select(
    table: ConnectedColumns,
    known: AddressTable,
    listening: bytearray,
    with_recent: bool,
    proto: int,
    dialled: Dialled,
    first_port: int,
    of: array[int] | None = None,
) -> Selection:
    """Throw away early: find the sockets whose remote address the group owns.

    ``listening[port]`` is 1 where the namespace has a listener on that port: the external sockets
    of other ports are added to ``dialled``, unless the ports say that it is the server
    (``is_dialled``); ``first_port`` begins the local port range, 0 for unknown. Where ports change
    hands, ``of`` has a number for each socket, and ``listening`` is by that. TIME_WAIT sockets are
    only counted unless ``with_recent``.
    """
    keys = table.local_port if of is None else of
    inner, remote, unaccepted = array("I"), array("I"), array("I")
    external = recent = unowned = 0
    for i in range(len(table)):
        state = table.state[i]
        if state == TIME_WAIT and not with_recent:
            recent += 1
            continue
        address = table.remote_hi[i] << 64 | table.remote_lo[i]
        number = known.add(address) if is_loopback(address) else known.find(address)
        if number >= 0:
            inner.append(i)
            remote.append(number)
        elif state == TIME_WAIT:
            recent += 1
        else:
            external += 1
            if not table.owner[i]:
                unowned += 1
                if not table.inode[i] and state in NOT_ACCEPTED:
                    unaccepted.append(i)
            local_port, remote_port = table.local_port[i], table.remote_port[i]
            if not listening[keys[i]] and is_dialled(
                local_port, address, remote_port, state, first_port
            ):
                dialled.add(proto, address, remote_port)
    return Selection(inner, remote, external, recent, unowned, unaccepted)


def gather(
    into: Candidates,
    base: int,
    table: ConnectedColumns,
    inner: array[int],
    remote: array[int],
    local: array[int],
    namespace: int,
    proto: int,
) -> None:
    """Put the selected sockets of a table at ``base``; ``local`` maps its addresses to numbers.

    IndexError where there are not that many candidates.
    """
    n = len(inner)
    if base < 0 or base + n > len(into):
        raise IndexError(f"{n} sockets at {base} do not fit into {len(into)}")
    place = slice(base, base + n)
    into.namespace[place] = array("I", [namespace]) * n
    into.proto[place] = array("B", [proto]) * n
    into.local[place] = array("I", [local[table.local[i]] for i in inner])
    into.remote[place] = remote
    into.local_port[place] = take(table.local_port, inner)
    into.remote_port[place] = take(table.remote_port, inner)
    into.state[place] = take(table.state, inner)
    into.inode[place] = take(table.inode, inner)
    into.owner[place] = take(table.owner, inner)
