"""Listening sockets: what covers an address and port of a namespace, and who holds it."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from netviz.addresses import ANY4, ANY6, format_address, is_ipv4
from netviz.fleet.fleet import Fleet
from netviz.fleet.sockets import CONNECTION_PROTOCOLS, BoundSocket, PacketSocket, TableSockets
from netviz.graph import Listener
from netviz.join.bound_sockets import bound_sockets, packet_sockets
from netviz.join.listener_times import ListenerTimes
from netviz.join.listening_end import ListeningEnd
from netviz.join.tenures import Tenure, Tenures
from netviz.loops import AddressTable, ListenerTable
from netviz.parsers.sctp import LISTENING, Endpoint

CONNECTIONLESS = frozenset({"udp", "udplite"})
"""Protocols whose servers are unconnected sockets with a local port (state 07, not LISTEN)."""


End = tuple[str, int, int]
"""Protocol, address and port."""

Held = tuple[int, Tenure | None]
"""The owner of a bound socket, and when it was there, where a machine has several samples."""


class Ingress(NamedTuple):
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
        self.ports: dict[tuple[int, str], set[int]] = {}
        """The ports that a namespace listens on, by namespace and protocol."""
        self._known = known
        self.table = ListenerTable(known.add(ANY4), known.add(ANY6))
        self.times = ListenerTimes(fleet, self.ends, self.table, known)
        sampled = fleet.is_sampled
        for namespace in range(len(fleet.namespaces)):
            tables = fleet.tables_of(namespace)
            places = self.times.places(namespace) if sampled else {}
            tenures = Tenures(places, tables) if len(places) > 1 else None
            bound = bound_sockets(tables, tenures)
            self.bound.append([socket for socket, _ in bound])
            self.packets.append(packet_sockets(tables))
            self._add_bound(fleet, namespace, bound)
            self._add_endpoints(fleet, namespace, tables, tenures)
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

    def covering(self, namespace: int, proto: int, address: int, port: int, seen: int) -> int:
        """The number of the listener that covers an end of a socket, negative where none does.

        ``proto`` is the number of its protocol; ``seen`` numbers the samples that list the socket.
        """
        number = self._known.add(address)
        end = self.table.find(namespace, proto, port, number, is_ipv4(address))
        return self.times.covering(end, seen)

    @property
    def owners(self) -> array[int]:
        """The owner of each of ``ends``."""
        return array("I", [end.owner for end in self.ends])

    def _add_bound(
        self, fleet: Fleet, namespace: int, bound: Sequence[tuple[BoundSocket, Tenure | None]]
    ) -> None:
        together: dict[End, list[Held]] = {}
        for socket, tenure in bound:
            if socket.proto not in CONNECTION_PROTOCOLS:
                self.others[socket.proto] = self.others.get(socket.proto, 0) + 1
            else:
                self.listening += socket.listening
                self.unconnected += not socket.listening
                self.unowned += not socket.owner
                if not takes_connections(socket):
                    continue
                end = (socket.proto, socket.address, socket.port)
                together.setdefault(end, []).append((socket.owner, tenure))
                self.ports.setdefault((namespace, socket.proto), set()).add(socket.port)
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
        self, fleet: Fleet, namespace: int, together: Mapping[End, Sequence[Held]]
    ) -> None:
        """One end for each protocol, address and port, with all the processes that hold it."""
        for (proto, address, port), held in together.items():
            processes = {process for owner, _ in held for process in fleet.owners[owner]}
            owner = fleet.owner_id(tuple(sorted(processes)))
            self.ends.append(ListeningEnd(namespace, proto, address, port, owner))
            self.times.add(len(self.ends) - 1, held)

    def _add_endpoints(
        self,
        fleet: Fleet,
        namespace: int,
        tables: Sequence[TableSockets],
        tenures: Tenures | None,
    ) -> None:
        """The endpoints of SCTP, each with all its addresses (rule 12)."""
        found: dict[tuple[object, ...], tuple[Endpoint, int]] = {}
        listed: dict[tuple[object, ...], list[int]] = {}
        for table in tables:
            for endpoint, owner in table.endpoints:
                # Another sample may see another uid, fewer holders, or it before it listens.
                key = endpoint.port, endpoint.inode, not endpoint.inode and endpoint.addresses
                first, holder = found.get(key, (endpoint, owner))
                listening = endpoint if endpoint.state == LISTENING != first.state else first
                found[key] = listening, holder or owner
                if endpoint.state == LISTENING:
                    listed.setdefault(key, []).append(table.sample)
        self.endpoints.append(list(found.values()))
        together: dict[End, list[Held]] = {}
        for same, (endpoint, owner) in found.items():
            self.unowned += not owner
            if endpoint.state != LISTENING:
                self.unconnected += 1
                continue
            self.listening += 1
            self.ports.setdefault((namespace, "sctp"), set()).add(endpoint.port)
            tenure = None if tenures is None else tenures.of("sctp", listed[same])
            for address in endpoint.addresses:
                end = ("sctp", address, endpoint.port)
                together.setdefault(end, []).append((owner, tenure))
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
