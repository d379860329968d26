"""Every socket that ss lists is in the result, or counted as something else, one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import datacentre
import pytest
import real_hosts
from machines import Lab, Machine
from ss_sockets import BOUND, Listed, NetSocket, UnixSocket, list_sockets
from stitching import Stitched

from netviz.addresses import format_address
from netviz.explain.explainer import Explainer
from netviz.fleet.fleet import Fleet
from netviz.fleet.parsed import parse_sample
from netviz.fleet.sockets import CONNECTION_PROTOCOLS
from netviz.snapshot import load


class Kind(NamedTuple):
    """A laboratory, which machines of it are captured, and how many sockets talk to others."""

    set_up: Callable[[Lab], dict[str, Machine]]
    captured: tuple[str, ...]
    external: int


KINDS = {
    "daemons": Kind(datacentre.set_up, datacentre.HOSTS, 0),
    "actors": Kind(real_hosts.set_up, real_hosts.CAPTURED, real_hosts.EXTERNAL),
}


@dataclass
class Captured:
    """Snapshots, and what ss listed of the same machines, before and after them."""

    kind: Kind
    snapshots: list[Path] = field(default_factory=list)
    before: list[Listed] = field(default_factory=list)
    after: list[Listed] = field(default_factory=list)

    def net(self) -> set[NetSocket]:
        """What was there all the time."""
        return self._ever("net", self.before) & self._ever("net", self.after)

    def connected(self) -> set[NetSocket]:
        return {s for s in self.net() if s.remote and s.state != "TIME-WAIT"}

    def ever(self) -> set[NetSocket]:
        """What was there before or after."""
        return self._ever("net", self.before) | self._ever("net", self.after)

    def unix(self) -> set[UnixSocket]:
        return self._ever("unix", self.before) & self._ever("unix", self.after)

    def addresses(self) -> set[str]:
        return self._ever("addresses", self.before)

    @staticmethod
    def _ever(what: str, listed: list[Listed]) -> set[Any]:
        return {one for machine in listed for one in getattr(machine, what)}


@pytest.fixture(scope="module", params=KINDS)
def captured(
    request: pytest.FixtureRequest,
    laboratory_possible: None,
    pyz: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Captured]:
    folder = tmp_path_factory.mktemp("snapshots")
    found = Captured(KINDS[request.param])
    with Lab() as lab:
        machines = found.kind.set_up(lab)
        hosts = [machines[name] for name in found.kind.captured]
        found.before = [list_sockets(host) for host in hosts]
        for host in hosts:
            found.snapshots.append(host.capture(pyz).rename(folder / f"{host.name}.json"))
        found.after = [list_sockets(host) for host in hosts]
    yield found


Account = tuple[str, tuple[str, int], tuple[str, int] | None, int]
"""Protocol, local and remote end, and inode."""


def accounts_of(explainer: Explainer) -> Iterator[tuple[Account, str]]:
    """Every socket of TCP and UDP that netviz knows, and what it was counted as."""
    trace = explainer.trace
    for one in trace.connected(lambda local, remote: True):
        local = format_address(one.local), one.local_port
        remote = format_address(one.remote), one.remote_port
        yield (one.proto, local, remote, one.inode), trace.fate(one)
    for sockets in trace.listeners.bound:
        for bound in sockets:
            if bound.proto in CONNECTION_PROTOCOLS:
                local = format_address(bound.address), bound.port
                fate = "listening" if bound.listening else "unconnected"
                yield (bound.proto, local, None, bound.inode), fate


def test_every_socket_has_one_account(captured: Captured) -> None:
    """By inode and tuple: nothing that ss lists is missing, nothing is there twice or invented."""
    fleet = Fleet()
    for path in captured.snapshots:
        for snapshot in load(path):
            fleet.absorb(parse_sample(snapshot))
    explainer = Explainer(fleet)
    accounts: Counter[Account] = Counter()
    fates: dict[Account, str] = {}
    for account, fate in accounts_of(explainer):
        accounts[account] += 1
        fates[account] = fate
    listed = Counter((s.proto, s.local, s.remote, s.inode) for s in captured.net())
    ever = Counter((s.proto, s.local, s.remote, s.inode) for s in captured.ever())
    assert listed - accounts == Counter()
    assert accounts - ever == Counter()
    coverage = explainer.joined.coverage
    counted = Counter({fate: getattr(coverage, fate) for fate in set(fates.values())})
    expected: Counter[str] = Counter()
    for account, count in accounts.items():
        expected[fates[account]] += count
    assert counted == expected
    assert coverage.sockets == accounts.total()
    states = {
        "LISTEN": {"listening"},
        "UNCONN": {"unconnected"},
        "TIME-WAIT": {"recent"},
        "ESTAB": {"joined", "external"},
    }
    for socket in captured.net():
        fate = fates[(socket.proto, socket.local, socket.remote, socket.inode)]
        assert fate in states.get(socket.state, {"joined"}), socket
        outside = socket.remote is not None and socket.remote[0] not in captured.addresses()
        assert fate != "external" or outside, socket


class Place(NamedTuple):
    """An end of a flow: where it is, and what its own socket has there."""

    host: str
    namespace: str | None
    proto: str
    local: tuple[str, int]


def test_every_connected_socket_is_an_end_of_a_line(
    captured: Captured, implementation: str
) -> None:
    """Once, and on a node of a process that ss shows for it; those of others are counted."""
    result = Stitched(implementation, captured.snapshots, "--group-by", "connection", "--self")
    left = Counter(place(s) for s in captured.connected())
    pids: dict[Place, set[int]] = {}
    waiting = set()
    for socket in captured.connected():
        pids.setdefault(place(socket), set()).update(socket.pids)
        if not socket.pids:
            waiting.add(place(socket))
    for flow in result.flows:
        [[client, client_port, server, server_port]] = flow["samples"]
        for key, local in (
            (flow["source"], (client, client_port)),
            (flow["target"], (server, server_port)),
        ):
            node = result.nodes[key]
            end = Place(result.machine_of[key], node["netns"], flow["proto"], local)
            if end not in left:  # seen at the other end only
                assert flow["match"] in ("one-sided", "nat"), flow
                assert is_bound(captured, end), end
                continue
            left[end] -= 1
            assert pids[end] & set(node["pids"]) or end in waiting, end
    others = {p: count for p, count in left.items() if count}
    assert all(count > 0 for count in others.values()), others
    assert sum(others.values()) == captured.kind.external == result.coverage["external"]
    outside = {
        place(s)
        for s in captured.connected()
        if s.remote and s.remote[0] not in captured.addresses()
    }
    assert outside >= others.keys()


def place(socket: NetSocket) -> Place:
    return Place(socket.host, socket.namespace, socket.proto, socket.local)


def is_bound(captured: Captured, end: Place) -> bool:
    """Whether ss lists a socket there that has no other end itself."""
    addresses = (end.local[0], "0.0.0.0", "::")
    return any(
        s.state in BOUND and (s.local[0] in addresses and s.local[1] == end.local[1])
        for s in captured.net()
        if (s.host, s.namespace, s.proto) == end[:3]
    )


def test_every_listener_is_on_its_process(captured: Captured, implementation: str) -> None:
    result = Stitched(implementation, captured.snapshots, "--group-by", "process")
    shown: dict[Place, set[int]] = {}
    for key, node in result.nodes.items():
        for listener in node["listeners"]:
            if listener["proto"] in ("tcp", "udp"):
                local = listener["address"], listener["port"]
                end = Place(result.machine_of[key], node["netns"], listener["proto"], local)
                shown.setdefault(end, set()).update(node["pids"])
    listed: dict[Place, set[int]] = {}
    for socket in captured.net():
        if socket.state in BOUND:
            listed.setdefault(place(socket), set()).update(socket.pids)
    assert shown.keys() == listed.keys()
    for end, processes in shown.items():
        assert processes <= listed[end], end


def test_every_unix_socket_is_accounted_for(captured: Captured, implementation: str) -> None:
    """Those that are connected make a line between processes that hold them, or are counted."""
    result = Stitched(
        implementation,
        captured.snapshots,
        *("--flows", "unix", "--group-by", "process", "--self"),
    )
    coverage = result.coverage["other"]
    sockets = {(s.host, s.inode): s for s in captured.unix()}
    assert coverage["unix"] == len(sockets)
    paths = {(s.host, s.name) for s in sockets.values() if s.state == "LISTEN"}
    assert paths == {
        (result.machine_of[key], listener["address"])
        for key, node in result.nodes.items()
        for listener in node["listeners"]
    }
    lines = Counter({number: flow["connections"] for number, flow in enumerate(result.flows)})
    connected = {key for key, s in sockets.items() if s.state == "ESTAB"}
    pairs: dict[frozenset[tuple[str, int]], list[int]] = {}
    for key, socket in sockets.items():
        other = sockets.get((socket.host, socket.peer))
        if other is not None:
            pairs[frozenset({key, (other.host, other.inode)})] = [
                n for n, flow in enumerate(result.flows) if joins(result, flow, socket, other)
            ]
    for pair, fitting in sorted(pairs.items(), key=lambda item: len(item[1])):
        line = next((number for number in fitting if lines[number]), None)
        assert line is not None, pair
        lines[line] -= 1
        connected -= pair
    assert not +lines
    assert coverage["unix_unjoined"] == len(connected)


def joins(result: Stitched, flow: dict[str, Any], one: UnixSocket, other: UnixSocket) -> bool:
    """Whether a flow is between a holder of either socket."""
    ends = flow["source"], flow["target"]
    if any(result.machine_of[end] != one.host for end in ends):
        return False
    source, target = (frozenset(result.nodes[end]["pids"]) for end in ends)
    return bool(
        (source & one.pids and target & other.pids) or (source & other.pids and target & one.pids)
    )
