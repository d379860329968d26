"""Throw away early: which sockets may have their other end in the group, and how many cannot."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from netviz.addresses import broadcast_of, format_address
from netviz.fleet.fleet import Fleet
from netviz.fleet.ownership import Connected, local_addresses
from netviz.fleet.sockets import CONNECTION_PROTOCOLS, TableSockets
from netviz.graph import Missing
from netviz.join.listeners import Listeners
from netviz.loops import AddressTable, Dialled, distinct, gather, select, take, unite
from netviz.tables import Candidates, ConnectedColumns


@dataclass(slots=True)
class Selected:
    """The candidates of the group, and counts of the sockets that are none.

    ``unowned`` counts external sockets without a holder. ``selections``, where they are kept, are
    the namespace, protocol and table that each candidate came from, in order, and where in it.
    """

    candidates: Candidates = field(default_factory=Candidates)
    external: int = 0
    recent: int = 0
    unowned: int = 0
    dialled: Dialled = field(default_factory=Dialled)
    selections: list[tuple[int, str, ConnectedColumns, array[int]]] = field(default_factory=list)

    def most_wanted(self, owned: Iterable[Mapping[int, int]]) -> tuple[Missing, ...]:
        """The ends that most sockets of the group dial and nobody in it owns.

        ``owned`` are the addresses of namespaces with their prefix lengths: nobody has what is for
        all in such a network.
        """
        everywhere = (broadcast_of(*interface) for own in owned for interface in own.items())
        broadcasts = {address for address in everywhere if address is not None}
        return tuple(
            Missing(CONNECTION_PROTOCOLS[proto], format_address(address), port, sockets)
            for proto, address, port, sockets in self.dialled.most(broadcasts)
        )


def all_connected(fleet: Fleet) -> list[Connected]:
    """The connected sockets of each namespace by protocol, each connection once (rule 8)."""
    sampled = fleet.is_sampled
    return [_connected(fleet, number, sampled) for number in range(len(fleet.namespaces))]


def _connected(fleet: Fleet, namespace: int, sampled: bool) -> Connected:
    tables: dict[str, list[TableSockets]] = {}
    for table in fleet.tables_of(namespace):
        if table.connected is not None:
            tables.setdefault(table.proto, []).append(table)
    return {proto: _united(fleet, found, sampled) for proto, found in sorted(tables.items())}


def _united(fleet: Fleet, tables: Sequence[TableSockets], sampled: bool) -> list[ConnectedColumns]:
    """The columns of one protocol and namespace; of several samples they become one table.

    Where those know different holders of a socket, the one of the first of ``tables`` counts.
    Who saw it is kept where machines are ``sampled``.
    """
    if len({table.sample for table in tables}) == 1:
        columns = [table.connected for table in tables if table.connected is not None]
        if sampled:
            seen = fleet.sightings.add(0, tables[0].sample)
            columns = [replace(one, seen=array("i", [seen]) * len(one)) for one in columns]
        return columns
    ranked = sorted(enumerate(tables), key=lambda one: fleet.moment(one[1].sample))
    united = unite(
        [table.connected for _, table in ranked if table.connected is not None],
        [table.sample for _, table in ranked],
        [rank for rank, _ in ranked],
        fleet.sightings,
    )
    return [united if sampled else replace(united, seen=array("i"))]


def select_candidates(
    fleet: Fleet,
    connected: Sequence[Connected],
    known: AddressTable,
    listeners: Listeners,
    with_recent: bool,
    keep: bool = False,
) -> Selected:
    """``known`` are the addresses that somebody owns or a translation names.

    ``keep`` the selections too.
    """
    selected = Selected()
    tables = [
        (namespace, proto, table)
        for namespace, by_protocol in enumerate(connected)
        for proto, found in by_protocol.items()
        for table in found
    ]
    # All are selected before any is gathered: gathering makes local addresses known.
    selections = []
    listening = bytearray(65536)
    for namespace, proto, table in tables:
        ports = listeners.ports.get((namespace, proto), ())
        number = CONNECTION_PROTOCOLS.index(proto)
        for port in ports:
            listening[port] = 1
        first_port, _ = fleet.namespaces[namespace].local_port_range or (0, 0)
        below, numbers = _below_listeners(listeners, namespace, proto, table) or (listening, None)
        chosen = select(
            *(table, known, below, with_recent, number, selected.dialled), first_port, numbers
        )
        for port in ports:
            listening[port] = 0
        selections.append(chosen)
        selected.external += chosen.external
        selected.recent += chosen.recent
        selected.unowned += chosen.unowned
    candidates = selected.candidates = Candidates.blank(sum(len(one.inner) for one in selections))
    base = 0
    for (namespace, proto, table), chosen in zip(tables, selections, strict=True):
        number = CONNECTION_PROTOCOLS.index(proto)
        local = array("I", [known.add(a) for a in local_addresses(table)])
        for i in chosen.unaccepted:
            end = local_addresses(table)[table.local[i]], table.local_port[i]
            seen = table.seen[i] if table.seen else 0
            selected.unowned -= listeners.covering(namespace, number, *end, seen) >= 0
        gather(candidates, base, table, chosen.inner, chosen.remote, local, namespace, number)
        base += len(chosen.inner)
        if table.seen:
            candidates.seen.extend(take(table.seen, chosen.inner))
        if keep:
            selected.selections.append((namespace, proto, table, chosen.inner))
    return selected


def _below_listeners(
    listeners: Listeners, namespace: int, proto: str, table: ConnectedColumns
) -> tuple[bytearray, array[int]] | None:
    """Flags, and the number of its flag for each socket: 1 where its port had a listener when it
    was seen. None where all ports that have one have it in all samples."""
    changing = listeners.times.changing_ports(namespace, proto) if table.seen else {}
    if not changing:
        return None
    kinds = [0] * 65536
    for port in listeners.ports[(namespace, proto)]:
        kinds[port] = 1
    for number, port in enumerate(changing, 2):
        kinds[port] = number
    held = list(changing.values())
    numbers, sets, of = distinct(array("I", map(kinds.__getitem__, table.local_port)), table.seen)
    return bytearray(
        number == 1 or (number > 1 and listeners.times.meet(namespace, held[number - 2], seen))
        for number, seen in zip(numbers, sets, strict=True)
    ), of
