"""Which sockets somebody asks about: those with an endpoint, or those of a process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from netviz.addresses import is_loopback, wildcards_for
from netviz.explain.called import is_called
from netviz.explain.endpoint import Endpoint
from netviz.fleet.fleet import Fleet
from netviz.fleet.sockets import CONNECTION_PROTOCOLS, BoundSocket, PacketSocket
from netviz.join.listeners import takes_connections
from netviz.join.sctp_sockets import SctpSocket
from netviz.join.trace import ConnectedSocket
from netviz.parsers.sctp import LISTENING
from netviz.parsers.sctp import Endpoint as SctpEndpoint


class Wanted(Protocol):
    """Says of each socket whether it is asked about."""

    def ports(self, local: int, remote: int) -> bool:
        """Whether a connected socket of these ports may be wanted."""

    def connected(self, socket: ConnectedSocket) -> bool:
        """Whether a connected socket is wanted, if its ports may be."""

    def bound(self, namespace: int, socket: BoundSocket) -> bool:
        """Whether a socket without a remote end is wanted."""

    def packet(self, socket: PacketSocket) -> bool:
        """Whether a packet socket is wanted."""

    def association(self, socket: SctpSocket) -> bool:
        """Whether an association of SCTP is wanted."""

    def endpoint(self, namespace: int, endpoint: SctpEndpoint, owner: int) -> bool:
        """Whether an endpoint of SCTP is wanted."""


class WantedEndpoint:
    """Sockets that have an address and port at either end.

    A listener on the wildcard address has every address of its namespace, and loopback.
    """

    def __init__(self, endpoint: Endpoint, owned: Sequence[Mapping[int, int]]) -> None:
        """``owned[n]`` are the addresses of namespace n."""
        self._address, self._port = endpoint
        self._owned = owned

    def ports(self, local: int, remote: int) -> bool:
        return self._port in (local, remote)

    def connected(self, socket: ConnectedSocket) -> bool:
        ends = ((socket.local, socket.local_port), (socket.remote, socket.remote_port))
        return any(
            port == self._port and self._address in (None, address) for address, port in ends
        )

    def bound(self, namespace: int, socket: BoundSocket) -> bool:
        if socket.port != self._port or socket.proto not in CONNECTION_PROTOCOLS:
            return False
        takes = takes_connections(socket)
        return self._is_bound(namespace, socket.address, takes)

    def _is_bound(self, namespace: int, bound: int, takes_connections: bool) -> bool:
        address = self._address
        if address is None or address == bound:
            return True
        return (
            takes_connections
            and bound in wildcards_for(address)
            and (is_loopback(address) or address in self._owned[namespace])
        )

    def packet(self, socket: PacketSocket) -> bool:
        return False

    def association(self, socket: SctpSocket) -> bool:
        a = socket.association
        ends = ((a.local, a.local_port), (a.remote, a.remote_port))
        return any(
            port == self._port and (self._address is None or self._address in addresses)
            for addresses, port in ends
        )

    def endpoint(self, namespace: int, endpoint: SctpEndpoint, owner: int) -> bool:
        listens = endpoint.state == LISTENING
        return endpoint.port == self._port and any(
            self._is_bound(namespace, address, listens) for address in endpoint.addresses
        )


class WantedProcess:
    """Sockets that a process whose name fits a pattern holds, alone or with others."""

    def __init__(self, pattern: str, fleet: Fleet) -> None:
        processes = {n for n, process in enumerate(fleet.processes) if is_called(process, pattern)}
        self._owners = {
            number
            for number, holders in enumerate(fleet.owners)
            if not processes.isdisjoint(holders)
        }

    def ports(self, local: int, remote: int) -> bool:
        return True

    def connected(self, socket: ConnectedSocket) -> bool:
        return socket.owner in self._owners

    def bound(self, namespace: int, socket: BoundSocket) -> bool:
        return socket.owner in self._owners

    def packet(self, socket: PacketSocket) -> bool:
        return socket.owner in self._owners

    def association(self, socket: SctpSocket) -> bool:
        return socket.end.owner in self._owners

    def endpoint(self, namespace: int, endpoint: SctpEndpoint, owner: int) -> bool:
        return owner in self._owners
