"""Entries of conntrack that translate: what a client sent and what a server answers differ.

A conntrack entry has the tuple of the original direction, as the client sent it, and of the reply,
as the server sends it (Documentation/networking/nf_conntrack-sysctl.rst).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from netviz.loops import translating
from netviz.tables import ConntrackColumns

PROTOCOLS = {6: "tcp", 17: "udp", 132: "sctp", 136: "udplite"}
"""The IP protocols whose sockets are joined, by number."""


class Way(NamedTuple):
    """One direction: source address and port, destination address and port."""

    source: int
    source_port: int
    destination: int
    destination_port: int

    def turned(self) -> Way:
        return Way(self.destination, self.destination_port, self.source, self.source_port)


class Translation(NamedTuple):
    """An entry of a namespace's conntrack whose reply does not mirror its original."""

    namespace: int
    proto: str
    original: Way
    reply: Way
    replied: bool


def translations_of(entries: ConntrackColumns, namespace: int) -> list[Translation]:
    """The entries of a namespace's conntrack that translate a protocol whose sockets are joined."""
    return [
        Translation(
            namespace,
            PROTOCOLS[entries.protocol[i]],
            Way(
                entries.original_source_hi[i] << 64 | entries.original_source_lo[i],
                entries.original_source_port[i],
                entries.original_destination_hi[i] << 64 | entries.original_destination_lo[i],
                entries.original_destination_port[i],
            ),
            Way(
                entries.reply_source_hi[i] << 64 | entries.reply_source_lo[i],
                entries.reply_source_port[i],
                entries.reply_destination_hi[i] << 64 | entries.reply_destination_lo[i],
                entries.reply_destination_port[i],
            ),
            bool(entries.replied[i]),
        )
        for i in translating(entries)
        if entries.protocol[i] in PROTOCOLS
    ]


def named_addresses(translations: Iterable[Translation]) -> set[int]:
    """Every address that a translation names: sockets that talk to one are not external yet."""
    return {
        address
        for t in translations
        for way in (t.original, t.reply)
        for address in (way.source, way.destination)
    }


def borrowed_ends(translations: Iterable[Translation]) -> set[tuple[int, str, int, int]]:
    """(namespace, proto, address, port) that a translation shows a server in a client's place."""
    return {
        (t.namespace, t.proto, t.reply.destination, t.reply.destination_port)
        for t in translations
        if t.reply.destination != t.original.source
        or t.reply.destination_port != t.original.source_port
    }


def translated_ends(translations: Iterable[Translation]) -> set[tuple[int, str, int, int]]:
    """(namespace, proto, address, port) that a translation takes away from a local listener."""
    return {
        (t.namespace, t.proto, t.original.destination, t.original.destination_port)
        for t in translations
    }
