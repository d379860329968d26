"""Why a socket was joined: with what, and by which rule of docs/join-rules.md."""

from __future__ import annotations

from netviz.explain.endpoint import endpoint_text
from netviz.explain.names import Names
from netviz.join.kinds import QUEUED, RECENT
from netviz.join.nat import Translated
from netviz.join.trace import ConnectedSocket, Pair, Trace
from netviz.join.verdicts import Verdict

_KINDS = {
    QUEUED: ("queued: the server has not accepted it yet", "rule 7"),
    RECENT: ("recent: closed already", "rule 7"),
}

_NEITHER = "which end is the client is not known: drawn without an arrow (rule 11)"


class JoinedReasons:
    """Sentences for sockets that were counted as joined."""

    def __init__(self, trace: Trace, names: Names) -> None:
        self._trace = trace
        self._names = names
        self._translated: dict[int, Translated] = {}
        for found in trace.translated.found:
            self._translated[found.client] = found
            if found.server >= 0:
                self._translated[found.server] = found

    def of(self, socket: ConnectedSocket) -> list[str]:
        """The sentences for one socket, the decisive one first."""
        pair = self._trace.pair(socket.candidate)
        if pair is not None:
            return self._paired(socket, pair)
        found = self._translated.get(socket.candidate)
        if found is not None:
            return self._through(socket, found)
        return self._one_sided(self._trace.verdicts[socket.candidate])

    def _paired(self, socket: ConnectedSocket, pair: Pair) -> list[str]:
        if pair.other == socket.candidate:
            return ["joined (reciprocal; rule 3) with itself: it is connected to its own port"]
        other = self._trace.candidate(pair.other)
        shared = "rule 4: one of the two addresses is of several machines"
        rule = shared if socket.candidate in self._trace.shared else "rule 3"
        kind, more = _KINDS.get(pair.kind, ("reciprocal", ""))
        rules = f"{rule}, {more}" if more else rule
        sentences = [
            f"joined ({kind}; {rules}) with {self._names.end(other)}",
            self._direction(socket, other, pair),
        ]
        holder = self._names.shown(socket)
        if holder is not None and holder == self._names.shown(other):
            sentences.append("both ends are of one process: drawn with --self only (rule 14)")
        return sentences

    def _direction(self, socket: ConnectedSocket, other: ConnectedSocket, pair: Pair) -> str:
        if not pair.directed:
            return _NEITHER
        here, there = (self._trace.listener[end.candidate] >= 0 for end in (socket, other))
        role = "client" if pair.is_client else "server"
        if here == there:
            why = "conntrack or the local port ranges tell"
        else:
            why = f"{'this' if here else 'the other'} end's port has a listener"
        return f"this is the {role}: {why} (rule 11)"

    def _through(self, socket: ConnectedSocket, found: Translated) -> list[str]:
        if socket.candidate != found.client:
            other = self._names.end(self._trace.candidate(found.client))
        elif found.listening is None:
            other = self._names.end(self._trace.candidate(found.server))
        else:
            other = self._names.listener(found.listening)
        dialled, reached = endpoint_text(*found.dialled), endpoint_text(*found.reached)
        via = ", then ".join(map(self._names.place, found.via))
        return [
            f"joined (nat; rule 5) with {other}",
            f"the client dialled {dialled}; it came out at {reached}, translated by {via}",
        ]

    def _one_sided(self, verdict: Verdict) -> list[str]:
        assert verdict.other is not None  # what has no other end is not joined
        if verdict.is_client:
            with_whom = self._names.listener(verdict.other)
            missing = "no snapshot shows the server's socket of this connection"
        elif not verdict.directed:
            place = self._names.place(verdict.other.namespace)
            listens = verdict.other.listener >= 0
            with_whom = self._names.listener(verdict.other) if listens else f"? of {place}"
            missing = _NEITHER
        elif verdict.other.listener >= 0:
            with_whom = self._names.listener(verdict.other)
            missing = "that socket is not connected, so it does not show its peers"
        elif verdict.other.owner or not verdict.other.orphan:
            place = self._names.place(verdict.other.namespace)
            with_whom = f"the client on {place}, held by {self._names.holder(verdict.other)}"
            missing = "it has the one socket there of that address and port, which dialled another"
        else:
            with_whom = f"? of {self._names.place(verdict.other.namespace)}"
            missing = "no snapshot shows the client's socket of this connection"
        return [f"joined (one-sided; rule 6) with {with_whom}", missing]
