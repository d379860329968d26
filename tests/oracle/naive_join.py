"""A second, deliberately simple join: every socket against every other, in tuples and dicts.

Written from the design's rules of the join alone; it shares nothing with netviz but the shape of a
snapshot. The comments ``rule N`` name the rules. It leaves out translation, SCTP, unix sockets and
pipes, format 1 and machines that were rebooted.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from naive_parse import Address, InetSocket, canonical, parse_inet, parse_packet, parse_unix

from netviz.snapshot.model import NetworkNamespace, Process, Snapshot

PROTOCOLS = ("tcp", "udp", "udplite")
INGRESS_ONLY = ("raw", "icmp")
ESTABLISHED, SYN_SENT, SYN_RECV, TIME_WAIT, UNCONNECTED, CLOSE_WAIT, LISTENING = (
    1,
    2,
    3,
    6,
    7,
    8,
    10,
)
WAITING = (ESTABLISHED, SYN_RECV, CLOSE_WAIT)
"""What a connection is in that its server has not accepted yet, where its inode is 0."""
HALF_OPEN = (SYN_RECV, 0x0C)
"""SYN_RECV and the kernel's own NEW_SYN_RECV, which it prints as the former."""
ANY4, ANY6 = ipaddress.ip_address("0.0.0.0"), ipaddress.ip_address("::")
LINK_LOCAL = ipaddress.ip_network("fe80::/10")

NOBODY = "?"
MachineKey = tuple[object, str]
Holder = tuple[MachineKey, int]
End = tuple[str, object]
"""The name of a machine, and a pid of it or ``?``."""
Place = tuple[str, str, int]
"""Protocol, address and port of one end."""
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(eq=False)
class Space:
    """One network namespace, merged from all that the snapshots say of it."""

    entries: list[tuple[int, NetworkNamespace]]
    machines: set[MachineKey]
    kernels: set[object]
    chief: int
    """The snapshot with most processes among those that hold this namespace."""
    port_range: tuple[int, int] | None
    may_translate: bool
    addresses: dict[Address, set[Network]] = field(default_factory=dict)


@dataclass(eq=False)
class Socket:
    space: Space
    proto: str
    local: Address
    local_port: int
    remote: Address
    remote_port: int
    state: int
    inode: int
    wide: bool
    """Whether it is a socket of IPv6, in one of the tables with a 6."""
    seen_in: list[int] = field(default_factory=list)
    holders: set[Holder] = field(default_factory=set)
    fate: str = ""

    def listens(self) -> bool:
        if self.proto == "tcp":
            return self.state == LISTENING
        return self.remote_port == 0 and self.local_port != 0

    def is_recent(self) -> bool:
        return self.proto == "tcp" and self.state == TIME_WAIT

    def is_connected(self) -> bool:
        return not self.listens() and self.remote_port != 0 and not self.is_recent()

    def place(self) -> Place:
        return (self.proto, str(self.local), self.local_port)


@dataclass
class Result:
    """``flows`` counts records, see ``record``; ``count`` has the names of ``Coverage``.

    ``reused`` says that one tuple stood in one namespace for several different sockets: which of
    them met which is then not decided by the rules. ``possible`` are all pairs that could be.
    """

    flows: Counter[tuple[object, ...]]
    count: Counter[str]
    ingress: set[tuple[str, object, str, str, int]]
    reused: bool
    possible: set[tuple[Place, Place]]


def join(snapshots: Sequence[Snapshot]) -> Result:
    return _Join(snapshots).result()


class _Join:
    def __init__(self, snapshots: Sequence[Snapshot]) -> None:
        self.snapshots = snapshots
        self.spaces = self._merged_spaces()
        self.sockets = self._distinct_sockets()
        self.connected = [socket for socket in self.sockets if socket.is_connected()]
        self._learn_addresses()
        self.inner = self._inner_subnets()

    # Identity

    def kernel(self, number: int) -> object:
        """A null boot_id equals no other."""
        boot = self.snapshots[number].host.boot_id
        return number if boot is None else boot

    def machine(self, number: int) -> MachineKey:
        return (self.kernel(number), self.snapshots[number].host.name)

    def _merged_spaces(self) -> list[Space]:
        groups: list[list[tuple[int, NetworkNamespace]]] = []
        for number, snapshot in enumerate(self.snapshots):
            for entry in snapshot.netns:
                same = [g for g in groups if any(self._same(number, entry, *other) for other in g)]
                groups = [group for group in groups if group not in same]
                groups.append([*(pair for group in same for pair in group), (number, entry)])
        return [self._space(entries) for entries in groups]

    def _space(self, entries: list[tuple[int, NetworkNamespace]]) -> Space:
        numbers = [number for number, _ in entries]
        ranges = [entry.ip_local_port_range for _, entry in entries if entry.ip_local_port_range]
        return Space(
            entries,
            machines={self.machine(number) for number in numbers},
            kernels={self.kernel(number) for number in numbers},
            chief=max(numbers, key=lambda number: len(self.snapshots[number].processes)),
            port_range=ranges[0] if ranges else None,
            may_translate=not any(
                entry.forwarding is False or "nf_conntrack" in entry.tables for _, entry in entries
            ),
        )

    def _same(
        self, number: int, entry: NetworkNamespace, other_number: int, other: NetworkNamespace
    ) -> bool:
        """One kernel and one inode; or, where a boot_id may be hidden, a common socket."""
        if entry.id is None or entry.id != other.id:
            return False
        if self.kernel(number) == self.kernel(other_number):
            return True
        mine, theirs = (
            {(proto, *row[:4], row.inode) for proto, row, _ in self._rows(n, e, PROTOCOLS)}
            for n, e in ((number, entry), (other_number, other))
        )
        return any(key[-1] for key in mine & theirs)

    def _rows(
        self, number: int, entry: NetworkNamespace, protocols: Iterable[str]
    ) -> Iterable[tuple[str, InetSocket, bool]]:
        """Rule 1: what tcp6 lists is of protocol tcp. Last, whether the table has a 6."""
        byteorder = self.snapshots[number].host.byteorder
        for proto in protocols:
            for wide in (False, True):
                text = entry.tables.get(f"{proto}6" if wide else proto, "")
                for row in parse_inet(text, byteorder, wide)[0]:
                    yield proto, row, wide

    # Sockets and who holds them

    def _distinct_sockets(self) -> list[Socket]:
        """Rule 8: a repeat is the same tuple and the same inode."""
        found: dict[tuple[object, ...], Socket] = {}
        for space in self.spaces:
            for number, entry in space.entries:
                for proto, row, wide in self._rows(number, entry, PROTOCOLS):
                    key = (id(space), proto, *row[:4], row.inode)
                    made = Socket(space, proto, *row[:5], row.inode, wide)
                    found.setdefault(key, made).seen_in.append(number)
        for socket in found.values():
            socket.holders = self._holders(socket.inode, socket.seen_in)
        return list(found.values())

    def _holders(self, inode: int, seen_in: Iterable[int]) -> set[Holder]:
        """Those that one sample names: of several, the one that saw most processes."""
        naming = {
            number: {(self.machine(number), process.pid) for process in holding}
            for number in seen_in
            if (holding := _holding(self.snapshots[number], inode))
        }
        if not naming:
            return set()
        return naming[max(naming, key=lambda number: len(self.snapshots[number].processes))]

    def end(self, socket: Socket) -> End:
        """Rules 7, 9 and 10: the process that is shown for a socket."""
        holders, listener = socket.holders, self._listener_of(socket)
        if listener and self._waits(socket):
            holders = {holder for other in listener for holder in other.holders}
        if not holders:
            return self._nobody(socket.space)
        machine, pid = min(
            holders,
            key=lambda holder: (
                holder[1] == 1,
                self._connections(holder, listener) if listener else 0,
                holder[1],
            ),
        )
        return (machine[1], pid)

    def _nobody(self, space: Space) -> End:
        return (self.snapshots[space.chief].host.name, NOBODY)

    def _waits(self, socket: Socket) -> bool:
        """Rule 7."""
        return (
            socket.proto == "tcp"
            and socket.inode == 0
            and socket.state in WAITING
            and self._listener_of(socket) is not None
        )

    def _connections(self, holder: Holder, listener: list[Socket]) -> int:
        """How many connections of a listener a process holds; those have its family."""
        return sum(
            holder in other.holders
            and self._listener_of(other) == listener
            and any(socket.wide == other.wide for socket in listener)
            for other in self.connected
            if other.space is listener[0].space and other.local_port == listener[0].local_port
        )

    def _listener_of(self, socket: Socket) -> list[Socket] | None:
        """The sockets that listen where this one is: itself where it listens."""
        return self._listeners(socket.space, socket.proto, socket.local, socket.local_port)

    def _listeners(
        self, space: Space, proto: str, address: Address, port: int
    ) -> list[Socket] | None:
        """Who listens for an address and port: on that address, else on a wildcard of it."""
        for bound in (address, ANY4, ANY6):
            found = [
                other
                for other in self.sockets
                if other.space is space
                and other.proto == proto
                and other.listens()
                and (other.local, other.local_port) == (bound, port)
            ]
            if found and not (bound == ANY4 and address.version == 6):
                return found
        return None

    # Rules 2 and 4: addresses

    def _learn_addresses(self) -> None:
        for space in self.spaces:
            known = [entry.addresses for _, entry in space.entries if entry.addresses is not None]
            texts = [text for addresses in known for text in addresses]
            if not known:
                texts = [str(socket.local) for socket in self.sockets if socket.space is space]
            for text in texts:
                interface = ipaddress.ip_interface(text)
                address = canonical(interface.ip)
                if not address.is_loopback and not address.is_unspecified:
                    space.addresses.setdefault(address, set()).add(interface.network)

    def _inner_subnets(self) -> list[Network]:
        """Rule 4: where, on two machines, one namespace owns the same address of the subnet and
        another namespace of that machine has an address in it."""
        subnets = {
            network
            for space in self.spaces
            for networks in space.addresses.values()
            for network in networks
            if network.num_addresses > 1
        }
        return [subnet for subnet in subnets if self._is_inner(subnet)]

    def _is_inner(self, subnet: Network) -> bool:
        bridges: dict[Address, set[MachineKey]] = {}
        for space in self.spaces:
            for address, networks in space.addresses.items():
                if subnet in networks:
                    for other in self.spaces:
                        if other is not space and any(a in subnet for a in other.addresses):
                            shared = space.machines & other.machines
                            bridges.setdefault(address, set()).update(shared)
        return any(len(machines) > 1 for machines in bridges.values())

    def owners(self, address: Address, space: Space) -> list[Space]:
        """The namespaces that have the address, of the first circle that has any."""
        if address.is_loopback:
            return [space]
        everywhere = [other for other in self.spaces if address in other.addresses]
        if _is_link_local(address):
            return everywhere
        machine = [other for other in everywhere if other.machines & space.machines]
        circles = [[other for other in everywhere if other is space], machine]
        if not any(address in subnet for subnet in self.inner):
            circles.append([other for other in everywhere if other.kernels & space.kernels])
            circles.append(everywhere)
        return next((circle for circle in circles if circle), [])

    # Rule 3 and its exception in rule 4: pairs

    def _is_pair(self, one: Socket, other: Socket) -> bool:
        if not _mirrored(one, other):
            return False
        there = self.owners(one.remote, one.space)
        here = self.owners(other.remote, other.space)
        if there == [other.space] and here == [one.space]:
            return True
        return self._by_mirror(one, other, there, here) or self._by_mirror(other, one, here, there)

    def _by_mirror(self, one: Socket, other: Socket, there: list[Space], here: list[Space]) -> bool:
        """An address of several machines joins where exactly one of its owners mirrors."""
        machines = {machine for space in there for machine in space.machines}
        mirrors = [s for s in self.connected if s.space in there and _mirrored(one, s)]
        return (
            here == [one.space]
            and len(machines) > 1
            and mirrors == [other]
            and not _is_link_local(one.remote)
        )

    def result(self) -> Result:
        flows: Counter[tuple[object, ...]] = Counter()
        count: Counter[str] = Counter()
        possible = set()
        for at, one in enumerate(self.connected):
            for other in self.connected[at:]:
                if self._is_pair(one, other):
                    possible |= {(one.place(), other.place()), (other.place(), one.place())}
                    one.fate = other.fate = "joined"
                    self._count_pair(one, other, flows, count)
        for socket in self.connected:
            if not socket.fate:
                self._alone(socket, flows, count)
        for socket in self.sockets:
            count["sockets"] += 1
            count[socket.fate or _resting(socket)] += 1
            count["unowned"] += not socket.is_recent() and self.end(socket)[1] == NOBODY
        self._count_others(count)
        seen = [(id(s.space), s.place(), s.remote, s.remote_port) for s in self.connected]
        return Result(flows, count, self._ingress(), len(set(seen)) < len(seen), possible)

    def _count_pair(
        self, one: Socket, other: Socket, flows: Counter[tuple[object, ...]], count: Counter[str]
    ) -> None:
        kind = "queued" if self._waits(one) or self._waits(other) else "reciprocal"
        client, server, directed = self._directed(one, other)
        ends = self.end(client), self.end(server)
        flows[record(ends[0], client.place(), ends[1], server.place(), kind, directed)] += 1
        count[kind] += 1
        count["pairs"] += 1
        count["self"] += _one_process(*ends)

    # Rule 11: direction

    def _directed(self, one: Socket, other: Socket) -> tuple[Socket, Socket, bool]:
        """(client, server, whether that is known)."""
        tests: tuple[Callable[[Socket], bool | None], ...] = (
            lambda socket: self._listener_of(socket) is not None,
            _outside_range,
        )
        for is_server in tests:
            first, second = is_server(one), is_server(other)
            if first is not None and second is not None and first != second:
                return (other, one, True) if first else (one, other, True)
        return (one, other, False)

    # Rule 6: one end alone

    def _alone(self, one: Socket, flows: Counter[tuple[object, ...]], count: Counter[str]) -> None:
        owners = self.owners(one.remote, one.space)
        if len(owners) != 1:
            one.fate = "ambiguous" if owners else "external"
        elif one.proto == "tcp" and one.state == SYN_SENT:
            one.fate = "attempt"
        else:
            found = None if _is_link_local(one.remote) else self._one_sided(one, owners[0])
            one.fate = "joined" if found else "unmatched"
            if found:
                flows[record(*found, "one-sided", True)] += 1
                count["one_sided"] += 1
                count["self"] += _one_process(found[0], found[2])

    def _one_sided(self, one: Socket, there: Space) -> tuple[End, Place, End, Place] | None:
        far = self._listeners(there, one.proto, one.remote, one.remote_port)
        near = self._listener_of(one)
        place = (one.proto, str(one.remote), one.remote_port)
        if there.may_translate or (far is None) == (near is None):
            return None
        if far and self._is_older(far, one.seen_in):
            return self.end(one), one.place(), self.end(far[0]), place
        if near and one.state not in HALF_OPEN:  # accepted: there was a client, whoever is older
            return self._nobody(there), place, self.end(one), one.place()
        return None

    def _is_older(self, listener: list[Socket], client_samples: list[int]) -> bool:
        """Whether a holder of the listener is known to be older than the client's sample."""
        times = [self.snapshots[number].started for number in client_samples]
        born = [
            _born(self.snapshots[number], process)
            for socket in listener
            for number in socket.seen_in
            for process in _holding(self.snapshots[number], socket.inode)
        ]
        return any(b is not None and all(t is not None and b < t for t in times) for b in born)

    # Rule 15: what takes traffic without a peer

    def _ingress(self) -> set[tuple[str, object, str, str, int]]:
        ingress: set[tuple[str, object, str, str, int]] = set()

        def add(inode: int, seen_in: list[int], listener: Place) -> None:
            holders = self._holders(inode, seen_in)
            if holders:
                machine, pid = min(holders, key=lambda holder: (holder[1] == 1, holder[1]))
                ingress.add((machine[1], pid, *listener))

        for socket in self.sockets:
            if socket.listens():
                name, pid = self.end(socket)
                if pid != NOBODY:
                    ingress.add((name, pid, *socket.place()))
        for space in self.spaces:
            for number, entry in space.entries:
                numbers = [n for n, _ in space.entries]
                for proto, row, _ in self._rows(number, entry, INGRESS_ONLY):
                    add(row.inode, numbers, (proto, str(row.local), row.local_port))
                for packet in parse_packet(entry.tables.get("packet", ""))[0]:
                    add(packet.inode, numbers, ("packet", str(packet.interface), packet.protocol))
        return ingress

    def _count_others(self, count: Counter[str]) -> None:
        for space in self.spaces:
            distinct: set[tuple[str, object]] = set()
            for number, entry in space.entries:
                for proto, row, _ in self._rows(number, entry, INGRESS_ONLY):
                    distinct.add((proto, (row[:4], row.inode)))
                for packet in parse_packet(entry.tables.get("packet", ""))[0]:
                    distinct.add(("packet", packet.inode))
                for unix in parse_unix(entry.tables.get("unix", ""))[0]:
                    distinct.add(("unix", unix.inode))
            count.update(f"other.{kind}" for kind, _ in distinct)


def record(
    client: End, client_at: Place, server: End, server_at: Place, kind: str, directed: bool
) -> tuple[object, ...]:
    """One connection as a value to be compared; without a direction its ends have no order."""
    if directed:
        return ("->", client, server, server_at[0], server_at[2], kind)
    return ("--", *sorted([str((client, client_at)), str((server, server_at))]), kind)


def _mirrored(one: Socket, other: Socket) -> bool:
    return (
        one.proto == other.proto
        and (one.local, one.local_port) == (other.remote, other.remote_port)
        and (one.remote, one.remote_port) == (other.local, other.local_port)
    )


def _is_link_local(address: Address) -> bool:
    return address.version == 6 and address in LINK_LOCAL


def _holding(snapshot: Snapshot, inode: int) -> list[Process]:
    """Rule 7: inode 0 is not a key."""
    return [process for process in snapshot.processes if inode and inode in process.sockets]


def _one_process(one: End, other: End) -> bool:
    """Rule 14."""
    return one == other and one[1] != NOBODY


def _resting(socket: Socket) -> str:
    if socket.is_recent():
        return "recent"
    return "listening" if socket.proto == "tcp" and socket.listens() else "unconnected"


def _outside_range(socket: Socket) -> bool | None:
    """Whether the socket's port is none that its namespace gives to clients; None for unknown."""
    span = socket.space.port_range
    return None if span is None else not span[0] <= socket.local_port <= span[1]


def _born(snapshot: Snapshot, process: Process) -> float | None:
    host = snapshot.host
    if process.start is None or host.btime is None or not host.clk_tck:
        return None
    return host.btime + process.start / host.clk_tck
