"""Whose an address is: the addresses of each namespace, and the book that answers for all.

Rules 2 and 4 of docs/join-rules.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from netviz.addresses import AddressBook, is_loopback, is_wildcard, network_of
from netviz.fleet.fleet import Fleet
from netviz.fleet.machines import boots
from netviz.fleet.presence import presences
from netviz.tables import ConnectedColumns

Connected = Mapping[str, Sequence[ConnectedColumns]]
"""The connected sockets of one namespace, by protocol."""


def local_addresses(table: ConnectedColumns) -> list[int]:
    """The addresses that ``table.local`` indexes."""
    return [hi << 64 | lo for hi, lo in zip(table.locals_hi, table.locals_lo, strict=True)]


def owned_addresses(fleet: Fleet, connected: Sequence[Connected]) -> list[dict[int, int]]:
    """The addresses of each namespace with their prefix length (of 128 bits).

    As captured; else the local addresses of its sockets, each as a host address.
    """
    owned = []
    for record, by_protocol in zip(fleet.namespaces, connected, strict=True):
        if record.interfaces is not None:
            owned.append(record.interfaces)
            continue
        local = {socket.address for table in record.tables for socket in table.bound}
        for table in record.tables:
            local.update(a for held in table.associations for a in held.association.local)
            local.update(a for held in table.endpoints for a in held.endpoint.addresses)
        for tables in by_protocol.values():
            for columns in tables:
                local.update(local_addresses(columns))
        owned.append({address: 128 for address in local if not is_wildcard(address)})
    return owned


def address_book(fleet: Fleet, owned: Sequence[Mapping[int, int]]) -> AddressBook:
    """Who owns which address, seen from each namespace."""
    machines = boots(fleet) if fleet.is_sampled else [[m] for m in range(len(fleet.machines))]
    inner = inner_addresses(fleet, owned, machines)
    return AddressBook(owned, tiers(fleet), inner, presences(fleet, owned, machines))


def tiers(fleet: Fleet) -> list[list[frozenset[int] | None]]:
    """The circles in which a namespace looks for an address, the nearest first: itself, its
    machine, its kernel, the group (None)."""
    of_machine = [frozenset(machine.namespaces) for machine in fleet.machines]
    of_kernel: dict[int, set[int]] = {}
    for number, record in enumerate(fleet.namespaces):
        of_kernel.setdefault(record.kernel, set()).add(number)
    kernels = {kernel: frozenset(numbers) for kernel, numbers in of_kernel.items()}
    # One set for all namespaces of a machine: a machine may have thousands of them.
    of_machines: dict[tuple[int, ...], frozenset[int]] = {}
    for record in fleet.namespaces:
        machines = tuple(record.machines)
        if machines not in of_machines:
            of_machines[machines] = frozenset().union(*(of_machine[m] for m in machines))
    return [
        [frozenset({number}), of_machines[tuple(record.machines)], kernels[record.kernel], None]
        for number, record in enumerate(fleet.namespaces)
    ]


def inner_addresses(
    fleet: Fleet, owned: Sequence[Mapping[int, int]], machines: Sequence[Sequence[int]]
) -> frozenset[int]:
    """The addresses in inner subnets: bridges that are alike on several machines.

    A subnet is inner when, on two or more machines, one namespace owns the same address in it and
    another namespace of that machine has an address in it (weaveworks/scope #265). ``machines`` has
    the records of each, one for a boot.
    """
    # subnet -> record of a machine -> address -> its namespaces there
    subnets: dict[tuple[int, int], dict[int, dict[int, set[int]]]] = {}
    for number, record in enumerate(fleet.namespaces):
        for address, prefix in owned[number].items():
            if prefix == 128 or is_loopback(address):
                continue
            records = subnets.setdefault((network_of(address, prefix), prefix), {})
            for machine in record.machines:
                records.setdefault(machine, {}).setdefault(address, set()).add(number)
    machine_of = {record: n for n, boots in enumerate(machines) for record in boots}
    inner = [subnet for subnet, records in subnets.items() if _is_inner(records, machine_of)]
    if not inner:
        return frozenset()
    return frozenset(
        address
        for addresses in owned
        for address in addresses
        if any(network_of(address, prefix) == network for network, prefix in inner)
    )


def _is_inner(records: Mapping[int, Mapping[int, set[int]]], machine_of: Mapping[int, int]) -> bool:
    """``records`` has the addresses of one subnet by record of a machine, each with its
    namespaces; ``machine_of[m]`` is the machine that record m is of."""
    bridged: dict[int, list[set[tuple[str, int]]]] = {}
    for record, addresses in records.items():
        present = set().union(*addresses.values())
        for address, namespaces in addresses.items():
            if len(namespaces) == 1 and present - namespaces:
                place = {("machine", machine_of[record]), *(("namespace", n) for n in namespaces)}
                bridged.setdefault(address, []).append(place)
    return any(_are_apart(places) for places in bridged.values())


def _are_apart(places: Sequence[set[tuple[str, int]]]) -> bool:
    """Whether ``places``, each a machine and a namespace of it, are on two or more computers.

    One may be recorded twice: a host and its container have a namespace in common.
    """
    one, rest = set(places[0]), list(places[1:])
    while here := [place for place in rest if place & one]:
        one.update(*here)
        rest = [place for place in rest if not place & one]
    return bool(rest)
