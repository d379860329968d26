"""What became of sockets, and why: for somebody who misses a line in the picture.

Runs the same join as ``stitch.py`` and has it keep what it decided (``trace.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from netviz.endpoint import Endpoint
from netviz.fleet import Fleet
from netviz.held import HeldByName
from netviz.join import Joined, join
from netviz.joined import JoinOptions
from netviz.loops import End
from netviz.machines import MachineView, view_machines
from netviz.names import Names
from netviz.nodes import Nodes
from netviz.reasons_bound import NO_OTHER_END, BoundReasons, packet_text
from netviz.reasons_joined import JoinedReasons
from netviz.reasons_left import LeftReasons
from netviz.reasons_local import KINDS, local_notes
from netviz.render.text import counted
from netviz.render.wording import processes
from netviz.snapshot.model import Snapshot
from netviz.sockets import BoundSocket
from netviz.suggestions import near_endpoints
from netviz.trace import ConnectedSocket, Trace
from netviz.wanted import Wanted, WantedEndpoint, WantedProcess

_Order = tuple[str, str, int, int, int, int, int, int, str]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One socket: what and where it is, who holds it, what it was counted as, and why.

    ``fate`` is a count of the coverage (docs/join-rules.md), or ``other`` for what is no tcp, udp,
    udplite or sctp socket. Texts hold names as the machines gave them: escape what is shown.
    """

    socket: str
    place: str
    holder: str
    fate: str
    reasons: tuple[str, ...]


@dataclass(slots=True)
class Explained:
    """The explanations, in a stable order; ``notes`` tell what belongs to no single socket.

    ``found`` is whether anything matched; ``advice`` says what would, where nothing did.
    """

    sockets: list[Explanation] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    advice: str = ""

    @property
    def found(self) -> bool:
        return bool(self.sockets or self.notes)


def explain_endpoint(snapshots: Iterable[Snapshot], endpoint: Endpoint) -> Explained:
    """Every socket that has ``endpoint`` at either end. Raises TableError as ``stitch`` does."""
    fleet = Fleet()
    for snapshot in snapshots:
        fleet.absorb(snapshot)
    explainer = Explainer(fleet)
    explained = Explained(explainer.explain(WantedEndpoint(endpoint, explainer.joined.owned)))
    if not explained.found:
        explained.advice = near_endpoints(explainer.trace, endpoint)
    return explained


def explain_process(snapshots: Iterable[Snapshot], name: str) -> Explained:
    """Every socket that a process called ``name`` holds. Raises TableError as ``stitch`` does."""
    fleet, held = Fleet(KINDS), HeldByName(name)
    for sample, snapshot in enumerate(snapshots):
        fleet.absorb(snapshot)
        held.watch(sample, snapshot)
    explainer = Explainer(fleet)
    explained = Explained(
        explainer.explain(WantedProcess(name, fleet)), list(explainer.notes(held))
    )
    if not explained.found:
        others = ", ".join(held.alike())
        explained.advice = f"processes that hold sockets: {others}" if others else ""
    return explained


class Explainer:
    """A joined group that can be asked about its sockets."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.joined: Joined = join(fleet, JoinOptions(trace=True))
        self.view: MachineView = view_machines(fleet, self.joined.owned)
        trace = self.joined.trace
        if trace is None:
            raise ValueError("the join was asked for a trace")
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

    def notes(self, held: HeldByName) -> Iterator[str]:
        """What belongs to no socket of a network: unix sockets, pipes, what was not seen."""
        yield from local_notes(self.fleet, held.name, self._process)
        for seen in sorted(held.seen, key=lambda seen: self.fleet.samples[seen.sample].source):
            sample = self.fleet.samples[seen.sample]
            machine = self.view.machine[sample.machine].id
            if seen.idle:
                who = f"{held.name} ({processes(sorted(seen.idle))}) on {machine}"
                yield f"{who}: no socket of it was seen"
            if seen.unlisted:
                who = f"{held.name} ({processes(sorted(seen.holding))}) on {machine}"
                unlisted = counted(seen.unlisted, "socket")
                yield f"{who}: holds {unlisted} of unknown kind, in no table (rule 8)"
            if sample.problems:
                yield f"the capture of {machine} could not see everything: " + "; ".join(
                    sample.problems
                )

    def _process(self, number: int) -> str:
        machine = self.view.machine[self.fleet.processes[number].machine].id
        return f"{self.names.process(number)} on {machine}"
