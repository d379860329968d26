"""The join: which socket is the other end of which, and what became of all the others.

The rules are those of docs/join-rules.md. Loops over single sockets are in ``loops``; this module
decides what they need to know: who owns which address, which listener covers what, and which way a
connection goes.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

from netviz.addresses import AddressBook, format_address, is_ipv4
from netviz.fleet import Fleet, NamespaceRecord
from netviz.graph import Coverage, Missing, Sample
from netviz.kinds import QUEUED, RECIPROCAL
from netviz.listeners import Listeners
from netviz.loops import (
    AddressTable,
    End,
    account,
    adopt,
    cover,
    distinct,
    ends,
    fold,
    gather,
    kinds,
    match,
    orient,
    select,
    take,
    unite,
)
from netviz.sockets import CONNECTION_PROTOCOLS, TableSockets
from netviz.tables import Candidates, ConnectedColumns

SHOWN_MISSING = 100
"""How many addresses that are not captured the coverage names, those with most sockets first."""


@dataclass(frozen=True, slots=True)
class JoinOptions:
    """``recent``: also join TIME_WAIT sockets. ``connections``: one flow per connection."""

    recent: bool = False
    connections: bool = False


@dataclass(frozen=True, slots=True)
class JoinedFlow:
    """Connections between two ends; ``port`` is the server's own, ``kind`` an index of KINDS."""

    client: End
    server: End
    proto: str
    client_port: int
    port: int
    kind: int
    directed: bool
    connections: int
    samples: tuple[Sample, ...]


@dataclass(slots=True)
class Joined:
    """What the join found. ``owned[n]`` are the addresses of namespace n.

    ``coverage`` lacks only what depends on which process is shown (``self``).
    """

    listeners: Listeners
    owned: list[set[int]]
    flows: list[JoinedFlow] = field(default_factory=list)
    coverage: Coverage = field(default_factory=Coverage)


def join(fleet: Fleet, options: JoinOptions) -> Joined:
    """Join all sockets of the group."""
    return _Join(fleet, options).run()


class _Join:
    """One run of the join, stage by stage; the columns of its sockets live here."""

    def __init__(self, fleet: Fleet, options: JoinOptions) -> None:
        self.fleet = fleet
        self.options = options
        self.known = AddressTable()
        self.candidates = Candidates()
        self.connected = [_connected_by_protocol(fleet, r) for r in fleet.namespaces]
        owned = [self._owned(n) for n in range(len(fleet.namespaces))]
        self.book = AddressBook(owned, _tiers(fleet))
        for address in self.book.addresses:
            self.known.add(address)
        self.listeners = Listeners(fleet, self.known)
        self.joined = Joined(self.listeners, owned)
        self.coverage = self.joined.coverage

    def run(self) -> Joined:
        self._select_candidates()
        self.listener = cover(self.candidates, self.listeners.table, self.known)
        self.queued = adopt(self.candidates, self.listener, self.listeners.owners)
        target = self._targets()
        left, right = match(self.candidates, target)
        self._make_flows(left, right)
        self._account(target, left, right)
        return self.joined

    def _owned(self, namespace: int) -> set[int]:
        """The addresses of a namespace: as captured, else the local ones of its sockets."""
        record = self.fleet.namespaces[namespace]
        if record.addresses is not None:
            return record.addresses
        owned = {s.address for t in record.tables for s in t.bound}
        for tables in self.connected[namespace].values():
            for table in tables:
                owned.update(_locals(table))
        return owned

    def _select_candidates(self) -> None:
        coverage = self.coverage
        missing: dict[tuple[str, int, int], int] = {}
        for namespace, by_protocol in enumerate(self.connected):
            for proto, tables in by_protocol.items():
                number = CONNECTION_PROTOCOLS.index(proto)
                ports = bytes(self.listeners.listening_ports(namespace, proto))
                for table in tables:
                    chosen = select(table, self.known, ports, self.options.recent)
                    coverage.external += chosen.external
                    coverage.recent += chosen.recent
                    coverage.unowned += chosen.unowned
                    for i in chosen.unaccepted:
                        coverage.unowned -= self._is_covered(namespace, number, table, i)
                    for (address, port), count in chosen.dialled.items():
                        end = (proto, address, port)
                        missing[end] = missing.get(end, 0) + count
                    local = array("I", [self.known.add(a) for a in _locals(table)])
                    gather(
                        self.candidates, table, chosen.rows, chosen.remote, local, namespace, number
                    )
        coverage.missing = _most_wanted(missing)

    def _is_covered(self, namespace: int, proto: int, table: ConnectedColumns, i: int) -> bool:
        address = _locals(table)[table.local[i]]
        number = self.known.add(address)
        port = table.local_port[i]
        return self.listeners.table.find(namespace, proto, port, number, is_ipv4(address)) >= 0

    def _targets(self) -> array[int]:
        """For each candidate the namespace that its remote address means to it (rule 2)."""
        namespaces, remotes, of = distinct(self.candidates.namespace, self.candidates.remote)
        addresses = self.known.addresses
        resolved = [
            self.book.resolve(n, addresses[r]) for n, r in zip(namespaces, remotes, strict=True)
        ]
        return take(array("i", resolved), of)

    def _make_flows(self, left: array[int], right: array[int]) -> None:
        candidates = self.candidates
        ranges = [r.local_port_range or (0, 0) for r in self.fleet.namespaces]
        client, server, directed = orient(
            candidates,
            left,
            right,
            self.listener,
            array("I", [first for first, _ in ranges]),
            array("I", [last for _, last in ranges]),
        )
        kind = kinds(candidates, client, server, self.queued)
        self.coverage.queued = kind.count(QUEUED)
        self.coverage.reciprocal = kind.count(RECIPROCAL)
        self.coverage.pairs = self.coverage.reciprocal + self.coverage.queued
        distinct_ends, end_of = ends(candidates, self.listener)

        def sample(pair: int) -> Sample:
            c, s = client[pair], server[pair]
            return (
                format_address(self.known.addresses[candidates.local[c]]),
                candidates.local_port[c],
                format_address(self.known.addresses[candidates.local[s]]),
                candidates.local_port[s],
            )

        def single(pair: int) -> JoinedFlow:
            c, s = client[pair], server[pair]
            return JoinedFlow(
                distinct_ends[end_of[c]],
                distinct_ends[end_of[s]],
                CONNECTION_PROTOCOLS[candidates.proto[s]],
                candidates.local_port[c],
                candidates.local_port[s],
                kind[pair],
                bool(directed[pair]),
                1,
                (sample(pair),),
            )

        everything = range(len(client))
        if self.options.connections:
            self.joined.flows = [single(pair) for pair in everything]
            return
        self.joined.flows = [single(pair) for pair in everything if not directed[pair]]
        for folded in fold(
            candidates,
            client,
            server,
            directed,
            kind,
            end_of,
            self._rank(),
        ):
            samples = tuple(sample(pair) for pair in folded.samples)
            self.joined.flows.append(
                JoinedFlow(
                    distinct_ends[folded.client],
                    distinct_ends[folded.server],
                    CONNECTION_PROTOCOLS[folded.proto],
                    samples[0][1],
                    folded.port,
                    folded.kind,
                    True,
                    folded.connections,
                    samples,
                )
            )

    def _rank(self) -> array[int]:
        """The place of each known address when their texts are sorted."""
        texts = [format_address(address) for address in self.known.addresses]
        rank = array("I", bytes(4 * len(texts)))
        for place, number in enumerate(sorted(range(len(texts)), key=texts.__getitem__)):
            rank[number] = place
        return rank

    def _account(self, target: array[int], left: array[int], right: array[int]) -> None:
        """Count every candidate once: joined, or why not."""
        coverage = self.coverage
        counts = account(self.candidates, target, left, right)
        coverage.joined = counts.joined
        coverage.recent += counts.recent
        coverage.external += counts.external
        coverage.ambiguous = counts.ambiguous
        coverage.attempt = counts.attempt
        coverage.unmatched = counts.unmatched
        coverage.unowned += counts.unowned
        listeners = self.listeners
        coverage.listening = listeners.listening
        coverage.unconnected = listeners.unconnected
        coverage.unowned += listeners.unowned
        coverage.sockets = (
            coverage.joined
            + coverage.listening
            + coverage.unconnected
            + coverage.recent
            + coverage.attempt
            + coverage.external
            + coverage.ambiguous
            + coverage.unmatched
        )
        coverage.other = _others(self.fleet, listeners)


def _connected_by_protocol(
    fleet: Fleet, record: NamespaceRecord
) -> dict[str, list[ConnectedColumns]]:
    """The connected sockets of a namespace by protocol, each socket once (rule 8).

    Where several samples hold the namespace, the one that sees more processes comes first.
    """
    tables: dict[str, list[TableSockets]] = {}
    for table in record.tables:
        if table.connected is not None:
            tables.setdefault(table.proto, []).append(table)
    by_protocol = {}
    for proto, found in sorted(tables.items()):
        columns = [t.connected for t in _best_sample_first(fleet, found) if t.connected]
        by_protocol[proto] = unite(columns) if len({t.sample for t in found}) > 1 else columns
    return by_protocol


def _best_sample_first(fleet: Fleet, tables: list[TableSockets]) -> list[TableSockets]:
    def order(table: TableSockets) -> tuple[int, float, str]:
        sample = fleet.samples[table.sample]
        return (-sample.processes, sample.started or 0.0, sample.source)

    return sorted(tables, key=order)


def _locals(table: ConnectedColumns) -> list[int]:
    pairs: Iterator[tuple[int, int]] = zip(table.locals_hi, table.locals_lo, strict=True)
    return [hi << 64 | lo for hi, lo in pairs]


def _tiers(fleet: Fleet) -> list[list[frozenset[int] | None]]:
    """The circles in which a namespace looks for an address, the nearest first (rule 2)."""
    of_machine = [frozenset(machine.namespaces) for machine in fleet.machines]
    of_kernel: dict[int, set[int]] = {}
    for number, record in enumerate(fleet.namespaces):
        of_kernel.setdefault(record.kernel, set()).add(number)
    kernels = {kernel: frozenset(numbers) for kernel, numbers in of_kernel.items()}
    return [
        [
            frozenset({number}),
            frozenset().union(*(of_machine[m] for m in record.machines)),
            kernels[record.kernel],
            None,
        ]
        for number, record in enumerate(fleet.namespaces)
    ]


def _most_wanted(sockets: dict[tuple[str, int, int], int]) -> tuple[Missing, ...]:
    """The external ends that most sockets of the group dial, ready to be shown."""
    most = sorted(sockets.items(), key=lambda item: (-item[1], item[0]))[:SHOWN_MISSING]
    return tuple(
        Missing(proto, format_address(address), port, count)
        for (proto, address, port), count in most
    )


def _others(fleet: Fleet, listeners: Listeners) -> dict[str, int]:
    """Counts of what is no tcp, udp, udplite or sctp socket; every kind is always named."""
    others = {"unix": 0, "raw": 0, "packet": 0, "icmp": 0, "unknown": 0}
    others.update(listeners.others)
    for record in fleet.namespaces:
        of_sample: dict[int, int] = {}
        for table in record.tables:
            of_sample[table.sample] = of_sample.get(table.sample, 0) + table.unix
        others["unix"] += max(of_sample.values(), default=0)
    others["unknown"] = sum(sample.unknown_sockets for sample in fleet.samples)
    return others
