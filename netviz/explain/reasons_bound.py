"""What a socket without a remote end is there for, and what it serves (docs/join-rules.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from netviz.addresses import format_address
from netviz.explain.endpoint import endpoint_text
from netviz.explain.names import Names
from netviz.fleet.sockets import CONNECTION_PROTOCOLS, BoundSocket, PacketSocket
from netviz.graph import Listener
from netviz.join.kinds import ONE_SIDED
from netviz.join.listeners import CONNECTIONLESS, takes_connections
from netviz.join.trace import Trace
from netviz.loops.results import End
from netviz.render.text import counted
from netviz.render.wording import listener

Key = tuple[int, str, int, int]
"""Namespace, protocol, address and port of a listening end."""


NO_OTHER_END = "shown on its process: a socket of this kind has no other end (rule 15)"


class BoundReasons:
    """Sentences for listening, unconnected, raw and packet sockets."""

    def __init__(self, trace: Trace, names: Names, sockets: Iterable[tuple[int, BoundSocket]]):
        """``sockets`` are those that will be asked for, each with its namespace."""
        self._trace = trace
        self._names = names
        self._number: dict[Key, int] = {}
        for number, end in enumerate(trace.listeners.ends):
            self._number.setdefault(end[:4], number)
        self._served = self._count_served({_key(*asked) for asked in sockets})

    def fate(self, socket: BoundSocket) -> str:
        """The count of the coverage that the socket is in, else ``other``."""
        if socket.proto not in CONNECTION_PROTOCOLS:
            return "other"
        return "listening" if socket.listening else "unconnected"

    def text(self, socket: BoundSocket) -> str:
        """``tcp 0.0.0.0:80 LISTEN``, ``raw icmp (1)``."""
        if socket.proto not in CONNECTION_PROTOCOLS:
            return listener(Listener(socket.proto, format_address(socket.address), socket.port))
        state = "LISTEN" if socket.listening else "unconnected"
        return f"{socket.proto} {endpoint_text(socket.address, socket.port)} {state}"

    def holder(self, namespace: int, socket: BoundSocket) -> str:
        """Who holds it."""
        number = self._number.get(_key(namespace, socket), -1)
        return self._names.holder(End(namespace, socket.owner, number, not socket.inode))

    def of(self, namespace: int, socket: BoundSocket) -> list[str]:
        """The sentences for one socket."""
        if socket.proto not in CONNECTION_PROTOCOLS:
            return [NO_OTHER_END]
        if not takes_connections(socket):
            return [f"unconnected: {'no port' if not socket.port else 'it does not listen'}"]
        sentences = ["a listener itself, shown on its process (rule 15)"]
        if socket.proto in CONNECTIONLESS:
            sentences = [
                "unconnected: it takes datagrams from anybody and shows no peer; a client that is"
                " connected is joined with it (rule 6), one that is not is never seen"
            ]
        return sentences + self._serves(namespace, socket)

    def _serves(self, namespace: int, socket: BoundSocket) -> list[str]:
        counts: Counter[str] = Counter()
        for number, of_listener in self._served.get(_key(namespace, socket), {}).items():
            # Others may have held the same address and port at other times.
            if self._names.is_held_by(self._trace.listeners.ends[number].owner, socket.owner):
                counts += of_listener
        if not counts:
            return ["no connection of it was seen"]
        parts = ", ".join(f"{count:,} {what}" for what, count in sorted(counts.items()))
        return [f"serves {counted(counts.total(), 'connection')}: {parts}"]

    def _count_served(self, asked: set[Key]) -> dict[Key, dict[int, Counter[str]]]:
        """What became of the connections that those who listened on the ends ``asked`` for serve,
        by the number of the listener."""
        served: dict[Key, dict[int, Counter[str]]] = {}
        trace, ends = self._trace, self._trace.listeners.ends

        def count(number: int, fate: str) -> None:
            if number >= 0 and ends[number][:4] in asked:
                counts = served.setdefault(ends[number][:4], {}).setdefault(number, Counter())
                counts[fate] += 1

        ports = {port for *_, port in asked}
        for socket in trace.connected(lambda local, _: local in ports):
            place = socket.namespace, socket.proto, socket.local, socket.local_port
            count(trace.covering(*place, socket.seen), trace.fate(socket))
        answered = [
            v.other.listener
            for v in trace.verdicts.values()
            if v.other is not None and v.kind == ONE_SIDED and v.is_client and not v.reason
        ]
        answered += [t.listening.listener for t in trace.translated.found if t.listening]
        for number in answered:
            count(number, "seen at the client only")
        return served


def packet_text(socket: PacketSocket) -> str:
    """``packet all (0x0003) on interface 2``."""
    return listener(Listener("packet", str(socket.interface), socket.ethertype))


def _key(namespace: int, socket: BoundSocket) -> Key:
    return namespace, socket.proto, socket.address, socket.port
