"""Machines as they are shown: several records of one rebooted machine are one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from netviz.addresses import format_address, is_loopback
from netviz.fleet.fleet import Fleet
from netviz.fleet.problems import sentences
from netviz.fleet.records import MachineRecord
from netviz.graph import Machine
from netviz.ids import machine_ids


class MachineView(NamedTuple):
    """``machine[m]`` is the shown machine of record m, ``boot[m]`` which of its kernels that is."""

    machines: tuple[Machine, ...]
    machine: list[Machine]
    boot: list[int]


def view_machines(fleet: Fleet, owned: Sequence[Mapping[int, int]]) -> MachineView:
    """``owned[n]`` are the addresses of namespace n."""
    groups = boots(fleet)
    names = [fleet.machines[group[0]].name for group in groups]
    sources = [min(fleet.machines[m].source for m in group) for group in groups]
    machine: list[Machine | None] = [None] * len(fleet.machines)
    boot = [0] * len(fleet.machines)
    shown = []
    for group, identity in zip(groups, machine_ids(names, sources), strict=True):
        one = _shown(fleet, group, identity, owned)
        shown.append(one)
        for number, member in enumerate(group):
            machine[member] = one
            boot[member] = number
    shown.sort(key=lambda m: m.id)
    return MachineView(tuple(shown), [m for m in machine if m is not None], boot)


def boots(fleet: Fleet) -> list[list[int]]:
    """Records of one machine, the earliest boot first (section "Identity" of the rules).

    The same machine_id and name with another kernel is one machine if one was captured before the
    other booted. A clone that runs at the same time is a machine of its own.
    """
    groups: list[list[int]] = []
    alike: dict[tuple[str | None, str], list[list[int]]] = {}
    order = sorted(range(len(fleet.machines)), key=lambda m: _first_seen(fleet, m))
    for number in order:
        record = fleet.machines[number]
        same_name = alike.setdefault((record.machine_id, record.name), [])
        for group in same_name:
            if _is_rebooted(fleet, fleet.machines[group[-1]], record):
                group.append(number)
                break
        else:
            same_name.append([number])
            groups.append(same_name[-1])
    return groups


def _first_seen(fleet: Fleet, machine: int) -> tuple[float, str]:
    record = fleet.machines[machine]
    started = [fleet.samples[s].started for s in record.samples]
    return min((t for t in started if t is not None), default=0.0), record.source


def _is_rebooted(fleet: Fleet, before: MachineRecord, after: MachineRecord) -> bool:
    """Whether ``after``, of the same machine_id and name, is the same machine booted later."""
    if before.machine_id is None:
        return False
    last = [fleet.samples[s].finished for s in before.samples]
    first = [fleet.samples[s].started for s in after.samples]
    booted = [fleet.samples[s].btime for s in after.samples]
    if None in last or None in first:
        return False
    gone = max(t for t in last if t is not None)
    if any(t is not None and t <= gone for t in first):
        return False
    # A clone was already running when the other was captured; a rebooted machine was not.
    return all(t is None or t >= int(gone) for t in booted)


def _shown(
    fleet: Fleet, group: list[int], identity: str, owned: Sequence[Mapping[int, int]]
) -> Machine:
    records = [fleet.machines[number] for number in group]
    samples = [fleet.samples[s] for record in records for s in record.samples]
    times = [t for s in samples for t in (s.started, s.finished) if t is not None]
    addresses: set[int] = set()
    for record in records:
        if record.namespaces:
            addresses.update(owned[record.namespaces[0]])
    return Machine(
        id=identity,
        name=records[0].name,
        addresses=tuple(format_address(a) for a in sorted(addresses) if not is_loopback(a)),
        captured=(min(times), max(times)) if times else None,
        problems=sentences(samples),
        snapshots=len(samples),
    )
