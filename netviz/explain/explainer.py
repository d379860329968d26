"""A joined group that can be asked what became of its sockets, and why.

Runs the same join as ``stitch.py`` and has it keep what it decided (``trace.py``).
"""

from __future__ import annotations

from collections.abc import Iterator

from netviz.explain.explained import Explanation
from netviz.explain.held import HeldByName
from netviz.explain.names import Names, together
from netviz.explain.reasons_bound import NO_OTHER_END, BoundReasons, packet_text
from netviz.explain.reasons_joined import JoinedReasons
from netviz.explain.reasons_left import LeftReasons
from netviz.explain.reasons_local import local_notes
from netviz.explain.reasons_sctp import SctpReasons
from netviz.explain.wanted import Wanted
from netviz.fleet.fleet import Fleet
from netviz.fleet.machines import MachineView, view_machines
from netviz.fleet.sockets import BoundSocket
from netviz.join.join import join
from netviz.join.joined import JoinOptions
from netviz.join.nodes import Nodes
from netviz.join.outcome import Joined
from netviz.join.trace import ConnectedSocket, Trace
from netviz.loops.results import End
from netviz.parsers.sctp import LISTENING
from netviz.render.text import counted

_Order = tuple[str, str, int, int, int, int, int, int, str]


class Explainer:
    """A joined group that can be asked about its sockets."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.joined: Joined = join(fleet, JoinOptions(trace=True))
        self.view: MachineView = view_machines(fleet, self.joined.owned)
        trace = self.joined.trace
        assert trace is not None  # it was asked for
        self.trace: Trace = trace
        self.names = Names(fleet, trace, Nodes(fleet, self.joined.listeners, self.view))

    def explain(self, wanted: Wanted) -> list[Explanation]:
        """The explanations of the sockets that are wanted, by place, protocol and addresses."""
        connected = [s for s in self.trace.connected(wanted.ports) if wanted.connected(s)]
        bound = [
            (namespace, socket)
            for namespace, sockets in enumerate(self.trace.listeners.bound)
            for socket in sockets
            if wanted.bound(namespace, socket)
        ]
        found = [
            *self._connected(connected),
            *self._bound(bound),
            *self._packet(wanted),
            *self._sctp(wanted),
        ]
        found.sort(key=lambda item: item[0])
        return [explanation for _, explanation in found]

    def _connected(self, sockets: list[ConnectedSocket]) -> Iterator[tuple[_Order, Explanation]]:
        joined = JoinedReasons(self.trace, self.names)
        left = LeftReasons(self.fleet, self.trace, self.names, sockets)
        for socket in sockets:
            fate = self.trace.fate(socket)
            reasons = joined.of(socket) if fate == "joined" else left.of(socket, fate)
            place = self.names.place(socket.namespace)
            holder = self.names.holder_of(socket)
            text = self.names.socket(socket)
            ends = (socket.local, socket.local_port, socket.remote, socket.remote_port)
            order = (place, socket.proto, 1, *ends, socket.inode, holder)
            yield order, Explanation(text, place, holder, fate, tuple(reasons))

    def _bound(
        self, sockets: list[tuple[int, BoundSocket]]
    ) -> Iterator[tuple[_Order, Explanation]]:
        reasons = BoundReasons(self.trace, self.names, sockets)
        for namespace, socket in sockets:
            place = self.names.place(namespace)
            holder = reasons.holder(namespace, socket)
            why = tuple(reasons.of(namespace, socket))
            order = (
                place,
                socket.proto,
                0,
                socket.address,
                socket.port,
                0,
                0,
                socket.inode,
                holder,
            )
            text = reasons.text(socket)
            yield order, Explanation(text, place, holder, reasons.fate(socket), why)

    def _packet(self, wanted: Wanted) -> Iterator[tuple[_Order, Explanation]]:
        for namespace, sockets in enumerate(self.trace.listeners.packets):
            for socket in filter(wanted.packet, sockets):
                place = self.names.place(namespace)
                holder = self.names.holder(End(namespace, socket.owner, -1, not socket.inode))
                what = (socket.interface, socket.ethertype, 0, 0)
                order = (place, "packet", 0, *what, socket.inode, holder)
                text = packet_text(socket)
                yield order, Explanation(text, place, holder, "other", (NO_OTHER_END,))

    def _sctp(self, wanted: Wanted) -> Iterator[tuple[_Order, Explanation]]:
        reasons = SctpReasons(self.trace, self.names)
        for namespace, endpoints in enumerate(self.trace.listeners.endpoints):
            for endpoint, owner in endpoints:
                if wanted.endpoint(namespace, endpoint, owner):
                    place = self.names.place(namespace)
                    holder = reasons.endpoint_holder(namespace, endpoint, owner)
                    fate = "listening" if endpoint.state == LISTENING else "unconnected"
                    ends = (min(endpoint.addresses, default=0), endpoint.port, 0, 0)
                    why = tuple(reasons.of_endpoint(namespace, endpoint))
                    text = reasons.endpoint_text(endpoint)
                    order = (place, "sctp", 0, *ends, endpoint.inode, holder)
                    yield order, Explanation(text, place, holder, fate, why)
        for outcome in self.trace.sctp:
            socket, a = outcome.socket, outcome.socket.association
            if wanted.association(socket):
                place = self.names.place(socket.namespace)
                holder, why = self.names.holder(socket.end), tuple(reasons.of(outcome))
                first, last = min(a.local, default=0), min(a.remote, default=0)
                ends = (first, a.local_port, last, a.remote_port)
                order = (place, "sctp", 1, *ends, a.inode, holder)
                yield order, Explanation(reasons.text(socket), place, holder, outcome.fate, why)

    def notes(self, held: HeldByName) -> Iterator[str]:
        """What belongs to no socket of a network: unix sockets, pipes, what was not seen."""
        yield from local_notes(self.fleet, held.pattern, self._process)
        for seen in sorted(held.seen, key=lambda seen: self.fleet.samples[seen.sample].source):
            sample = self.fleet.samples[seen.sample]
            machine = self.view.machine[sample.machine].id
            for name in sorted(seen.idle):
                who = together({name: seen.idle[name]})
                yield f"{who} on {machine}: no socket of it was seen"
            if seen.unlisted:
                who, unlisted = together(seen.holding), counted(seen.unlisted, "socket")
                verb = "holds" if len(seen.holding) == 1 else "hold"
                yield f"{who} on {machine}: {verb} {unlisted} of unknown kind, in no table (rule 8)"
            if sample.problems:
                yield f"the capture of {machine} could not see everything: " + "; ".join(
                    sample.problems
                )

    def _process(self, number: int) -> str:
        machine = self.view.machine[self.fleet.processes[number].machine].id
        return f"{self.names.process(number)} on {machine}"
