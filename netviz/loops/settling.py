"""From the texts of tables to sockets, parted. The compiled twin is ``settling.pxi``."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from netviz.loops.holders import InodeOwners
from netviz.loops.results import Settled
from netviz.parsers.inet import parse_inet
from netviz.tables import LISTEN, ConnectedColumns, InetColumns


def settle(
    tables: Sequence[tuple[str, bool]], big_endian: bool, owners: InodeOwners
) -> list[Settled]:
    """Parse tables, and part connected sockets from bound ones (listening, or no remote port).

    ``tables`` are texts, each with whether its addresses are those of IPv6. A repeat (same tuple
    and inode) is left out: the kernel prints sockets twice while the table changes under the reader
    (prometheus/procfs #576). ``served`` counts connections by (local port, owner) for ports that
    have a listening socket in this table. Raises UnicodeEncodeError for half of a surrogate pair.
    """
    parsed = [parse_inet(text, big_endian, wide) for text, wide in tables]
    return [_settled(columns, owners.find(columns.inode)) for columns in parsed]


def _settled(columns: InetColumns, owners: array[int]) -> Settled:
    connected = ConnectedColumns()
    bound, bound_owner = InetColumns(bad=columns.bad), array("I")
    seen = set()
    locals_: dict[tuple[int, int], int] = {}
    listening = {columns.local_port[i] for i in range(len(columns)) if columns.state[i] == LISTEN}
    served: dict[tuple[int, int], int] = {}
    for i in range(len(columns)):
        local = (columns.local_hi[i], columns.local_lo[i])
        remote_hi, remote_lo = columns.remote_hi[i], columns.remote_lo[i]
        local_port, remote_port = columns.local_port[i], columns.remote_port[i]
        state, inode, owner = columns.state[i], columns.inode[i], owners[i]
        identity = (local, local_port, remote_hi, remote_lo, remote_port, inode)
        if identity in seen:
            continue
        seen.add(identity)
        if state == LISTEN or remote_port == 0:
            for into, of in zip(bound.columns(), columns.columns(), strict=True):
                into.append(of[i])
            bound_owner.append(owner)
            continue
        connected.local.append(locals_.setdefault(local, len(locals_)))
        connected.remote_hi.append(remote_hi)
        connected.remote_lo.append(remote_lo)
        connected.local_port.append(local_port)
        connected.remote_port.append(remote_port)
        connected.state.append(state)
        connected.uid.append(columns.uid[i])
        connected.inode.append(inode)
        connected.owner.append(owner)
        if owner and local_port in listening:
            served[(local_port, owner)] = served.get((local_port, owner), 0) + 1
    connected.locals_hi = array("Q", [hi for hi, _ in locals_])
    connected.locals_lo = array("Q", [lo for _, lo in locals_])
    return Settled(connected, bound, bound_owner, served)
