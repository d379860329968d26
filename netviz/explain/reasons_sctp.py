"""What became of associations and endpoints of SCTP, and why (rule 12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from netviz.addresses import format_address
from netviz.explain.endpoint import endpoint_text
from netviz.explain.names import Names
from netviz.join.sctp import SctpOutcome
from netviz.join.sctp_sockets import SctpSocket
from netviz.join.trace import Trace
from netviz.join.verdicts import DOUBTFUL
from netviz.loops.results import End
from netviz.parsers.sctp import LISTENING, Endpoint
from netviz.render.text import counted

_STATES = (
    "CLOSED",
    "COOKIE_WAIT",
    "COOKIE_ECHOED",
    "ESTABLISHED",
    "SHUTDOWN_PENDING",
    "SHUTDOWN_SENT",
    "SHUTDOWN_RECEIVED",
    "SHUTDOWN_ACK_SENT",
)
"""enum sctp_state, include/net/sctp/constants.h."""


class SctpReasons:
    """Sentences for associations and endpoints."""

    def __init__(self, trace: Trace, names: Names) -> None:
        self._names = names
        self._served: dict[tuple[int, int], Counter[str]] = {}
        for outcome in trace.sctp:
            if outcome.socket.end.listener >= 0:
                place = outcome.socket.namespace, outcome.socket.association.local_port
                self._served.setdefault(place, Counter())[outcome.fate] += 1

    def text(self, socket: SctpSocket) -> str:
        """``sctp 10.0.0.1,10.1.0.1:5000 -> 10.0.0.2:36412 ESTABLISHED``."""
        a = socket.association
        known = a.state < len(_STATES)
        state = _STATES[a.state] if known else f"state 0x{a.state:02X}"
        local, remote = _set(a.local, a.local_port), _set(a.remote, a.remote_port)
        return f"sctp {local} -> {remote} {state}"

    def of(self, outcome: SctpOutcome) -> list[str]:
        """The sentences for one association, the decisive one first."""
        if outcome.other is not None:
            return self._paired(outcome, outcome.other)
        if outcome.fate == "recent":
            return ["left out: closed already (rule 7)"]
        if outcome.peer is None:
            return ["ambiguous: translations lead to several other ends (rules 5, 12)"]
        remote = ", ".join(map(format_address, outcome.peer.addresses))
        if outcome.fate == "external":
            return [
                f"external: no machine of the group has {remote}; it is outside, or its snapshot is"
                " missing (rule 2)"
            ]
        places = "; ".join(sorted(map(self._names.place, outcome.peer.namespaces)))
        if outcome.fate == "ambiguous":
            return [f"ambiguous: {remote} may be of several namespaces (rules 2, 12): {places}"]
        return self._judged(outcome, f"{remote} belongs to {places}")

    def _paired(self, outcome: SctpOutcome, other: SctpSocket) -> list[str]:
        with_whom = f"{self.text(other)} on {self._names.place(other.namespace)}"
        if outcome.through is not None:
            through = outcome.through
            dialled, reached = endpoint_text(*through.dialled), endpoint_text(*through.reached)
            via = ", then ".join(map(self._names.place, through.via))
            return [
                f"joined (nat; rules 5, 12) with {with_whom},"
                f" held by {self._names.holder(other.end)}",
                f"the client dialled {dialled}; it came out at {reached}, translated by {via}",
            ]
        waits = outcome.socket.association.waits or other.association.waits
        kind = "queued: the server has not accepted it yet" if waits else "reciprocal"
        role = "this is the client" if outcome.is_client else "this is the server"
        if outcome.is_client is None:
            role = "which end is the client is not known: drawn without an arrow"
        return [
            f"joined ({kind}; rule 12) with {with_whom}, held by {self._names.holder(other.end)}",
            f"{role} (rule 11)",
        ]

    def _judged(self, outcome: SctpOutcome, belongs: str) -> list[str]:
        verdict = outcome.verdict
        assert verdict is not None  # all are judged that have no other end in the group
        listens = verdict.other is not None and verdict.other.listener >= 0
        if outcome.fate == "joined" and verdict.other is not None:
            other = self._names.listener(verdict.other) if listens else f"? ({belongs})"
            return [
                f"joined (one-sided; rules 6, 12) with {other}",
                "no snapshot shows the other end's association",
            ]
        if outcome.fate == "attempt":
            return [
                f"an attempt: not established yet, {belongs};"
                " --attempts of netviz-stitch draws it (rule 6)"
            ]
        sentences = [
            f"unmatched: {belongs}, where no association mirrors it; {verdict.reason} (rule 6)"
        ]
        if verdict.reason in DOUBTFUL:
            sentences.append("doubtful, not refuted: --doubtful of netviz-stitch draws it")
        return sentences

    def endpoint_text(self, endpoint: Endpoint) -> str:
        """``sctp 0.0.0.0:36412 LISTEN``."""
        state = "LISTEN" if endpoint.state == LISTENING else "unconnected"
        return f"sctp {_set(endpoint.addresses, endpoint.port)} {state}"

    def endpoint_holder(self, namespace: int, endpoint: Endpoint, owner: int) -> str:
        """Who holds it."""
        return self._names.holder(End(namespace, owner, -1, not endpoint.inode))

    def of_endpoint(self, namespace: int, endpoint: Endpoint) -> list[str]:
        """The sentences for one endpoint."""
        if endpoint.state != LISTENING:
            return ["unconnected: it does not listen"]
        served = self._served.get((namespace, endpoint.port), Counter())
        parts = ", ".join(f"{count:,} {fate}" for fate, count in sorted(served.items()))
        serves = f"serves {counted(served.total(), 'association')}: {parts}"
        return [
            "a listener itself, shown on its process (rule 15)",
            serves if served else "no association of it was seen",
        ]


def _set(addresses: Sequence[int], port: int) -> str:
    texts = [format_address(address) for address in addresses]
    return ",".join(f"[{text}]" if ":" in text else text for text in texts) + f":{port}"
