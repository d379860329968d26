"""Sockets of servers that no socket of the client's namespace mirrors: who is the client (rule 6)?

Its socket need not be gone: it may be unconnected, or have dialled an end that was translated. And
where its port has a listener, too, either end may be the client (rule 11).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

from netviz.fleet.fleet import Fleet
from netviz.fleet.sockets import CONNECTION_PROTOCOLS
from netviz.join.ages import Ages
from netviz.join.client_ends import ClientEnd, ClientEnds
from netviz.join.direction import clients
from netviz.join.kinds import ATTEMPT, ONE_SIDED
from netviz.join.listeners import CONNECTIONLESS
from netviz.join.one_sided import OneSided, kind_of
from netviz.join.verdicts import (
    HALF_OPEN,
    LISTENER_AGE_UNKNOWN,
    SEVERAL_CLIENTS,
    TRANSLATION_POSSIBLE,
    YOUNGER_LISTENER,
    Verdict,
)
from netviz.loops import AddressTable
from netviz.loops.results import End
from netviz.tables import SYN_RECV, Candidates


class LoneServers:
    """Judges unmatched candidates that a listener of their own namespace covers."""

    def __init__(
        self,
        fleet: Fleet,
        candidates: Candidates,
        known: AddressTable,
        ages: Ages,
        ends: ClientEnds,
        judge: OneSided,
    ) -> None:
        self._fleet = fleet
        self._candidates = candidates
        self._known = known
        self._ages = ages
        self._ends = ends
        self._judge = judge

    def judge(
        self, numbers: Sequence[int], target: array[int], paired: bytearray
    ) -> Iterator[Verdict]:
        """Verdicts on ``numbers``, each with one namespace as target.

        What is ``paired`` has its other end, and is the client of none of them.
        """
        state = self._candidates.state
        ends = [self._ends.end_of(i, target[i]) for i in numbers]
        mutual = {i for i, end in zip(numbers, ends, strict=True) if self._ends.is_covered(end)}
        opened = clients(
            *(self._fleet, self._candidates, self._known.addresses, sorted(mutual), target)
        )
        alone = {end for i, end in zip(numbers, ends, strict=True) if i not in mutual}
        self._ends.gather(alone, paired)
        for i, end in zip(numbers, ends, strict=True):
            kind = kind_of(state[i])
            if state[i] == SYN_RECV:
                # Nothing answered yet: whoever sent it may have lied about its address.
                yield Verdict(i, kind, None, False, HALF_OPEN)
                continue
            gone, reason = self._judge.gone(*end)
            verdict = Verdict(i, kind, gone, False, reason)
            if gone is None:
                yield verdict
            elif i in mutual:
                is_client = True if kind == ATTEMPT else opened.get(i)
                yield self._mutual(verdict, end, is_client)
            elif kind == ONE_SIDED:
                yield self._client(verdict, end)
            else:
                yield verdict

    def _client(self, verdict: Verdict, end: ClientEnd) -> Verdict:
        """``verdict``, which says that the client is gone, if no socket there may be the client."""
        sockets = self._ends.clients_of(verdict.candidate, end)
        if not sockets:
            return verdict
        holders = {End(end.namespace, one.owner, -1, not one.inode) for one in sockets}
        if len(holders) > 1:
            return verdict._replace(other=None, reason=SEVERAL_CLIENTS)
        if not all(socket.dialled_outside for socket in sockets):
            # Whom it dialled is captured, and may have answered by itself.
            verdict = verdict._replace(reason=TRANSLATION_POSSIBLE)
        return verdict._replace(other=holders.pop())

    def _mutual(self, gone: Verdict, end: ClientEnd, is_client: bool | None) -> Verdict:
        """The verdict where both ends are covered by a listener; ``gone`` if a client is gone.

        What listens on a port of tcp does not dial from it. An unconnected socket does both.
        """
        only_listens = CONNECTION_PROTOCOLS[end.proto] not in CONNECTIONLESS
        if is_client is False and only_listens:
            return gone
        seen = self._ages.last_listed(self._candidates, gone.candidate)
        other, reason = self._judge.listening(*end, seen, self._judge.caller(gone.candidate))
        directed = is_client is not None
        if is_client:
            return gone._replace(other=other, is_client=True, reason=reason)
        if other is None or reason == YOUNGER_LISTENER:
            return gone._replace(directed=directed)
        if reason == LISTENER_AGE_UNKNOWN and not other.owner:
            reason = ""  # whatever its age, it is ``?`` of that machine
        return gone._replace(other=other, reason=gone.reason or reason, directed=directed)
