"""What to capture next: ends that sockets of the group talk to and nobody in it owns.

Beside the sockets that were thrown away early (``selection.py``) these are sockets that were kept
because a translation names their remote address, or leads from it to the outside.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator

from netviz.addresses import NOBODY, AddressBook
from netviz.fleet.fleet import Fleet
from netviz.fleet.sockets import CONNECTION_PROTOCOLS
from netviz.fleet.translations import Translation
from netviz.join.nat import NatJoin
from netviz.loops import AddressTable
from netviz.loops.dialled import is_dialled
from netviz.tables import TIME_WAIT, Candidates

End = tuple[int, int, int]
"""The number of a protocol, an address, a port."""


def dialled_ends(
    fleet: Fleet,
    candidates: Candidates,
    target: array[int],
    paired: bytearray,
    listener: array[int],
    known: AddressTable,
    translated: NatJoin,
) -> Iterator[End]:
    """What clients with their other end outside of the group dial, as far as it was followed."""
    number = -1
    for _ in range(target.count(NOBODY)):
        number = target.index(NOBODY, number + 1)
        if paired[number] or listener[number] >= 0 or candidates.state[number] == TIME_WAIT:
            continue
        address, port = translated.outside.get(
            number, (known.addresses[candidates.remote[number]], candidates.remote_port[number])
        )
        first_port, _ = fleet.namespaces[candidates.namespace[number]].local_port_range or (0, 0)
        local_port, state = candidates.local_port[number], candidates.state[number]
        if is_dialled(local_port, address, port, state, first_port):
            yield candidates.proto[number], address, port


def hidden_sources(
    translations: Iterable[Translation],
    in_vain: Collection[tuple[int, int, int, int]],
    book: AddressBook,
) -> Iterator[End]:
    """Who came instead of a client whose socket was not joined.

    ``in_vain`` has the namespace, protocol, address and port that such clients dial. Where that
    namespace translated what came to that very end from an address of nobody, a machine that has
    not been captured may have taken the client's place.
    """
    found = set()
    for translation in translations:
        proto = CONNECTION_PROTOCOLS.index(translation.proto)
        to = translation.original
        if (translation.namespace, proto, to.destination, to.destination_port) not in in_vain:
            continue
        if book.resolve(translation.namespace, to.source) == NOBODY:
            found.add((proto, to.source, to.source_port))
    yield from sorted(found)
