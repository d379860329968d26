#!/usr/bin/env python3
"""A made-up fleet of machines, as snapshot files of format 2: always the same for the same shape.

    python3 benchmarks/fleet.py DIRECTORY [--hosts 100] [--sockets 10000] [...]

Every machine runs the same services, each in several worker processes. Services of one machine are
clients of services of others; the rest of the sockets are public clients of the services, calls to
the outside, and closed connections.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from itertools import accumulate
from pathlib import Path
from typing import Any

from table_text import (
    CLOSE,
    ESTABLISHED,
    LISTEN,
    TIME_WAIT,
    conntrack_line,
    hex4,
    hex6,
    mapped,
    socket_line,
    table,
    unix_table,
)

FIRST_PORT, LAST_PORT = 32768, 60999
SERVICE_PORT = 8000
CLOSED = 0.1
"""The share of closed connections (TIME_WAIT) among those to the outside."""

IN_SUBNET = 25
"""How many machines have addresses in one /24."""

_HOSTS4 = 10 << 24
_HOSTS6 = 0xFD00 << 112
_GATE4 = 10 << 24 | 254 << 16
_PUBLIC4 = 198 << 24 | 18 << 16  # 198.18.0.0/15, for benchmarks (RFC 2544)
_PUBLIC6 = 0x20010DB8 << 96
_BTIME = 1_700_000_000
_NAMES = ("web", "api", "cart", "stock", "mail", "search", "auth", "queue", "cache", "db")


@dataclass(frozen=True)
class Shape:
    """What a fleet looks like. Shares are from 0 to 1; the defaults are the acceptance shape."""

    hosts: int = field(default=100, metadata={"help": "machines"})
    sockets: int = field(default=10_000, metadata={"help": "sockets of each machine"})
    inner: float = field(
        default=1 / 6, metadata={"help": "share of client ends of connections in the fleet"}
    )
    edges: int = field(default=80, metadata={"help": "services that a machine's services call"})
    peers: int = field(
        default=0, metadata={"help": "machines that each machine calls; 0: any number"}
    )
    public: float = field(
        default=0.8, metadata={"help": "share of public clients among sockets to the outside"}
    )
    ipv6: float = field(default=0.2, metadata={"help": "share of IPv6"})
    nat: float = field(default=0.0, metadata={"help": "share of edges through a translator"})
    skew: float = field(
        default=0.0, metadata={"help": "0: all servers alike; 1: few have most connections (Zipf)"}
    )
    services: int = field(default=12, metadata={"help": "services of each machine"})
    workers: int = field(default=4, metadata={"help": "processes of each service"})
    idle: int = field(default=100, metadata={"help": "processes without inet sockets"})
    seed: int = field(default=1, metadata={"help": "another seed, another fleet"})


Flow = tuple[str, str, str, str, int]
"""Client's machine and service, server's machine and service, port of the server."""


@dataclass(frozen=True)
class Edge:
    """What one service of every machine has open to one service of another."""

    client: int
    server: int
    away: int
    """How many machines further the server is; with skew, which machine it is."""
    wide: bool
    translated: bool
    first_port: int
    connections: int


class Fleet:
    """The plan of a fleet; ``documents`` makes the snapshots one by one."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.edges = list(_plan(shape))
        self._incoming: list[list[tuple[int, Edge]]] = [[] for _ in range(shape.hosts)]
        for host in range(shape.hosts):
            for edge in self.edges:
                self._incoming[self.server_of(host, edge)].append((host, edge))

    def server_of(self, host: int, edge: Edge) -> int:
        """The machine that ``edge`` leads to from ``host``."""
        return edge.away if self.shape.skew else (host + edge.away) % self.shape.hosts

    def documents(self) -> Iterator[dict[str, Any]]:
        """The snapshot of every machine."""
        for host in range(self.shape.hosts):
            yield _Machine(self, host).document()

    def flows(self) -> Counter[Flow]:
        """The connections that are planted in the fleet, and how many of each there are."""
        planted: Counter[Flow] = Counter()
        for host in range(self.shape.hosts):
            for edge in self.edges:
                client = machine_name(host), service_name(edge.client)
                server = machine_name(self.server_of(host, edge)), service_name(edge.server)
                flow = (*client, *server, SERVICE_PORT + edge.server)
                planted[flow] += edge.connections
        return planted

    def incoming(self, host: int) -> list[tuple[int, Edge]]:
        """The edges that lead to ``host``, each with the machine that it comes from."""
        return self._incoming[host]


def _plan(shape: Shape) -> Iterator[Edge]:
    """Different edges that together have the client ends that are wanted, the same everywhere."""
    chance = random.Random(shape.seed)
    wanted = round(shape.sockets * shape.inner)
    number = min(shape.edges, wanted)
    machines: Sequence[int] = range(int(shape.hosts > 1 and not shape.skew), shape.hosts)
    if shape.peers:
        machines = chance.sample(machines, shape.peers)
    if number > shape.services**2 * len(machines):
        raise SystemExit("fleet.py: there are not that many different edges")
    popular = list(accumulate((rank + 1) ** -shape.skew for rank in range(len(machines))))
    used: set[tuple[int, int, int]] = set()
    while len(used) < number:
        (away,) = chance.choices(machines, cum_weights=popular)
        used.add((chance.randrange(shape.services), chance.randrange(shape.services), away))
    order = sorted(used)
    chance.shuffle(order)
    ports: dict[tuple[int, int], int] = {}
    for (client, server, away), connections in zip(order, _parts(wanted, number), strict=True):
        first = ports.get((server, away), 0)
        ports[server, away] = first + connections
        if first + connections > LAST_PORT - FIRST_PORT:
            raise SystemExit("fleet.py: more connections between two machines than ports")
        wide, translated = chance.random() < shape.ipv6, chance.random() < shape.nat
        yield Edge(
            client,
            server,
            away,
            wide and not translated,
            translated,
            FIRST_PORT + first,
            connections,
        )


def _parts(whole: int, number: int) -> list[int]:
    """``whole`` in parts as equal as can be."""
    return [whole * (n + 1) // number - whole * n // number for n in range(number)]


class _Machine:
    """One machine: its sockets are added one by one."""

    def __init__(self, fleet: Fleet, host: int) -> None:
        self.fleet = fleet
        self.shape = fleet.shape
        self.host = host
        self.chance = random.Random(f"{fleet.shape.seed} {host}")
        self.inode = 20_000 + host
        self.lines: dict[str, list[str]] = {"tcp": [], "tcp6": [], "udp": []}
        self.held: list[list[int]] = [[] for _ in range(self.shape.services * self.shape.workers)]

    def document(self) -> dict[str, Any]:
        self._listen()
        self._call()
        self._serve()
        self._fill()
        for lines in self.lines.values():
            self.chance.shuffle(lines)  # the kernel prints in the order of its hash table
        unix = [self._next_inode() for _ in range(self.shape.idle)]
        tables = {name: table(name, lines) for name, lines in self.lines.items()}
        tables["unix"] = unix_table(unix)
        if self.shape.nat:
            tables["nf_conntrack"] = "" if self.host else self._conntrack()
        return {
            "netviz_snapshot": 2,
            "tool": {"version": "0", "python": "3.11.2"},
            "host": {
                "name": machine_name(self.host),
                "machine_id": f"{self.host:032x}",
                "boot_id": f"{self.host:08x}-0000-4000-8000-000000000000",
                "kernel": "6.1.0",
                "arch": "x86_64",
                "byteorder": "little",
                "btime": _BTIME,
                "clk_tck": 100,
            },
            "privileges": {"euid": 0, "cap_eff": "000001ffffffffff"},
            "processes": [*self._idle_processes(unix), *self._workers()],
            "netns": [
                {
                    "id": 4026531840,
                    "name": None,
                    "addresses": self._addresses(),
                    "ip_local_port_range": [FIRST_PORT, LAST_PORT],
                    "forwarding": bool(self.shape.nat) and not self.host,
                    "tables": tables,
                }
            ],
            "unix_peers": [[unix[at - 1], unix[at]] for at in range(1, len(unix), 2)],
            "problems": [],
            "time": {"started": _BTIME + 90_000.0 + self.host, "finished": _BTIME + 90_001.0},
            "complete": True,
        }

    def _listen(self) -> None:
        """Even services have a socket for each family, odd ones take IPv4 on ``::`` too."""
        for service in range(self.shape.services):
            workers = self._workers_of(service)
            for name, any_address in (("tcp", "0" * 8), ("tcp6", "0" * 32)):
                if name == "tcp6" or service % 2 == 0:
                    inode = self._next_inode()
                    end = (any_address, SERVICE_PORT + service)
                    self._line(name, *end, any_address, 0, LISTEN, inode, service)
                    for worker in workers:
                        self.held[worker].append(inode)
            inode = self._next_inode()
            self.held[workers[0]].append(inode)
            self._line("udp", "0" * 8, 5000 + service, "0" * 8, 0, CLOSE, inode, service)

    def _call(self) -> None:
        """The client ends of connections in the fleet."""
        here = hex4(_address4(self.host)), hex6(_address6(self.host))
        for edge in self.fleet.edges:
            there = self.fleet.server_of(self.host, edge)
            remote = hex4(_gate4(there) if edge.translated else _address4(there))
            local, name = here[edge.wide], "tcp6" if edge.wide else "tcp"
            remote = hex6(_address6(there)) if edge.wide else remote
            for n in range(edge.connections):
                inode = self._hold(edge.client, n)
                ends = (local, edge.first_port + n, remote, SERVICE_PORT + edge.server)
                self._line(name, *ends, ESTABLISHED, inode, edge.client)

    def _serve(self) -> None:
        """The server ends of connections in the fleet."""
        here = hex4(_address4(self.host)), hex6(_address6(self.host))
        for host, edge in self.fleet.incoming(self.host):
            local, remote = here[edge.wide], hex4(_address4(host))
            remote = hex6(_address6(host)) if edge.wide else remote
            name = "tcp6" if edge.wide else "tcp"
            if edge.server % 2 and not edge.wide:
                name, local, remote = "tcp6", mapped(local), mapped(remote)
            for n in range(edge.connections):
                inode = self._hold(edge.server, n // self.shape.workers)
                ends = (local, SERVICE_PORT + edge.server, remote, edge.first_port + n)
                self._line(name, *ends, ESTABLISHED, inode, edge.server)

    def _fill(self) -> None:
        """Public clients, calls to the outside and closed connections, up to the wanted number."""
        chance, shape = self.chance, self.shape
        here = hex4(_address4(self.host)), hex6(_address6(self.host))
        for n in range(shape.sockets - sum(map(len, self.lines.values()))):
            wide = chance.random() < shape.ipv6
            service = n % shape.services
            number = chance.getrandbits(17)
            remote = hex6(_PUBLIC6 | number) if wide else hex4(_PUBLIC4 | number)
            local, port = here[wide], FIRST_PORT + n % (LAST_PORT - FIRST_PORT)
            name = "tcp6" if wide else "tcp"
            if chance.random() < CLOSED:
                self._line(name, local, SERVICE_PORT + service, remote, port, TIME_WAIT, 0, 0)
                continue
            inode = self._hold(service, n)
            if chance.random() < shape.public:
                ends = (local, SERVICE_PORT + service, remote, port)
            else:
                ends = (local, port, remote, 443)
            self._line(name, *ends, ESTABLISHED, inode, service)

    def _conntrack(self) -> str:
        """What the first machine, which translates for all, has tracked."""
        lines = []
        for host in range(self.shape.hosts):
            client = _dotted(_address4(host))
            for edge in self.fleet.edges:
                there = self.fleet.server_of(host, edge)
                gate, server = _dotted(_gate4(there)), _dotted(_address4(there))
                port = SERVICE_PORT + edge.server
                for n in range(edge.connections if edge.translated else 0):
                    own = edge.first_port + n
                    original = client, gate, own, port
                    lines.append(conntrack_line(original, (server, client, port, own)) + "\n")
        return "".join(lines)

    def _addresses(self) -> list[str]:
        own = _address4(self.host), _address6(self.host)
        wide = ":".join(f"{own[1] >> shift & 0xFFFF:x}" for shift in range(112, -1, -16))
        addresses = ["127.0.0.1/8", "::1/128", f"{_dotted(own[0])}/8", f"{wide}/64"]
        if self.shape.nat and not self.host:
            addresses += [f"{_dotted(_gate4(host))}/32" for host in range(self.shape.hosts)]
        return addresses

    def _workers(self) -> Iterator[dict[str, Any]]:
        for worker, inodes in enumerate(self.held):
            service = worker // self.shape.workers
            name = service_name(service)
            unit = f"0::/system.slice/{name}.service\n"
            yield _process(2000 + worker, name, 100 + service, unit, inodes)

    def _idle_processes(self, unix: Sequence[int]) -> Iterator[dict[str, Any]]:
        yield _process(1, "systemd", 0, "0::/init.scope\n", [])
        for n, inode in enumerate(unix, 1):
            unit = f"0::/system.slice/agent{n}.service\n"
            yield _process(100 + n, f"agent{n}", 0, unit, [inode])

    def _workers_of(self, service: int) -> range:
        return range(service * self.shape.workers, (service + 1) * self.shape.workers)

    def _next_inode(self) -> int:
        self.inode += 1
        return self.inode

    def _hold(self, service: int, n: int) -> int:
        """A new inode, held by one of the workers of ``service``."""
        self.inode += 1
        self.held[service * self.shape.workers + n % self.shape.workers].append(self.inode)
        return self.inode

    def _line(
        self, name: str, local: str, port: int, remote: str, other: int, state: int, inode: int,
        service: int,
    ) -> None:  # fmt: skip
        line = socket_line(local, port, remote, other, state, inode, 100 + service)
        self.lines[name].append(line)


def machine_name(host: int) -> str:
    """The name of a machine, from its number."""
    return f"host{host:04d}"


def service_name(service: int) -> str:
    """The name of the processes of a service, from its number."""
    turn, name = divmod(service, len(_NAMES))
    return f"{_NAMES[name]}{turn}" if turn else _NAMES[name]


def _process(pid: int, comm: str, uid: int, cgroup: str, inodes: list[int]) -> dict[str, Any]:
    return {
        "pid": pid,
        "ppid": 1 if pid > 1 else 0,
        "start": 1000 + pid,
        "comm": comm,
        "exe": f"/usr/sbin/{comm}",
        "uid": uid,
        "security": None,
        "caps": "0000000000000000",
        "netns": 4026531840,
        "cgroup": cgroup,
        "sockets": inodes,
        "pipes": [],
    }


def _address4(host: int) -> int:
    return _HOSTS4 | host // IN_SUBNET << 8 | host % IN_SUBNET + 1


def _address6(host: int) -> int:
    return _HOSTS6 | host + 1


def _gate4(host: int) -> int:
    """The address under which the translating machine offers another machine's services."""
    return _GATE4 | host + 1


def _dotted(address: int) -> str:
    return ".".join(map(str, address.to_bytes(4, "big")))


def write(shape: Shape, folder: Path) -> list[Path]:
    """Write a fleet into ``folder``, one file for each machine."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, document in enumerate(Fleet(shape).documents()):
        path = folder / f"{machine_name(number)}.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        paths.append(path)
    return paths


def main() -> None:
    """Write the fleet that the arguments describe."""
    parser = argparse.ArgumentParser(description="Write the snapshots of a made-up fleet.")
    parser.add_argument("directory", type=Path)
    for option in fields(Shape):
        kind = int if isinstance(option.default, int) else float
        text = f"{option.metadata['help']} (default: {option.default:.4g})"
        parser.add_argument(f"--{option.name}", type=kind, default=option.default, help=text)
    chosen = vars(parser.parse_args())
    folder = chosen.pop("directory")
    paths = write(Shape(**chosen), folder)
    size = sum(path.stat().st_size for path in paths)
    print(f"{len(paths)} files, {size:,} bytes, in {folder}")


if __name__ == "__main__":
    main()
