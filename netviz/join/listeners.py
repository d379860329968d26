"""Listening sockets: what covers an address and port of a namespace, and who holds it."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass

from netviz.addresses import ANY4, ANY6, format_address
from netviz.fleet.fleet import Fleet
from netviz.fleet.sctp_tables import LISTENING, Endpoint
from netviz.fleet.sockets import CONNECTION_PROTOCOLS, BoundSocket, PacketSocket
from netviz.graph import Listener
from netviz.loops import AddressTable, ListenerTable

CONNECTIONLESS = frozenset({"udp", "udplite"})
"""Protocols whose servers are unconnected sockets with a local port (state 07, not LISTEN)."""


@dataclass(frozen=True, slots=True)
class ListeningEnd:
    """An address and port of a namespace that takes traffic; ``owner`` numbers all who hold it."""

    namespace: int
    proto: str
    address: int
    port: int
    owner: int


@dataclass(frozen=True, slots=True)
class Ingress:
    """One bound socket to be shown on the process that holds it (rule 15)."""

    namespace: int
    owner: int
    orphan: bool
    listener: Listener


def takes_connections(socket: BoundSocket) -> bool:
    """Whether a peer of this protocol can reach the socket by its address and port."""
    if socket.proto in CONNECTIONLESS:
        return socket.port != 0
    return socket.listening


class Listeners:
    """Every bound socket of the group, each once however many samples hold it."""

    def __init__(self, fleet: Fleet, known: AddressTable) -> None:
        self.ends: list[ListeningEnd] = []
        self.ingresses: list[Ingress] = []
        self.bound: list[list[BoundSocket]] = []
        """The bound sockets of each namespace."""
        self.packets: list[list[PacketSocket]] = []
        """The packet sockets of each namespace."""
        self.endpoints: list[list[tuple[Endpoint, int]]] = []
        """The endpoints of SCTP of each namespace, with their owners."""
        self.listening = 0
        self.unconnected = 0
        self.unowned = 0
        self.others: dict[str, int] = {}
        self.ports: dict[tuple[int, str], bytearray] = {}
        self.table = ListenerTable(known.add(ANY4), known.add(ANY6))
        for namespace in range(len(fleet.namespaces)):
            bound: dict[tuple[BoundSocket, int], BoundSocket] = {}
            packets: dict[PacketSocket, PacketSocket] = {}
            met: dict[tuple[int, BoundSocket], int] = {}
            for table in fleet.tables_of(namespace):
                for socket in table.bound:
                    # Whoever holds it, and whatever uid it has: another sample may see less.
                    same = socket._replace(owner=0, uid=0)
                    # Repeats within a sample are gone already; what is alike there is distinct.
                    number = met.get((table.sample, same), 0)
                    met[(table.sample, same)] = number + 1
                    if (same, number) not in bound or not bound[(same, number)].owner:
                        bound[(same, number)] = socket
                for packet in table.packet:
                    anyones = packet._replace(owner=0)
                    if anyones not in packets or not packets[anyones].owner:
                        packets[anyones] = packet
            self.bound.append(list(bound.values()))
            self.packets.append(list(packets.values()))
            self._add_bound(fleet, namespace, self.bound[-1])
            self._add_endpoints(fleet, namespace)
            names = fleet.namespaces[namespace].interface_names
            self._add_packets(namespace, self.packets[-1], names)
        for number, end in enumerate(self.ends):
            self.table.add(
                end.namespace,
                CONNECTION_PROTOCOLS.index(end.proto),
                end.port,
                known.add(end.address),
                number,
            )

    @property
    def owners(self) -> array[int]:
        """The owner of each of ``ends``."""
        return array("I", [end.owner for end in self.ends])

    def listening_ports(self, namespace: int, proto: str) -> bytearray:
        """65,536 flags: 1 where the namespace has a listener of that protocol on the port."""
        ports = self.ports.get((namespace, proto))
        if ports is None:
            ports = self.ports[(namespace, proto)] = bytearray(65536)
        return ports

    def _add_bound(self, fleet: Fleet, namespace: int, sockets: list[BoundSocket]) -> None:
        together: dict[tuple[str, int, int], set[int]] = {}
        for socket in sockets:
            if socket.proto not in CONNECTION_PROTOCOLS:
                self.others[socket.proto] = self.others.get(socket.proto, 0) + 1
            else:
                self.listening += socket.listening
                self.unconnected += not socket.listening
                self.unowned += not socket.owner
                if not takes_connections(socket):
                    continue
                end = (socket.proto, socket.address, socket.port)
                together.setdefault(end, set()).update(fleet.owners[socket.owner])
                self.listening_ports(namespace, socket.proto)[socket.port] = 1
            self.ingresses.append(
                Ingress(
                    namespace,
                    socket.owner,
                    socket.inode == 0,
                    Listener(socket.proto, format_address(socket.address), socket.port),
                )
            )
        self._add_ends(fleet, namespace, together)

    def _add_ends(
        self, fleet: Fleet, namespace: int, together: Mapping[tuple[str, int, int], set[int]]
    ) -> None:
        """One end for each protocol, address and port, with all the processes that hold it."""
        for (proto, address, port), processes in together.items():
            owner = fleet.owner_id(tuple(sorted(processes)))
            self.ends.append(ListeningEnd(namespace, proto, address, port, owner))

    def _add_endpoints(self, fleet: Fleet, namespace: int) -> None:
        """The endpoints of SCTP, each with all its addresses (rule 12)."""
        found: dict[tuple[object, ...], tuple[Endpoint, int]] = {}
        for table in fleet.tables_of(namespace):
            for endpoint, owner in table.endpoints:
                # Another sample may see another uid, fewer holders, or it before it listens.
                same = endpoint.port, endpoint.inode, not endpoint.inode and endpoint.addresses
                first, holder = found.get(same, (endpoint, owner))
                listening = endpoint if endpoint.state == LISTENING != first.state else first
                found[same] = listening, holder or owner
        self.endpoints.append(list(found.values()))
        together: dict[tuple[str, int, int], set[int]] = {}
        for endpoint, owner in found.values():
            self.unowned += not owner
            if endpoint.state != LISTENING:
                self.unconnected += 1
                continue
            self.listening += 1
            self.listening_ports(namespace, "sctp")[endpoint.port] = 1
            for address in endpoint.addresses:
                end = ("sctp", address, endpoint.port)
                together.setdefault(end, set()).update(fleet.owners[owner])
                listener = Listener("sctp", format_address(address), endpoint.port)
                self.ingresses.append(Ingress(namespace, owner, endpoint.inode == 0, listener))
        self._add_ends(fleet, namespace, together)

    def _add_packets(
        self, namespace: int, sockets: list[PacketSocket], names: Mapping[int, str]
    ) -> None:
        for socket in sockets:
            self.others["packet"] = self.others.get("packet", 0) + 1
            name = names.get(socket.interface, "")
            # A name of digits alone, which is allowed, would look like the index of another.
            address = str(socket.interface) if not name or name.isdecimal() else name
            listener = Listener("packet", address, socket.ethertype)
            self.ingresses.append(Ingress(namespace, socket.owner, socket.inode == 0, listener))
