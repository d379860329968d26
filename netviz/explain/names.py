"""What a socket, the place where it is and those who hold it are called in an explanation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from netviz.explain.endpoint import endpoint_text
from netviz.explain.tcp_states import state_name
from netviz.fleet.fleet import Fleet
from netviz.join.nodes import Nodes
from netviz.join.trace import ConnectedSocket, Trace
from netviz.loops.results import End
from netviz.render.places import place_title
from netviz.render.wording import processes

NO_NAME = "(no name)"
"""What a process without a name is called."""

_NOBODY = {
    "none": "nobody",
    "unseen": "a process that the capture could not see",
}


class Names:
    """Puts numbers of the join into words. Nothing is escaped here."""

    def __init__(self, fleet: Fleet, trace: Trace, nodes: Nodes) -> None:
        self._fleet = fleet
        self._trace = trace
        self._nodes = nodes

    def place(self, namespace: int) -> str:
        """``web``; ``web, network namespace blue`` for one that is not the machine's own."""
        return place_title(*self._nodes.place_of(namespace))

    def machine(self, namespace: int) -> str:
        """The machine that a namespace is of."""
        return self._nodes.place_of(namespace)[0]

    def socket(self, socket: ConnectedSocket) -> str:
        """``tcp 10.0.0.1:40000 -> 10.0.0.2:80 ESTABLISHED``."""
        local = endpoint_text(socket.local, socket.local_port)
        remote = endpoint_text(socket.remote, socket.remote_port)
        return f"{socket.proto} {local} -> {remote} {state_name(socket.proto, socket.state)}"

    def end(self, socket: ConnectedSocket) -> str:
        """A socket, where it is and who holds it."""
        return (
            f"{self.socket(socket)} on {self.place(socket.namespace)},"
            f" held by {self.holder_of(socket)}"
        )

    def listener(self, end: End) -> str:
        """The listener at an end of a one-sided flow, where it is and who holds it."""
        listening = self._trace.listeners.ends[end.listener]
        address = endpoint_text(listening.address, listening.port)
        return (
            f"the listener {listening.proto} {address} on {self.place(end.namespace)},"
            f" held by {self.holder(end)}"
        )

    def holder_of(self, socket: ConnectedSocket) -> str:
        """Who holds a connected socket."""
        return self.holder(self._end_of(socket))

    def shown(self, socket: ConnectedSocket) -> int | None:
        """The number of the process that is shown for a socket, None for ``?``."""
        return self._nodes.process_of(self._end_of(socket))

    def is_held_by(self, owner: int, part: int) -> bool:
        """Whether all processes of ``part`` are among those of ``owner``."""
        return set(self._fleet.owners[part]) <= set(self._fleet.owners[owner])

    def _end_of(self, socket: ConnectedSocket) -> End:
        number = socket.candidate
        listener = self._trace.listener[number] if number >= 0 else -1
        return End(socket.namespace, socket.owner, listener, not socket.inode)

    def holder(self, end: End) -> str:
        """``nginx (pid 7)``, the one that is shown (rule 9), with the others behind it."""
        if not end.owner:
            return _NOBODY[self._nodes.unowned(end.namespace, end.orphan)]
        shown = self._nodes.process_of(end)
        others = [p for p in self._fleet.owners[end.owner] if p != shown]
        text = self.process(shown) if shown is not None else ""
        return f"{text}, also by {self._together(others)}" if others else text

    def process(self, number: int) -> str:
        """``nginx (pid 7)``."""
        process = self._fleet.processes[number]
        return f"{process.comm or NO_NAME} (pid {process.pid})"

    def _together(self, numbers: Iterable[int]) -> str:
        by_name: dict[str, list[int]] = {}
        for number in numbers:
            process = self._fleet.processes[number]
            by_name.setdefault(process.comm or NO_NAME, []).append(process.pid)
        return together(by_name)


def together(by_name: Mapping[str, list[int]]) -> str:
    """``nginx (pids 7, 8) and php (pid 9)``, of pids by name."""
    return " and ".join(
        f"{name} ({processes(sorted(pids))})" for name, pids in sorted(by_name.items())
    )
