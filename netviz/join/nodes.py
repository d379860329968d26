"""Who stands at the end of a flow: the process that is shown, or the ``?`` of a machine."""

from __future__ import annotations

from netviz.fleet.fleet import Fleet
from netviz.fleet.holders import shown_holder
from netviz.fleet.machines import MachineView
from netviz.fleet.process_record import label_of
from netviz.fleet.records import SampleRecord
from netviz.graph import Listener, Node
from netviz.ids import process_id, unowned_id
from netviz.join.listeners import Listeners
from netviz.loops.results import End


class Nodes:
    """The nodes of a graph, made as they are asked for; one per process, one ``?`` per place."""

    def __init__(self, fleet: Fleet, listeners: Listeners, view: MachineView) -> None:
        self._fleet = fleet
        self._listeners = listeners
        self._view = view
        self._served = _connections_by_holder(fleet)
        self._found: dict[str, Node] = {}
        self._ingress: dict[str, set[Listener]] = {}
        self._by_end: dict[End, tuple[str, int | None]] = {}
        self._by_process: dict[int, str] = {}

    def of_end(self, end: End) -> str:
        """The id of the node that is shown for an end of a flow."""
        return self.shown(end)[0]

    def node(self, name: str) -> Node:
        """The node of an id that was given."""
        return self._found[name]

    def add_listener(self, process: int, listener: Listener) -> None:
        """Show a listener on the node of a process."""
        self._ingress.setdefault(self._process_node(process), set()).add(listener)

    def process_of(self, end: End) -> int | None:
        """The number of the process shown for an end, None for ``?``."""
        return self.shown(end)[1]

    def shown(self, end: End) -> tuple[str, int | None]:
        """The node of an end of a flow, and its process: None for ``?``."""
        found = self._by_end.get(end)
        if found is None:
            if end.owner:
                holders = self._fleet.owners[end.owner]
                place = self._listening_place(end) if len(holders) > 1 else None
                process = self._shown_holder(holders, place)
                found = self._process_node(process), process
            else:
                found = self._unowned_node(end.namespace, end.orphan), None
            self._by_end[end] = found
        return found

    def _listening_place(self, end: End) -> tuple[int, str, int] | None:
        if end.listener < 0:
            return None
        listening = self._listeners.ends[end.listener]
        return (end.namespace, listening.proto, listening.port)

    def add_ingress(self) -> None:
        """Show every listening, raw and packet socket on its node (rule 15)."""
        for ingress in self._listeners.ingresses:
            listener = ingress.listener
            if not listener.port and listener.proto in ("udp", "udplite", "tcp"):
                continue
            if ingress.owner:
                holders = self._fleet.owners[ingress.owner]
                place = (ingress.namespace, listener.proto, listener.port or 0)
                node = self._process_node(self._shown_holder(holders, place))
            else:
                node = self._unowned_node(ingress.namespace, ingress.orphan)
            self._ingress.setdefault(node, set()).add(listener)

    def finished(self) -> tuple[Node, ...]:
        """All nodes, sorted by id."""
        for name, listeners in self._ingress.items():
            self._found[name].listeners = tuple(sorted(listeners))
        return tuple(node for _, node in sorted(self._found.items()))

    def _shown_holder(self, holders: tuple[int, ...], place: tuple[int, str, int] | None) -> int:
        """Which of several processes is shown, or the only one."""
        if len(holders) == 1:
            return holders[0]
        processes = self._fleet.processes
        served = self._served.get(place, {}) if place else {}
        # Of processes that rule 9 finds alike, the same whatever the order of the snapshots.
        named = sorted(holders, key=lambda n: self._view.machine[processes[n].machine].id)
        return shown_holder(processes, named, served)

    def _process_node(self, number: int) -> str:
        found = self._by_process.get(number)
        if found is not None:
            return found
        process = self._fleet.processes[number]
        machine = self._view.machine[process.machine].id
        name = process_id(
            machine,
            process.pid,
            process.start,
            self._view.boot[process.machine],
            process.pid_namespace if number in self._fleet.twins else None,
        )
        self._by_process[number] = name
        if name not in self._found:
            self._found[name] = Node(
                id=name,
                machine=machine,
                name=process.comm,
                label=label_of(process.comm, process.program),
                netns=self._extra_namespace(process.namespace, process.machine),
                pids=(process.pid,),
                uid=process.uid,
                security=process.security,
                unit=process.unit,
                container=process.container,
                exe=process.exe,
                caps=process.caps,
            )
        return name

    def _unowned_node(self, namespace: int, orphan: bool) -> str:
        samples = self._samples(namespace)
        unseen = not orphan and not any(s.sees_all_holders for s in samples)
        owner = "unseen" if unseen else "none"
        record = self._machine_record(namespace)
        machine = self._view.machine[record].id
        netns = self._extra_namespace(namespace, record)
        name = unowned_id(machine, netns, owner)
        if name not in self._found:
            self._found[name] = Node(
                id=name, machine=machine, name=None, label="?", netns=netns, owner=owner
            )
        return name

    def machine_of(self, namespace: int) -> str:
        """The id of the machine that a namespace is shown in."""
        return self._view.machine[self._machine_record(namespace)].id

    def place_of(self, namespace: int) -> tuple[str, str | None]:
        """The id of the machine, and the name of the namespace if it is not the machine's own."""
        record = self._machine_record(namespace)
        return self._view.machine[record].id, self._extra_namespace(namespace, record)

    def unowned(self, namespace: int, orphan: bool) -> str:
        """Why nobody is shown to hold a socket: ``none`` or ``unseen``, as ``Node.owner`` says."""
        return self._found[self._unowned_node(namespace, orphan)].owner or ""

    def _machine_record(self, namespace: int) -> int:
        """The machine whose snapshot sees most processes of those that hold the namespace."""
        return max(self._samples(namespace), key=lambda s: (s.processes, s.source)).machine

    def _samples(self, namespace: int) -> list[SampleRecord]:
        return [self._fleet.samples[n] for n in self._fleet.namespaces[namespace].samples]

    def _extra_namespace(self, namespace: int | None, machine: int) -> str | None:
        """What a namespace that is not the machine's own is called."""
        own = self._fleet.machines[machine].namespaces
        if namespace is None or not own or namespace == own[0]:
            return None
        record = self._fleet.namespaces[namespace]
        return record.name or f"netns {record.inode}"


def _connections_by_holder(fleet: Fleet) -> dict[tuple[int, str, int], dict[int, int]]:
    """How many connections of a (namespace, protocol, listening port) each process holds."""
    served: dict[tuple[int, str, int], dict[int, int]] = {}
    for namespace, record in enumerate(fleet.namespaces):
        for table in record.tables:
            for (port, owner), count in table.served.items():
                holders = served.setdefault((namespace, table.proto, port), {})
                for process in fleet.owners[owner]:
                    holders[process] = holders.get(process, 0) + count
    return served
