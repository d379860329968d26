"""What is known of each machine, network namespace, sample and process of the group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from netviz.fleet.problems import problem_sentence
from netviz.fleet.sockets import TableSockets
from netviz.fleet.translations import Translation
from netviz.snapshot.model import Problem
from netviz.tables import ConntrackColumns


@dataclass(slots=True)
class MachineRecord:
    """One machine: several samples, and after a reboot several kernels.

    ``namespaces`` begin with the machine's own: the first one of the sample that sees most
    processes, since a container may have the name of its host. ``rank`` is of that sample.
    """

    name: str
    machine_id: str | None
    source: str
    kernels: list[int] = field(default_factory=list)
    samples: list[int] = field(default_factory=list)
    namespaces: list[int] = field(default_factory=list)
    rank: tuple[int, float, str] | None = None


@dataclass(slots=True)
class NamespaceRecord:
    """One network namespace of one kernel, however many snapshots hold it.

    ``interfaces`` maps its addresses to their prefix lengths (of 128 bits), None where unknown.
    ``addressed`` are the samples that know them, ``listing``, where they differ, those that have
    each.
    """

    kernel: int
    inode: int | None
    name: str | None
    machines: list[int] = field(default_factory=list)
    samples: list[int] = field(default_factory=list)
    interfaces: dict[int, int] | None = None
    addressed: list[int] = field(default_factory=list)
    listing: dict[int, list[int]] | None = None
    interface_names: dict[int, str] = field(default_factory=dict)
    local_port_range: tuple[int, int] | None = None
    forwarding: bool | None = None
    tables: list[TableSockets] = field(default_factory=list)
    translations: list[Translation] = field(default_factory=list)
    conntrack: list[ConntrackColumns] = field(default_factory=list)
    conntrack_samples: list[int] = field(default_factory=list)
    conntrack_read: bool = False

    @property
    def cannot_translate(self) -> bool:
        """Whether no translation that was not seen can hide here."""
        return self.conntrack_read or self.forwarding is False

    def add_addresses(self, sample: int, found: Mapping[int, int]) -> None:
        """Add the addresses that one sample knows, with their prefix lengths."""
        known = self.interfaces
        if known is None:
            known = self.interfaces = {}
        elif self.listing is None and found.keys() != known.keys():
            self.listing = self._listed()
        for address, prefix in found.items():
            known[address] = min(prefix, known.get(address, 128))
        if self.listing is not None:
            for address in found:
                self.listing.setdefault(address, []).append(sample)
        self.addressed.append(sample)

    def take_addresses(self, other: NamespaceRecord) -> None:
        """Add the addresses of a namespace that turned out to be this one."""
        if other.interfaces is None:
            return
        known = self.interfaces or {}
        listed, more = self._listed(), other._listed()
        if self.listing is not None or other.listing is not None or listed.keys() != more.keys():
            self.listing = listed
            for address, samples in more.items():
                self.listing.setdefault(address, []).extend(samples)
        self.interfaces = {**other.interfaces, **known}
        self.addressed += other.addressed

    def _listed(self) -> dict[int, list[int]]:
        if self.listing is not None:
            return self.listing
        return {address: list(self.addressed) for address in self.interfaces or {}}


class SampleRecord(NamedTuple):
    """One snapshot: when it was taken and how much it saw."""

    machine: int
    source: str
    started: float | None
    finished: float | None
    btime: int | None
    clk_tck: int | None
    processes: int
    sees_all_holders: bool
    unread: tuple[Problem, ...]
    reports: tuple[str, ...]
    """What was wrong with its tables."""
    unknown_sockets: int

    @property
    def problems(self) -> tuple[str, ...]:
        """What it could not see, in sentences."""
        return (*map(problem_sentence, self.unread), *self.reports)


@dataclass(slots=True)
class ProcessRecord:
    """One process of one machine; ``namespace`` is its own, None where unknown.

    Not frozen because there are many; only the fleet changes one.
    """

    machine: int
    pid: int
    start: int | None
    comm: str | None
    exe: str | None
    uid: int | None
    security: str | None
    unit: str | None
    container: str | None
    caps: str | None
    program: str | None
    """What it runs, if it is an interpreter; else which service it is, if its name hides that."""
    namespace: int | None
    born: float | None
    """When it started, in unix seconds."""
    sample: int
    """The latest sample that has it, and that all this is from."""
    pid_namespace: int | None = None
    """The one that ``pid`` is a number of, None where unknown."""
