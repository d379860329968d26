"""Entries of conntrack that translate: what a client sent and what a server answers differ.

A conntrack entry has the tuple of the original direction, as the client sent it, and of the reply,
as the server sends it (Documentation/networking/nf_conntrack-sysctl.rst).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


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


def named_addresses(translations: Iterable[Translation]) -> set[int]:
    """Every address that a translation names: sockets that talk to one are not external yet."""
    return {
        address
        for t in translations
        for way in (t.original, t.reply)
        for address in (way.source, way.destination)
    }


def translated_ends(translations: Iterable[Translation]) -> set[tuple[int, str, int, int]]:
    """(namespace, proto, address, port) that a translation takes away from a local listener."""
    return {
        (t.namespace, t.proto, t.original.destination, t.original.destination_port)
        for t in translations
    }
