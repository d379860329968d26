"""Why a socket was not joined, and what would change that (docs/join-rules.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from netviz.addresses import format_address, is_link_local
from netviz.explain.endpoint import endpoint_text
from netviz.explain.names import Names
from netviz.fleet.fleet import Fleet
from netviz.fleet.translations import Translation, Way
from netviz.join.trace import NO_CANDIDATE, ConnectedSocket, Trace
from netviz.join.verdicts import DOUBTFUL, HALF_OPEN, LINK_LOCAL, NO_LISTENER
from netviz.loops import find_tuples

_Tuple = tuple[int, int, int, int, int]
"""Protocol, local address number and port, remote address number and port."""


class LeftReasons:
    """Sentences for sockets that were counted as anything but joined."""

    def __init__(
        self, fleet: Fleet, trace: Trace, names: Names, sockets: Iterable[ConnectedSocket]
    ) -> None:
        """``sockets`` are those that will be asked for."""
        self._fleet = fleet
        self._trace = trace
        self._names = names
        self._mirrors = _mirrors(trace, sockets)
        self._entries: dict[tuple[str, Way], set[Translation]] = {}
        for entry in trace.translations:
            for way in (entry.original, entry.reply):
                self._entries.setdefault((entry.proto, way), set()).add(entry)
        self._of_fate: dict[str, Callable[[ConnectedSocket], list[str]]] = {
            "recent": self._recent,
            "attempt": self._attempt,
            "external": self._external,
            "ambiguous": self._ambiguous,
            "unmatched": self._unmatched,
        }

    def of(self, socket: ConnectedSocket, fate: str) -> list[str]:
        """The sentences for a socket that was counted as ``fate``, the decisive one first."""
        return [*self._of_fate[fate](socket), *self._translating(socket)]

    def _recent(self, _: ConnectedSocket) -> list[str]:
        return ["left out: closed already (TIME_WAIT); --recent of netviz-stitch joins it (rule 7)"]

    def _attempt(self, socket: ConnectedSocket) -> list[str]:
        verdict = self._trace.verdicts.get(socket.candidate)
        whom = "nobody is known to listen there"
        led = ""
        if socket.candidate in self._trace.translated.attempts:
            _, through = self._trace.translated.attempts[socket.candidate]
            led = f" it was translated to {endpoint_text(*through.reached)} (rule 5),"
        if verdict is not None and verdict.other is not None and verdict.other.listener >= 0:
            whom = f"it calls {self._names.listener(verdict.other)}"
        elif verdict is not None and not led:
            whom = f"{self._belongs(socket)}, where {whom[: -len(' there')]}"
        return [
            f"an attempt: not established yet,{led} {whom};"
            " --attempts of netviz-stitch draws it (rule 6)",
            *self._unread(socket),
        ]

    def _external(self, socket: ConnectedSocket) -> list[str]:
        remote = format_address(socket.remote)
        led_to = self._trace.translated.outside.get(socket.candidate)
        if led_to is not None:
            return [
                f"external: it was translated to {endpoint_text(*led_to)}, and no machine of the"
                " group has that address (rule 5)"
            ]
        if self._trace.book.owners(socket.namespace, socket.remote):
            return [
                f"external: when this socket was seen, no machine of the group had {remote}, though"
                " one had it before or after (rule 2)"
            ]
        if self._trace.book.is_inner(socket.remote):
            return [
                f"external: {remote} is of a subnet that is inside several machines, so it is"
                f" looked for on {self._names.machine(socket.namespace)} alone, where nobody has"
                " it (rule 4)"
            ]
        return [
            f"external: no machine of the group has {remote}; it is outside, or its snapshot is"
            " missing (rule 2)"
        ]

    def _ambiguous(self, socket: ConnectedSocket) -> list[str]:
        remote = format_address(socket.remote)
        if socket.candidate in self._trace.translated.ambiguous:
            return ["ambiguous: conntrack leads to several answers, and none is preferred (rule 5)"]
        owners = self._trace.owners(socket)
        places = sorted(map(self._names.place, owners))
        link = ", and a link-local address does not say of which link it is"
        return [
            f"ambiguous: {remote} belongs to {len(places)} namespaces, none nearer than the others"
            f"{link if is_link_local(socket.remote) else ''} (rule 2): {'; '.join(places)}"
        ]

    def _unmatched(self, socket: ConnectedSocket) -> list[str]:
        verdict = self._trace.verdicts.get(socket.candidate)
        reason = verdict.reason if verdict is not None else ""
        belongs = self._belongs(socket)
        told = {
            NO_LISTENER: f"{belongs}, where no socket mirrors it and nothing listens on"
            f" {socket.proto}/{socket.remote_port}",
            HALF_OPEN: f"{belongs}, where no socket mirrors it; half open here, so whoever sent it"
            " may have lied about its address",
            LINK_LOCAL: f"{belongs}, where no socket mirrors it; a link-local address alone does"
            " not prove who it is",
        }
        sentence = told.get(reason, f"{belongs}, where no socket mirrors it; {reason}")
        sentences = [f"unmatched: {sentence} (rule 6)"]
        if reason in DOUBTFUL:
            sentences.append("doubtful, not refuted: --doubtful of netviz-stitch draws it")
        return [*sentences, *self._mirrored(socket), *self._unread(socket)]

    def _belongs(self, socket: ConnectedSocket) -> str:
        place = self._names.place(self._trace.target[socket.candidate])
        return f"{format_address(socket.remote)} belongs to {place}"

    def _mirrored(self, socket: ConnectedSocket) -> list[str]:
        """Sockets that mirror it and are not its other end."""
        return sorted(
            f"mirrored, but not its other end: {self._names.end(self._trace.candidate(i))}"
            for i in self._mirrors.get(_mirror(self._trace, socket.candidate), ())
            if i != socket.candidate
        )

    def _unread(self, socket: ConnectedSocket) -> list[str]:
        """What the capture of the machine at the other end could not read."""
        record = self._fleet.namespaces[self._trace.target[socket.candidate]]
        problems = {p for n in record.samples for p in self._fleet.samples[n].problems}
        place = self._names.machine(self._trace.target[socket.candidate])
        return [f"the capture of {place} could not see everything: {p}" for p in sorted(problems)]

    def _translating(self, socket: ConnectedSocket) -> list[str]:
        """Entries of conntrack that have its tuple, though no other end was found for it."""
        sent = Way(socket.local, socket.local_port, socket.remote, socket.remote_port)
        sentences = []
        for entry in self._entries.get((socket.proto, sent), ()):
            other = entry.reply if sent == entry.original else entry.original
            came, went = endpoint_text(*other[:2]), endpoint_text(*other[2:])
            sentences.append(
                f"conntrack of {self._names.place(entry.namespace)} has its other end as"
                f" {came} -> {went}, which led to no one socket of the group"
            )
        return sorted(sentences)


def _mirrors(trace: Trace, sockets: Iterable[ConnectedSocket]) -> dict[_Tuple, list[int]]:
    """The candidates that have the mirrored tuples of ``sockets``."""
    tuples = list(
        dict.fromkeys(_mirror(trace, s.candidate) for s in sockets if s.candidate != NO_CANDIDATE)
    )
    found: dict[_Tuple, list[int]] = {}
    for number, i in find_tuples(trace.selected.candidates, tuples):
        found.setdefault(tuples[number], []).append(i)
    return found


def _mirror(trace: Trace, number: int) -> _Tuple:
    candidates = trace.selected.candidates
    return (
        candidates.proto[number],
        candidates.remote[number],
        candidates.remote_port[number],
        candidates.local[number],
        candidates.local_port[number],
    )
