"""One network namespace under two boot_ids: a container may hide the real one.

Two namespaces of one inode are one where they share a connected socket: the same tuple with the
same inode, loopback and link-local ones aside. An inode number alone says nothing, since the first
namespace of most kernels has the same one, and clones may even number the sockets of their boot
alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from netviz.addresses import is_link_local, is_loopback
from netviz.fleet.fleet import Fleet
from netviz.fleet.ownership import Connected, local_addresses
from netviz.parsers.sctp import Association


def unite_namespaces(fleet: Fleet, connected: Sequence[Connected]) -> bool:
    """Merge, in the fleet, namespaces that are one; gives whether there were any.

    ``connected`` has the connected sockets of each namespace by protocol.
    """
    merged: dict[int, int] = {}
    first: dict[tuple[object, ...], int] = {}
    for number in _suspects(fleet, connected):
        inode = fleet.namespaces[number].inode
        for socket in _sockets(fleet, connected, number):
            one, other = sorted(
                (_kept(merged, first.setdefault((inode, socket), number)), _kept(merged, number))
            )
            if one != other:
                merged[other] = one
    for other in merged:
        _merge(fleet, _kept(merged, other), other)
    if merged:
        _renumber(fleet, {other: _kept(merged, other) for other in merged})
    return bool(merged)


def _kept(merged: dict[int, int], number: int) -> int:
    """The namespace that ``number`` has become a part of in the end, itself if of none."""
    while number in merged:
        number = merged[number]
    return number


def _suspects(fleet: Fleet, connected: Sequence[Connected]) -> list[int]:
    """Namespaces that have an inode, and a local address of a socket, in common with another.

    Those are never of one kernel, which has no inode twice.
    """
    places: dict[tuple[int, int], list[int]] = {}
    for number, record in enumerate(fleet.namespaces):
        if record.inode is None:
            continue
        local = {
            address
            for tables in connected[number].values()
            for table in tables
            for address in local_addresses(table)
            if _tells(address)
        }
        local.update(a for one in _associations(fleet, number) for a in one.local if _tells(a))
        for address in local:
            places.setdefault((record.inode, address), []).append(number)
    return sorted({number for place in places.values() if len(place) > 1 for number in place})


def _tells(address: int) -> bool:
    """Whether an address says of which namespace it is: others are the same on many machines."""
    return not is_loopback(address) and not is_link_local(address)


def _associations(fleet: Fleet, number: int) -> Iterator[Association]:
    for table in fleet.namespaces[number].tables:
        for held in table.associations:
            yield held.association


def _sockets(fleet: Fleet, connected: Sequence[Connected], number: int) -> set[tuple[object, ...]]:
    """Tuple and inode of every connected socket of a namespace that has an inode.

    Of an association of SCTP the addresses may change, but its kernel numbers it (rule 12).
    """
    found: set[tuple[object, ...]] = set()
    for one in _associations(fleet, number):
        local = [address for address in one.local if _tells(address)]
        if one.inode and local and one.remote:
            told = one.identity, one.local_port, one.remote_port, one.inode
            # The least one stands for the rest: there may be thousands on each side.
            least, least_remote = min(local), min(one.remote)
            ends = [(here, least_remote) for here in local]
            ends += [(least, there) for there in one.remote]
            found.update(("sctp", *told, *both) for both in ends)
    for proto, tables in connected[number].items():
        for table in tables:
            local = local_addresses(table)
            for i, inode in enumerate(table.inode):
                if inode and _tells(local[table.local[i]]):
                    found.add(
                        (
                            proto,
                            local[table.local[i]],
                            table.local_port[i],
                            table.remote_hi[i] << 64 | table.remote_lo[i],
                            table.remote_port[i],
                            inode,
                        )
                    )
    return found


def _merge(fleet: Fleet, one: int, other: int) -> None:
    """Move what was seen of namespace ``other`` to ``one``; what is left of it is empty."""
    into, out = fleet.namespaces[one], fleet.namespaces[other]
    into.machines += [m for m in out.machines if m not in into.machines]
    into.samples += out.samples
    into.tables += out.tables
    into.conntrack += out.conntrack
    into.conntrack_samples += out.conntrack_samples
    into.translations += [t._replace(namespace=one) for t in out.translations]
    into.conntrack_read = into.conntrack_read or out.conntrack_read
    into.local_port_range = into.local_port_range or out.local_port_range
    if out.forwarding is not None:
        into.forwarding = bool(into.forwarding) or out.forwarding
    into.take_addresses(out)
    out.machines, out.samples, out.tables, out.translations = [], [], [], []
    out.conntrack, out.interfaces = [], {}


def _renumber(fleet: Fleet, kept: Mapping[int, int]) -> None:
    """Let machines and processes of namespaces that were merged be of those that were kept."""
    for machine in fleet.machines:
        moved = [kept.get(n, n) for n in machine.namespaces]
        machine.namespaces = list(dict.fromkeys(moved))
    for number, process in enumerate(fleet.processes):
        if process.namespace is not None and process.namespace in kept:
            fleet.processes[number] = replace(process, namespace=kept[process.namespace])
