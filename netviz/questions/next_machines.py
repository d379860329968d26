"""Which machines are missing: what sockets of the group talk to and nobody in it owns."""

from __future__ import annotations

from dataclasses import dataclass

from netviz.graph import Graph, Missing


@dataclass(frozen=True, slots=True)
class NextMachine:
    """An address that no machine of the group has, with the ``sockets`` that talk to it.

    ``ends`` are its ports, those that most sockets talk to first.
    """

    address: str
    sockets: int
    ends: tuple[Missing, ...]


def next_machines(graph: Graph) -> list[NextMachine]:
    """The addresses that most sockets of the group talk to, first; else in order of their text.

    A machine that has several addresses is several lines: nothing here tells that it is one. Only
    the ends in ``coverage.missing`` are counted, which are those with most sockets.
    """
    by_address: dict[str, list[Missing]] = {}
    for missing in graph.coverage.missing:
        by_address.setdefault(missing.address, []).append(missing)
    found = [
        NextMachine(
            address,
            sum(end.sockets for end in ends),
            tuple(sorted(ends, key=lambda end: (-end.sockets, end.proto, end.port))),
        )
        for address, ends in by_address.items()
    ]
    return sorted(found, key=lambda machine: (-machine.sockets, machine.address))
