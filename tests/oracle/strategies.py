"""Groups of snapshots for the comparison of two joins, drawn from small pools.

Everything that is drawn is a small plan (numbers that pick from pools), and a group is built from
the plan without further drawing, so that hypothesis shrinks towards few machines, few sockets, the
first address and the first port.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hypothesis import strategies as st
from kernel_text import (
    CLOSE,
    CLOSE_WAIT,
    CLOSING,
    ESTABLISHED,
    FIN_WAIT1,
    FIN_WAIT2,
    LAST_ACK,
    LISTEN,
    SYN_RECV,
    SYN_SENT,
    TIME_WAIT,
    Endpoint,
    Row,
    inet_table,
    packet_line,
    packet_table,
    unix_line,
    unix_table,
)

from netviz.snapshot.model import Host, NetworkNamespace, Process, Snapshot

ADDRESSES = ("10.0.0.1", "10.0.0.2", "10.0.0.3", "172.17.0.1", "172.17.0.2", "fd00::1", "fe80::1")
PREFIXES = {"10": 24, "17": 16, "fd": 64, "fe": 64}
LOOPBACK = ("127.0.0.1", "127.0.0.2", "::1")
ELSEWHERE = ("203.0.113.9", "2001:db8::9")
SERVER_PORTS = (80, 443)
CLIENT_PORTS = (40000, 40001, 8080, 80)
TCP_STATES = (
    ESTABLISHED, CLOSE_WAIT, FIN_WAIT1, FIN_WAIT2, TIME_WAIT, LAST_ACK, CLOSING, SYN_SENT,
    SYN_RECV, 0x0C, 0x0D,
)  # fmt: skip
CONNECTED = (ESTABLISHED, ESTABLISHED, ESTABLISHED, CLOSE_WAIT, FIN_WAIT2, SYN_RECV, TIME_WAIT)
PORT_RANGES = ((32768, 60999), None, (8000, 60999))
LONG_AGO, TODAY = 100, 10**9
PIDS = (1, 30, 31, 32)


@dataclass(frozen=True)
class SpacePlan:
    addresses: tuple[str, ...] | None
    port_range: tuple[int, int] | None
    forwarding: bool | None
    conntrack: bool


@dataclass(frozen=True)
class MachinePlan:
    big_endian: bool
    boot: int | None
    """None for a null boot_id; equal numbers are one kernel."""
    spaces: tuple[SpacePlan, ...]
    start: int | None
    seen_inside: bool
    """The last namespace is also captured from inside, as a machine of its own."""


@dataclass(frozen=True)
class ListenerPlan:
    space: int
    proto: str
    address: int
    port: int
    holders: frozenset[int]


@dataclass(frozen=True)
class ConnectionPlan:
    """A pair of sockets, or one of the two; ends that pick a loopback address share a namespace."""

    proto: str
    spaces: tuple[int, int]
    addresses: tuple[int, int]
    ports: tuple[int, int]
    wide: tuple[bool, bool]
    states: tuple[int, int]
    inodes: tuple[bool, bool]
    holders: tuple[frozenset[int], frozenset[int]]
    present: tuple[bool, bool]
    repeats: int
    listener: int
    """Where the server end has a listener: 0 nowhere, 1 on its address, 2 on the wildcard."""


@dataclass(frozen=True)
class OtherPlan:
    space: int
    kind: str
    number: int
    holders: frozenset[int]


@dataclass(frozen=True)
class GroupPlan:
    machines: tuple[MachinePlan, ...]
    listeners: tuple[ListenerPlan, ...]
    connections: tuple[ConnectionPlan, ...]
    others: tuple[OtherPlan, ...]


def _with_prefix(address: str) -> str:
    return f"{address}/{PREFIXES[address[:2]]}"


_holders = st.frozensets(st.integers(0, len(PIDS) - 1), max_size=3)

_spaces = st.builds(
    SpacePlan,
    addresses=st.none()
    | st.lists(st.sampled_from(ADDRESSES), max_size=3, unique=True).map(
        lambda chosen: tuple(map(_with_prefix, chosen))
    ),
    port_range=st.sampled_from(PORT_RANGES),
    forwarding=st.sampled_from((False, False, True, None)),
    conntrack=st.booleans(),
)

_machines = st.builds(
    MachinePlan,
    big_endian=st.booleans(),
    boot=st.sampled_from((0, 1, 2, 3, None)),
    spaces=st.lists(_spaces, min_size=1, max_size=3).map(tuple),
    start=st.sampled_from((LONG_AGO, LONG_AGO, TODAY, None)),
    seen_inside=st.booleans(),
)

_protocols = st.sampled_from(("tcp", "tcp", "tcp", "udp", "udplite"))
_index = st.integers(0, 11)
_pair_of_indexes = st.tuples(_index, _index)

_listeners = st.builds(
    ListenerPlan,
    space=_index,
    proto=_protocols,
    address=_index,
    port=st.sampled_from(SERVER_PORTS + CLIENT_PORTS[:1]),
    holders=_holders,
)

_state = st.sampled_from(CONNECTED) | st.sampled_from(TCP_STATES)
_yes = st.sampled_from((True, True, True, False))

_connections = st.builds(
    ConnectionPlan,
    proto=_protocols,
    spaces=_pair_of_indexes,
    addresses=_pair_of_indexes,
    ports=st.tuples(st.sampled_from(CLIENT_PORTS), st.sampled_from(SERVER_PORTS)),
    wide=st.tuples(st.booleans(), st.booleans()),
    states=st.tuples(_state, _state),
    inodes=st.tuples(_yes, _yes),
    holders=st.tuples(_holders, _holders),
    present=st.tuples(_yes, _yes),
    repeats=st.sampled_from((0, 0, 0, 1, 2)),
    listener=st.sampled_from((0, 0, 1, 2)),
)

_others = st.builds(
    OtherPlan,
    space=_index,
    kind=st.sampled_from(("raw", "raw6", "icmp", "icmp6", "packet", "unix")),
    number=st.sampled_from((1, 58, 255)),
    holders=_holders,
)

group_plans = st.builds(
    GroupPlan,
    machines=st.lists(_machines, min_size=1, max_size=4).map(tuple),
    listeners=st.lists(_listeners, max_size=5).map(tuple),
    connections=st.lists(_connections, max_size=8).map(tuple),
    others=st.lists(_others, max_size=3).map(tuple),
)


class _Space:
    """A namespace while it is built: rows by table, and who holds which inode."""

    def __init__(self, machine: int, number: int, plan: SpacePlan) -> None:
        self.machine, self.number, self.plan = machine, number, plan
        self.rows: dict[str, list[Row]] = {}
        self.lines: dict[str, list[str]] = {}
        self.held: dict[int, frozenset[int]] = {}

    def pick(self, index: int) -> str:
        """An address to be at: one of its own mostly, else loopback or a stranger's."""
        own = tuple(text.split("/")[0] for text in self.plan.addresses or ADDRESSES[:2])
        pool = own * 2 + LOOPBACK + ELSEWHERE[:1] + ADDRESSES[:1]
        return pool[index % len(pool)]

    def add(self, table: str, row: Row, holders: frozenset[int], repeats: int = 0) -> None:
        self.rows.setdefault(table, []).extend([row] * (1 + repeats))
        if row.inode:
            self.held[row.inode] = holders

    def table_texts(self, byteorder: str) -> dict[str, str]:
        texts = {name: inet_table(name, rows, byteorder) for name, rows in self.rows.items()}
        if "unix" in self.lines:
            texts["unix"] = unix_table(self.lines["unix"])
        if "packet" in self.lines:
            texts["packet"] = packet_table(self.lines["packet"])
        if self.plan.conntrack:
            texts["nf_conntrack"] = ""
        return texts

    """The snapshots of a plan. Inodes count over the whole group: no two sockets share one."""


def build_group(plan: GroupPlan) -> list[Snapshot]:
    """The snapshots of a plan. Inodes count over the whole group: no two share one."""
    spaces = [
        _Space(at, number, space)
        for at, machine in enumerate(plan.machines)
        for number, space in enumerate(machine.spaces)
    ]
    inodes = iter(range(101, 10**6))
    for listener in plan.listeners:
        _listen(spaces[listener.space % len(spaces)], listener, inodes)
    for connection in plan.connections:
        _connect(spaces, connection, inodes)
    for other in plan.others:
        _add_other(spaces[other.space % len(spaces)], other, inodes)
    snapshots = []
    for at, machine in enumerate(plan.machines):
        own = [space for space in spaces if space.machine == at]
        snapshots.append(_snapshot(f"m{at}", at, machine, own, PIDS, spare=5))
        if machine.seen_inside:
            inside = tuple(pid + 500 for pid in PIDS)
            made = _snapshot(f"c{at}", at, machine, own[-1:], inside, spare=0)
            snapshots.append(made)
    return snapshots


def _wide(table: str, *ends: Endpoint, wish: bool) -> str:
    """The table for both families that the addresses can be in."""
    return f"{table}6" if wish or any(":" in address for address, _ in ends) else table


def _listen(space: _Space, plan: ListenerPlan, inodes: Iterator[int]) -> None:
    choices = ("0.0.0.0", "::", space.pick(plan.address), space.pick(plan.address + 1))
    local = (choices[plan.address % 4], plan.port)
    _bind(space, plan.proto, local, next(inodes), plan.holders)


def _bind(space: _Space, proto: str, local: Endpoint, inode: int, holders: frozenset[int]) -> None:
    table = _wide(proto, local, wish=False)
    remote = ("::" if table.endswith("6") else "0.0.0.0", 0)
    space.add(table, Row(local, remote, LISTEN if proto == "tcp" else CLOSE, inode), holders)


def _connect(spaces: list[_Space], plan: ConnectionPlan, inodes: Iterator[int]) -> None:
    client, server = (spaces[index % len(spaces)] for index in plan.spaces)
    ends = [
        (space.pick(index), port)
        for space, index, port in zip((client, server), plan.addresses, plan.ports, strict=True)
    ]
    if len({":" in address for address, _ in ends}) > 1:
        ends[0] = (ends[1][0], ends[0][1])  # one family on both ends
    if plan.listener:
        wild = "::" if plan.wide[1] or ":" in ends[1][0] else "0.0.0.0"
        bound = (wild if plan.listener == 2 else ends[1][0], ends[1][1])
        _bind(server, plan.proto, bound, next(inodes), plan.holders[1])
    for at, space in enumerate((client, server)):
        if not plan.present[at]:
            continue
        state = plan.states[at] if plan.proto == "tcp" else ESTABLISHED
        without = not plan.inodes[at] or state in (SYN_RECV, TIME_WAIT)
        row = Row(ends[at], ends[1 - at], state, 0 if without else next(inodes))
        table = _wide(plan.proto, *ends, wish=plan.wide[at])
        space.add(table, row, plan.holders[at], plan.repeats if at else 0)


def _add_other(space: _Space, plan: OtherPlan, inodes: Iterator[int]) -> None:
    inode = next(inodes)
    if plan.kind == "packet":
        space.lines.setdefault("packet", []).append(packet_line(inode, plan.number, 2))
    elif plan.kind == "unix":
        space.lines.setdefault("unix", []).append(unix_line(inode, "/run/x"))
    else:
        wild = "::" if plan.kind.endswith("6") else "0.0.0.0"
        space.add(plan.kind, Row((wild, plan.number), (wild, 0), CLOSE, inode), plan.holders)
    space.held[inode] = plan.holders


def _snapshot(
    name: str,
    at: int,
    machine: MachinePlan,
    spaces: list[_Space],
    pids: tuple[int, ...],
    spare: int,
) -> Snapshot:
    byteorder = "big" if machine.big_endian else "little"
    processes = [
        Process(
            pid=pid,
            start=machine.start,
            comm=f"p{pid}",
            uid=0,
            netns=None,
            sockets=sorted(
                inode for space in spaces for inode, held in space.held.items() if order in held
            ),
        )
        for order, pid in enumerate(pids)
    ]
    processes += [Process(pid=900 + extra, comm="idle") for extra in range(spare)]
    return Snapshot(
        source=f"{name}.json",
        format=2,
        host=Host(
            name=name,
            byteorder=byteorder,
            boot_id=None if machine.boot is None else f"boot{machine.boot}",
            btime=1_000_000,
            clk_tck=100,
        ),
        processes=processes,
        netns=[
            NetworkNamespace(
                id=4026531840 + 100 * at + space.number,
                addresses=space.plan.addresses,
                ip_local_port_range=space.plan.port_range,
                forwarding=space.plan.forwarding,
                tables=space.table_texts(byteorder),
            )
            for space in spaces
        ],
        euid=0,
        started=2_000_000.0,
        finished=2_000_001.0,
    )


def renamed(snapshot: Snapshot, source: str) -> Snapshot:
    """The same sample from another file."""
    return replace(snapshot, source=source)
