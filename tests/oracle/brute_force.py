"""A second, naive reading of tables and a brute-force join, to judge netviz's own by.

Written from the kernel's documentation (Documentation/networking/proc_net_tcp.rst, proc_pid_net(5))
and docs/join-rules.md alone: nothing of netviz's parser or join is used here. It knows rules 1 to
4, with the ages of rule 3, and 7, 8, 11 and 14 for tcp and udp, and shows each end as its lowest
holder but pid 1.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from dataclasses import dataclass
from itertools import product
from typing import Any

from netviz.snapshot.model import Snapshot

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
LISTEN, TIME_WAIT, SYN_SENT = 0x0A, 0x06, 0x02
WAITING = (0x01, 0x03, 0x08)


@dataclass(frozen=True)
class Line:
    """One socket of a table."""

    local: Address
    local_port: int
    remote: Address
    remote_port: int
    state: int
    uid: int
    inode: int


def address(digits: str, byteorder: str) -> Address:
    """Words of 32 bits in the machine's own order."""
    raw = b""
    for start in range(0, len(digits), 8):
        word = int(digits[start : start + 8], 16)
        # On a little-endian machine the bytes in memory are those of the number turned round.
        raw += word.to_bytes(4, "little" if byteorder == "little" else "big")
    if len(raw) == 4:
        return ipaddress.IPv4Address(raw)
    wide = ipaddress.IPv6Address(raw)
    return wide.ipv4_mapped or wide


def read_inet(text: str, byteorder: str) -> list[Line]:
    """Every line but the header, split at blanks."""
    lines = []
    for line in text.split("\n")[1:]:
        words = line.split()
        if not words:
            continue
        (local, local_port), (remote, remote_port) = words[1].split(":"), words[2].split(":")
        lines.append(
            Line(
                address(local, byteorder),
                int(local_port, 16),
                address(remote, byteorder),
                int(remote_port, 16),
                int(words[3], 16),
                int(words[7]),
                int(words[9]),
            )
        )
    return lines


@dataclass(frozen=True)
class Socket:
    """A socket with where it is and who holds it (pids, sorted)."""

    proto: str
    machine: int
    namespace: int
    line: Line
    holders: tuple[int, ...]


@dataclass
class Answer:
    """Connections as (client, server, proto, server port, kind, directed), and the counts."""

    flows: Counter[tuple[Any, ...]]
    coverage: dict[str, int]


def join(snapshots: list[Snapshot]) -> Answer:
    """The connections of machines that are each captured once, all with addresses."""
    sockets: list[Socket] = []
    owned: list[tuple[int, set[Address]]] = []
    ranges: list[tuple[int, int] | None] = []
    for machine, snapshot in enumerate(snapshots):
        for netns in snapshot.netns:
            namespace = len(owned)
            owned.append((machine, {ipaddress.ip_interface(a).ip for a in netns.addresses or ()}))
            ranges.append(netns.ip_local_port_range)
            seen = set()
            for table, text in netns.tables.items():
                proto = table.rstrip("6")
                for line in read_inet(text, snapshot.host.byteorder):
                    identity = (
                        proto,
                        line.local,
                        line.local_port,
                        line.remote,
                        line.remote_port,
                        line.inode,
                        table,
                    )
                    if identity in seen:
                        continue
                    seen.add(identity)
                    holders = tuple(
                        sorted(p.pid for p in snapshot.processes if line.inode in p.sockets)
                    )
                    if line.inode == 0:
                        holders = ()
                    sockets.append(Socket(proto, machine, namespace, line, holders))
    return _Join(sockets, owned, ranges, snapshots).answer()


class _Join:
    def __init__(
        self,
        sockets: list[Socket],
        owned: list[tuple[int, set[Address]]],
        ranges: list[tuple[int, int] | None],
        snapshots: list[Snapshot],
    ) -> None:
        self.snapshots = snapshots
        self.sockets = sockets
        self.owned = owned
        self.ranges = ranges

    def owners(self, namespace: int, wanted: Address) -> list[int]:
        if wanted.is_loopback:
            return [namespace]
        having = [n for n, (_, addresses) in enumerate(self.owned) if wanted in addresses]
        if wanted.is_link_local and wanted.version == 6:
            return having
        machine = self.owned[namespace][0]
        for near in (
            [n for n in having if n == namespace],
            [n for n in having if self.owned[n][0] == machine],
        ):
            if near:
                return near
        return having

    def listener(self, socket: Socket) -> list[Socket]:
        """The sockets that listen where ``socket`` has its local end, the closest address first."""
        found = []
        line = socket.line
        for other in self.sockets:
            mine = other.line
            if other.namespace != socket.namespace or other.proto != socket.proto:
                continue
            listens = mine.state == LISTEN or (socket.proto == "udp" and mine.remote_port == 0)
            if not listens or mine.local_port != line.local_port or not mine.local_port:
                continue
            if mine.local == line.local:
                found.append((0, other))
            elif mine.local == ipaddress.IPv4Address(0) and line.local.version == 4:
                found.append((1, other))
            elif mine.local == ipaddress.IPv6Address(0):
                found.append((2, other))
        best = min((place for place, _ in found), default=0)
        return [other for place, other in found if place == best]

    def mirrored(self, a: Socket, b: Socket) -> bool:
        return a.proto == b.proto and (
            a.line.local,
            a.line.local_port,
            a.line.remote,
            a.line.remote_port,
        ) == (b.line.remote, b.line.remote_port, b.line.local, b.line.local_port)

    def answer(self) -> Answer:
        bound = [s for s in self.sockets if s.line.state == LISTEN or s.line.remote_port == 0]
        waiting = [s for s in self.sockets if s not in bound and s.line.state == TIME_WAIT]
        open_ends = [s for s in self.sockets if s not in bound and s not in waiting]
        pairs = self.pairs(open_ends)
        joined = {id(s) for pair in pairs for s in pair}
        counts = Counter(
            sockets=len(self.sockets),
            recent=len(waiting),
            listening=sum(1 for s in bound if s.line.state == LISTEN),
            unconnected=sum(1 for s in bound if s.line.state != LISTEN),
            joined=len(joined),
            pairs=len(pairs),
        )
        for socket in open_ends:
            if id(socket) in joined:
                continue
            owners = self.owners(socket.namespace, socket.line.remote)
            if not owners:
                counts["external"] += 1
            elif len(owners) > 1:
                counts["ambiguous"] += 1
            elif socket.line.state == SYN_SENT:
                counts["attempt"] += 1
            else:
                counts["unmatched"] += 1
        flows: Counter[tuple[Any, ...]] = Counter()
        for a, b in pairs:
            flow = self.flow(a, b)
            counts["queued" if flow[4] == "queued" else "reciprocal"] += 1
            if flow[0] == flow[1] and flow[0][1] is not None:
                counts["self"] += 1
            else:
                flows[flow] += 1
        return Answer(flows, dict(counts))

    def pairs(self, open_ends: list[Socket]) -> list[tuple[Socket, Socket]]:
        taken: set[int] = set()
        found = []

        def preference(socket: Socket) -> tuple[bool, int, int]:
            line = socket.line
            return line.state != 0x01, line.inode, line.state

        ordered = sorted(open_ends, key=preference)
        for a, b in product(ordered, ordered):
            if id(a) in taken or id(b) in taken or not self.mirrored(a, b):
                continue
            if self.owners(a.namespace, a.line.remote) != [b.namespace]:
                continue
            if self.owners(b.namespace, b.line.remote) != [a.namespace]:
                continue
            if a is not b and (a.line.local, a.line.local_port) == (
                a.line.remote,
                a.line.remote_port,
            ):
                continue  # connected to itself: another line of that tuple is not its other end
            taken.update((id(a), id(b)))
            found.append((a, b))
        found = [pair for pair in found if self.together(*pair)]
        shared = self.shared(ordered, {id(socket) for pair in found for socket in pair})
        return found + [pair for pair in shared if self.together(*pair)]

    def together(self, a: Socket, b: Socket) -> bool:
        """Whether neither end is of a server that was born after the other end was captured."""
        return not self.is_younger(a, b) and not self.is_younger(b, a)

    def is_younger(self, server: Socket, other: Socket) -> bool:
        listening = self.listener(server)
        seen = self.snapshots[other.machine].finished
        holders = {pid for socket in (server, *listening) for pid in socket.holders}
        if not listening or not holders or seen is None:
            return False
        births = [self.born(server.machine, pid) for pid in holders]
        return all(born is not None and born > seen for born in births)

    def born(self, machine: int, pid: int) -> float | None:
        """In unix seconds; nobody was born a second after he was seen."""
        snapshot = self.snapshots[machine]
        host = snapshot.host
        (start,) = (process.start for process in snapshot.processes if process.pid == pid)
        if start is None or host.btime is None or host.clk_tck is None:
            return None
        born = host.btime + start / host.clk_tck
        seen = snapshot.finished
        return None if seen is not None and born > seen + 1 else born

    def shared(self, ordered: list[Socket], taken: set[int]) -> list[tuple[Socket, Socket]]:
        offers = []
        for a in ordered:
            owners = self.owners(a.namespace, a.line.remote)
            if id(a) in taken or len(owners) < 2 or a.line.remote.is_link_local:
                continue
            options = [
                b
                for b in ordered
                if id(b) not in taken
                and self.mirrored(a, b)
                and b.namespace in owners
                and self.owners(b.namespace, b.line.remote) == [a.namespace]
            ]
            if len(options) == 1:
                offers.append((a, options[0]))
        claims = Counter(id(b) for _, b in offers)
        return [(a, b) for a, b in offers if claims[id(b)] == 1]

    def flow(self, a: Socket, b: Socket) -> tuple[Any, ...]:
        a_listens, b_listens = bool(self.listener(a)), bool(self.listener(b))
        directed = True
        if a_listens != b_listens:
            client, server = (b, a) if a_listens else (a, b)
        else:
            inside = [self.ephemeral(s) for s in (a, b)]
            directed = None not in inside and inside[0] != inside[1]
            client, server = (b, a) if directed and inside[1] else (a, b)
        ends = [self.end(s) for s in (client, server)]
        kind = "queued" if self.queued(a) or self.queued(b) else "reciprocal"
        if not directed:
            ends.sort(key=str)
        port = server.line.local_port if directed else None
        return (ends[0], ends[1], server.proto, port, kind, directed)

    def ephemeral(self, socket: Socket) -> bool | None:
        known = self.ranges[socket.namespace]
        return None if known is None else known[0] <= socket.line.local_port <= known[1]

    def queued(self, socket: Socket) -> bool:
        line = socket.line
        return not line.inode and line.state in WAITING and bool(self.listener(socket))

    def end(self, socket: Socket) -> tuple[int, int | None]:
        holders = set(socket.holders)
        if self.queued(socket):
            for listening in self.listener(socket):
                holders.update(listening.holders)
        others = sorted(holders - {1}) or sorted(holders)
        return socket.machine, others[0] if others else None
