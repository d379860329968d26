"""Unix sockets: which one is connected to which, and who is the server (rule 13).

That two sockets are connected is only ever taken from sock_diag(7): /proc/net/unix does not tell
(sysdig #452), and neighbouring inodes prove nothing. The table adds types and names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from netviz.fleet.fleet import Fleet
from netviz.fleet.holders import shown_holder
from netviz.fleet.unix_sample import UnixSample
from netviz.fleet.unix_table import DATAGRAM, UnixSocket
from netviz.graph import Listener
from netviz.join.joined import JoinedFlow
from netviz.join.local_ends import ends_shown, is_ambiguous, local_flow, samples_by_kernel
from netviz.join.local_flows import LocalFlows
from netviz.render.text import visible


@dataclass(slots=True)
class UnixJoin:
    """Flows, the process that is shown for each listener, and how many sockets are left.

    ``unjoined`` counts connected ones of which it is not known who is at the other end.
    """

    flows: list[JoinedFlow] = field(default_factory=list)
    listeners: list[tuple[int, Listener]] = field(default_factory=list)
    unjoined: int = 0


class _Connection(NamedTuple):
    """Two connected sockets, by inode; which is which means nothing unless ``directed``."""

    client: int
    server: int
    directed: bool


def join_unix(fleet: Fleet) -> UnixJoin:
    """Join the unix sockets of every kernel, each connection once however many samples saw it."""
    found = UnixJoin()
    sampled = fleet.is_sampled
    for numbers in samples_by_kernel(fleet):
        kernel = _Kernel(found)
        for number in numbers:
            if number in fleet.unix:
                kernel.add(_Sample(fleet, fleet.unix[number]), number)
        found.unjoined += len(kernel.connected - kernel.joined)
        found.flows += kernel.connections.flows(fleet.sightings if sampled else None)
    return found


class _Kernel:
    """The sockets of one kernel; of what several samples saw the first one counts."""

    def __init__(self, found: UnixJoin) -> None:
        self.connected: set[int] = set()
        self.joined: set[int] = set()
        self.connections: LocalFlows[tuple[int, int]] = LocalFlows()
        self._found = found
        self._listening: set[int] = set()

    def add(self, sample: _Sample, number: int) -> None:
        """The sample of that number, too."""
        self.connected.update(sample.unix.connected())
        for connection in sample.connections():
            client, server, _ = connection
            holders, other_holders = sample.unix.holders(client), sample.unix.holders(server)
            if not holders or not other_holders or is_ambiguous(holders, other_holders):
                continue
            self.joined |= {client, server}
            both = min(client, server), max(client, server)
            self.connections.add(both, number, partial(sample.flow, connection))
        for inode, socket in sample.unix.listening():
            if inode not in self._listening:
                self._listening.add(inode)
                shown = Listener("unix", visible(socket.path or ""), None)
                self._found.listeners.append((sample.shown_listener(inode), shown))


class _Sample:
    """The unix sockets of one sample, being joined."""

    def __init__(self, fleet: Fleet, unix: UnixSample) -> None:
        self.unix = unix
        self._fleet = fleet
        self._listening = {socket.name for _, socket in unix.listening()}
        self._served: dict[tuple[int, str], Counter[int]] = {}
        for inode, socket in unix.sockets.items():
            name = socket.name
            if name in self._listening and name is not None and socket.connected:
                self._served.setdefault(name, Counter()).update(unix.holders(inode))

    def connections(self) -> Iterator[_Connection]:
        """Every two connected sockets, the client first where it is known.

        A socket is connected to one other: more are made up, and would multiply with its holders.
        """
        peers: dict[int, int] = {}
        for one, other in self.unix.peers:
            if one and other:
                peers.setdefault(one, other)
        for one, other in sorted(peers.items()):
            if peers.get(other) != one:
                yield self._one_way(one, other)
            elif one <= other:
                yield self._by_name(one, other)

    def flow(self, connection: _Connection) -> JoinedFlow:
        client, server, directed = connection
        client_process, server_process = ends_shown(
            self._fleet,
            self.unix.holders(client),
            self.unix.holders(server),
            self._connections_served(client),
            self._connections_served(server),
        )
        socket = self.unix.sockets.get(server)
        path = socket.path if socket is not None and directed else None
        shown = None if path is None else visible(path)
        return local_flow(self._fleet, client_process, server_process, "unix", shown, directed)

    def shown_listener(self, inode: int) -> int:
        """The process that is shown for a listening socket."""
        holders = self.unix.holders(inode)
        return shown_holder(self._fleet.processes, holders, self._connections_served(inode))

    def _connections_served(self, inode: int) -> Mapping[int, int]:
        """How many connections of a socket's listener each process holds."""
        socket = self.unix.sockets.get(inode)
        name = None if socket is None else socket.name
        return {} if name is None else self._served.get(name, {})

    def _one_way(self, one: int, other: int) -> _Connection:
        """``other`` is not connected back: datagrams go there, or it has not accepted yet."""
        first, second = self.unix.sockets.get(one), self.unix.sockets.get(other)
        sends = first is not None and first.type == DATAGRAM
        if sends or (second is not None and second.listening):
            return _Connection(one, other, True)
        return self._by_name(one, other)

    def _by_name(self, one: int, other: int) -> _Connection:
        """Who has the name of a listener is the server, else who has a name at all.

        Clients may have names, too (those of D-Bus do): no listener's.
        """
        first, second = self.unix.sockets.get(one), self.unix.sockets.get(other)
        accepted, other_accepted = self._is_accepted(first), self._is_accepted(second)
        if accepted != other_accepted:
            return _Connection(other, one, True) if accepted else _Connection(one, other, True)
        if first is None or second is None or first.doubtful or second.doubtful:
            return _Connection(one, other, False)
        if (first.path is None) == (second.path is None):
            return _Connection(one, other, False)
        return (
            _Connection(other, one, True) if second.path is None else _Connection(one, other, True)
        )

    def _is_accepted(self, socket: UnixSocket | None) -> bool:
        return socket is not None and socket.path is not None and socket.name in self._listening
