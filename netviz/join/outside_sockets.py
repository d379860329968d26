"""The sockets whose other ends are outside of the group, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from netviz.addresses import NOBODY
from netviz.fleet.ownership import local_addresses
from netviz.fleet.sockets import CONNECTION_PROTOCOLS
from netviz.join.joined import JoinOptions
from netviz.join.trace import Trace
from netviz.loops import mark
from netviz.loops.results import End
from netviz.tables import NOT_ACCEPTED, SYN_RECV, SYN_SENT, TIME_WAIT

_ATTEMPTED = frozenset({SYN_SENT, SYN_RECV})


class OutsideSocket(NamedTuple):
    """A socket whose other end is outside; ``kind`` is one of ``graph.MATCHES``.

    ``seen`` numbers the set of samples that list it, 0 where no machine has several.
    """

    end: End
    proto: int
    local: int
    local_port: int
    remote: int
    remote_port: int
    kind: str
    seen: int = 0

    @property
    def incoming(self) -> bool:
        """Whether a listener of its own namespace covers it."""
        return self.end.listener >= 0

    @property
    def service(self) -> tuple[int, int]:
        """Protocol and port that the client dialled."""
        return self.proto, self.local_port if self.incoming else self.remote_port


def outside_sockets(trace: Trace, options: JoinOptions) -> Iterator[OutsideSocket]:
    """Each of them once: those thrown away early, then those not found later.

    Closed and half-open ones are among them as ``options`` says.
    """
    yield from _thrown_away(trace, options)
    number = -1
    seen = trace.selected.candidates.seen
    for _ in range(trace.target.count(NOBODY)):
        number = trace.target.index(NOBODY, number + 1)
        one = trace.candidate(number)
        kind = _kind(one.state, options)
        if trace.paired[number] or kind is None:
            continue
        remote = trace.translated.outside.get(number, (one.remote, one.remote_port))
        listener = trace.listener[number]
        yield OutsideSocket(
            End(one.namespace, one.owner, listener, one.inode == 0),
            CONNECTION_PROTOCOLS.index(one.proto),
            *(one.local, one.local_port, *remote),
            kind,
            seen[number] if seen else 0,
        )


def _thrown_away(trace: Trace, options: JoinOptions) -> Iterator[OutsideSocket]:
    ends: dict[End, End] = {}
    for namespace, proto, table, inner in trace.selected.selections:
        number = CONNECTION_PROTOCOLS.index(proto)
        listening = trace.listeners.ports.get((namespace, proto), ())
        chosen = bytearray(len(table))
        mark(inner, chosen)
        local = local_addresses(table)
        columns = zip(
            *(table.state, table.owner, table.inode, table.local, table.local_port),
            *(table.remote_hi, table.remote_lo, table.remote_port, table.seen or bytes(len(table))),
            strict=True,
        )
        for is_chosen, columns_of in zip(chosen, columns, strict=True):
            if is_chosen:
                continue
            state, owner, inode, place, local_port, *remote, remote_port, seen = columns_of
            kind = _kind(state, options)
            if kind is None:
                continue
            listener = -1
            if local_port in listening:
                listener = trace.covering(namespace, proto, local[place], local_port, seen)
            if listener >= 0 and not inode and state in NOT_ACCEPTED:
                owner = trace.listeners.ends[listener].owner
            end = End(namespace, owner, listener, inode == 0)
            yield OutsideSocket(
                ends.setdefault(end, end),
                *(number, local[place], local_port, remote[0] << 64 | remote[1], remote_port),
                kind,
                seen,
            )


def _kind(state: int, options: JoinOptions) -> str | None:
    """The kind of match, None where it is not to be seen."""
    if state == TIME_WAIT:
        return "recent" if options.recent else None
    if state in _ATTEMPTED:
        return "attempt" if options.attempts else None
    return "external"
