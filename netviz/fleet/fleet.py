"""The group as it is read: machines, kernels, network namespaces, samples and processes.

Samples are absorbed one by one, and the text of their tables is let go. Who is who is
decided here (section "Identity" of docs/join-rules.md); which socket is the other end of which is
decided in ``join.py`` once the last snapshot is in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from netviz.addresses import parse_interface
from netviz.fleet.holders import SampleHolders
from netviz.fleet.parsed import ParsedSample
from netviz.fleet.pipe_holders import PipeHolders
from netviz.fleet.problems import problems_of
from netviz.fleet.process_record import RecordMaker
from netviz.fleet.records import MachineRecord, NamespaceRecord, ProcessRecord, SampleRecord
from netviz.fleet.seen_holders import sees_all_holders
from netviz.fleet.sockets import TableSockets, held_sockets
from netviz.fleet.translations import Translation, translations_of
from netviz.fleet.unix_names import with_names_on_one_line
from netviz.fleet.unix_sample import UnixSample, read_unix_sample
from netviz.loops import Sightings
from netviz.snapshot.model import NetworkNamespace, Process, Snapshot
from netviz.tables import ConntrackColumns


class Fleet:
    """Everything that the snapshots of a group say, in numbers that the join works on.

    Unix sockets and pipes are only read where ``kinds``, of ``graph.FLOW_KINDS``, has them; they
    are by number of sample.
    """

    def __init__(self, kinds: Collection[str] = ()) -> None:
        self._kinds = kinds
        self.unix: dict[int, UnixSample] = {}
        self.pipes: dict[int, PipeHolders] = {}
        self.machines: list[MachineRecord] = []
        self.namespaces: list[NamespaceRecord] = []
        self.samples: list[SampleRecord] = []
        self.processes: list[ProcessRecord] = []
        self.owners: list[tuple[int, ...]] = [()]
        """Sets of processes that hold a socket together; entry 0 is nobody."""
        self.sightings = Sightings()
        """The sets of samples that list a socket, where a machine has several."""
        self._owner_ids: dict[tuple[int, ...], int] = {(): 0}
        self._kernels: dict[tuple[str, ...], int] = {}
        self._translations: dict[int, dict[Translation, int]] = {}
        self._machine_ids: dict[tuple[int, str], int] = {}
        self._namespace_ids: dict[tuple[int, int], int] = {}
        self._process_ids: dict[tuple[int, int], dict[tuple[int | None, ...], int]] = {}
        self.twins: set[int] = set()
        """Processes that differ from others of their machine in their PID namespace alone."""

    def absorb(self, parsed: ParsedSample) -> None:
        """Add one sample."""
        snapshot = parsed.snapshot
        kernel = self._kernel(snapshot)
        machine = self._machine(kernel, snapshot)
        sample = len(self.samples)
        self.machines[machine].samples.append(sample)
        namespaces = [self._namespace(kernel, machine, sample, n) for n in snapshot.netns]
        self._put_own_first(self.machines[machine], namespaces, snapshot)
        by_inode = {self.namespaces[n].inode: n for n in namespaces}
        holders = SampleHolders(self.owner_id, sum(len(p.sockets) for p in snapshot.processes))
        pipes = PipeHolders() if "pipe" in self._kinds else None
        # Nothing will ever ask for the others.
        holding = [p for p in snapshot.processes if p.sockets or p.pipes]
        numbers = self._numbers((kernel, machine), holding, by_inode, snapshot)
        holders.add(numbers, [process.sockets for process in holding])
        if pipes is not None:
            for number, process in zip(numbers, holding, strict=True):
                pipes.add(number, process.pipes)
        holders.settle()
        reports: list[str] = []
        for index, tables in zip(namespaces, parsed.tables, strict=True):
            held = held_sockets(tables, sample, holders)
            self.namespaces[index].tables += held.tables
            reports += held.reports
            if tables.conntrack is not None:
                self._add_conntrack(index, tables.conntrack, sample)
        self.samples.append(
            SampleRecord(
                machine=machine,
                source=snapshot.source,
                started=snapshot.started,
                finished=snapshot.finished,
                btime=snapshot.host.btime,
                clk_tck=snapshot.host.clk_tck,
                processes=len(snapshot.processes),
                sees_all_holders=sees_all_holders(snapshot),
                unread=tuple(problems_of(snapshot)),
                reports=tuple(reports),
                unknown_sockets=holders.unlisted(),
            )
        )
        if pipes is not None:
            self.pipes[sample] = pipes
        if "unix" in self._kinds:
            self._read_unix(sample, namespaces, snapshot, holders)

    def _read_unix(
        self, sample: int, namespaces: list[int], snapshot: Snapshot, holders: SampleHolders
    ) -> None:
        inodes = (
            table.inodes()
            for namespace in namespaces
            for table in self.namespaces[namespace].tables
            if table.sample == sample
        )
        texts = [namespace.tables.get("unix", "") for namespace in snapshot.netns]
        texts = [with_names_on_one_line(text, dict(snapshot.unix_names)) for text in texts]
        peers = snapshot.unix_peers
        self.unix[sample] = read_unix_sample(texts, peers, holders, self.owners, inodes)

    def _add_conntrack(self, namespace: int, entries: ConntrackColumns, sample: int) -> None:
        record = self.namespaces[namespace]
        record.conntrack_read = True
        found = translations_of(entries, namespace)
        if record.conntrack:
            # Of another sample most are known: as objects they take a lot of memory.
            known = self._translations.get(namespace)
            if known is None:
                seen = self.sightings.add(0, record.conntrack_samples[0])
                known = self._translations[namespace] = dict.fromkeys(record.translations, seen)
            again, found = found, [one for one in found if one not in known]
            for translation in again:
                seen = known.get(translation, 0)
                known[translation] = self.sightings.add(seen, sample)
        record.conntrack.append(entries)
        record.conntrack_samples.append(sample)
        record.translations += found

    def sightings_of(self, translation: Translation) -> int:
        """The number of the set of samples that list a translation; 0 where that is not known."""
        known = self._translations.get(translation.namespace)
        if known is not None:
            return known.get(translation, 0)
        samples = self.namespaces[translation.namespace].conntrack_samples
        return self.sightings.add(0, samples[0]) if len(samples) == 1 else 0

    def tables_of(self, namespace: int) -> list[TableSockets]:
        """The tables of a namespace, those of the sample that sees most processes first."""

        def order(table: TableSockets) -> tuple[int, float, str]:
            sample = self.samples[table.sample]
            return (-sample.processes, sample.started or 0.0, sample.source)

        return sorted(self.namespaces[namespace].tables, key=order)

    @property
    def is_sampled(self) -> bool:
        """Whether there may be several samples of one machine, of one boot or of two."""
        if any(len(machine.samples) > 1 for machine in self.machines):
            return True
        named = [(m.machine_id, m.name) for m in self.machines if m.machine_id is not None]
        return len(set(named)) < len(named)

    def moment(self, sample: int) -> tuple[float, str]:
        """A key that sorts samples by the time at which their tables were read: at the end."""
        return _moment(self.samples[sample])

    def ranks(self) -> list[int]:
        """The place of each namespace among all, the same whatever the order of the snapshots."""

        def order(number: int) -> tuple[str, str, int, str]:
            record = self.namespaces[number]
            source = min((self.samples[s].source for s in record.samples), default="")
            name = min((self.machines[m].name for m in record.machines), default="")
            return name, source, record.inode or 0, record.name or ""

        ranks = [0] * len(self.namespaces)
        for rank, number in enumerate(sorted(range(len(ranks)), key=order)):
            ranks[number] = rank
        return ranks

    def owner_id(self, processes: tuple[int, ...]) -> int:
        """The number of a set of processes that hold one socket together."""
        found = self._owner_ids.get(processes)
        if found is None:
            found = self._owner_ids[processes] = len(self.owners)
            self.owners.append(processes)
        return found

    def _kernel(self, snapshot: Snapshot) -> int:
        # A null boot_id equals no other: such a snapshot is a kernel of its own.
        boot_id = snapshot.host.boot_id
        key = ("boot", boot_id) if boot_id else ("sample", str(len(self.samples)))
        return self._kernels.setdefault(key, len(self._kernels))

    def _machine(self, kernel: int, snapshot: Snapshot) -> int:
        host = snapshot.host
        found = self._machine_ids.get((kernel, host.name))
        if found is None:
            found = self._machine_ids[(kernel, host.name)] = len(self.machines)
            self.machines.append(MachineRecord(host.name, host.machine_id, snapshot.source))
            self.machines[found].kernels.append(kernel)
        return found

    @staticmethod
    def _put_own_first(machine: MachineRecord, namespaces: list[int], snapshot: Snapshot) -> None:
        rank = (-len(snapshot.processes), snapshot.started or 0.0, snapshot.source)
        if namespaces and (machine.rank is None or rank < machine.rank):
            machine.rank = rank
            machine.namespaces.remove(namespaces[0])
            machine.namespaces.insert(0, namespaces[0])

    def _namespace(
        self, kernel: int, machine: int, sample: int, namespace: NetworkNamespace
    ) -> int:
        found = None
        if namespace.id is not None:
            found = self._namespace_ids.get((kernel, namespace.id))
        if found is None:
            found = len(self.namespaces)
            self.namespaces.append(NamespaceRecord(kernel, namespace.id, namespace.name))
            if namespace.id is not None:
                self._namespace_ids[(kernel, namespace.id)] = found
        record = self.namespaces[found]
        if machine not in record.machines:
            record.machines.append(machine)
            self.machines[machine].namespaces.append(found)
        record.samples.append(sample)
        if namespace.addresses is not None:
            found_addresses: dict[int, int] = {}
            for address, prefix in map(parse_interface, namespace.addresses):
                found_addresses[address] = min(prefix, found_addresses.get(address, 128))
            record.add_addresses(sample, found_addresses)
        record.name = record.name or namespace.name
        for index, interface in namespace.interfaces.items():
            record.interface_names.setdefault(index, interface)
        record.local_port_range = record.local_port_range or namespace.ip_local_port_range
        if namespace.forwarding is not None:
            record.forwarding = bool(record.forwarding) or namespace.forwarding
        return found

    def _numbers(
        self,
        place: tuple[int, int],
        processes: Sequence[Process],
        by_inode: Mapping[int | None, int],
        snapshot: Snapshot,
    ) -> list[int]:
        """The numbers of processes of a place: a kernel and a machine. The new ones are recorded.

        ``by_inode`` has the network namespaces of ``snapshot``.
        """
        known = self._process_ids.setdefault(place, {})
        maker = RecordMaker(place[1], by_inode, snapshot, len(self.samples))
        numbers = []
        for process in processes:
            key: tuple[int | None, ...] = process.pid, process.start
            found = known.get(key)
            if found is not None and self._is_another(self.processes[found], snapshot):
                first, key = found, (*key, snapshot.pid_namespace)
                found = known.get(key)
                self.twins |= {first, len(self.processes) if found is None else found}
            if found is None:
                found = known[key] = len(self.processes)
                self.processes.append(maker.record(process))
            elif self._is_older(self.processes[found], snapshot):
                # It may have become another program, user or unit: what it was last counts.
                seen_in = self.processes[found].pid_namespace
                self.processes[found] = maker.record(process)
                if snapshot.pid_namespace is None:
                    self.processes[found].pid_namespace = seen_in
            elif snapshot.pid_namespace is not None:
                self.processes[found].pid_namespace = snapshot.pid_namespace
            numbers.append(found)
        return numbers

    @staticmethod
    def _is_another(process: ProcessRecord, snapshot: Snapshot) -> bool:
        """Whether what has the pid and the start of a process in ``snapshot`` is another one.

        Containers of a pod that were captured one by one may share the host name, and their first
        processes, all of pid 1, may have started in one tick of the clock.
        """
        known = process.pid_namespace, snapshot.pid_namespace
        return None not in known and known[0] != known[1]

    def _is_older(self, process: ProcessRecord, snapshot: Snapshot) -> bool:
        """Whether what is known of a process is from before ``snapshot``.

        One that a forged snapshot lists twice is known from that snapshot, which is no sample yet.
        """
        seen = process.sample
        return seen < len(self.samples) and self.moment(seen) < _moment(snapshot)


def _moment(sample: SampleRecord | Snapshot) -> tuple[float, str]:
    ended = sample.finished if sample.finished is not None else sample.started
    return ended or 0.0, sample.source
