"""The samples of a group in time: which of them saw a flow, out of how many, from when to when."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from netviz.fleet.fleet import Fleet
from netviz.graph import Listed, Machine, Seen


class Timeline:
    """Tells what sets of samples (``Fleet.sightings``) mean; ``machine[m]`` is that of record m."""

    def __init__(self, fleet: Fleet, machine: Sequence[Machine]) -> None:
        self._sightings = fleet.sightings
        self._has_several = any(one.snapshots > 1 for one in machine)
        self._machine: list[Machine] = []
        self._bit: list[int] = []
        self._time: list[float | None] = []
        self._known: dict[frozenset[int], Seen] = {}
        if not self._has_several:
            return
        self._bit = [0] * len(fleet.samples)
        taken: dict[str, int] = {}
        for number in sorted(range(len(fleet.samples)), key=fleet.moment):
            identity = machine[fleet.samples[number].machine].id
            self._bit[number] = 1 << taken.get(identity, 0)
            taken[identity] = taken.get(identity, 0) + 1
        for sample in fleet.samples:
            self._machine.append(machine[sample.machine])
            self._time.append(sample.started if sample.finished is None else sample.finished)

    def seen(self, sightings: Collection[int]) -> Seen | None:
        """When something was seen that the samples of these sets list, each set by its number.

        None where no machine has several samples.
        """
        if not self._has_several or not sightings:
            return None
        key = frozenset(sightings)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._seen(key)
        return found

    def _seen(self, sightings: Collection[int]) -> Seen:
        samples = {sample for number in sightings for sample in self._sightings.samples(number)}
        listed: dict[str, Listed] = {}
        for sample in samples:
            machine = self._machine[sample]
            known = listed.get(machine.id, Listed(machine.id, 0, machine.snapshots))
            listed[machine.id] = known._replace(snapshots=known.snapshots | self._bit[sample])
        times = [t for t in (self._time[sample] for sample in samples) if t is not None]
        return Seen(
            min(times, default=None),
            max(times, default=None),
            tuple(listed[machine] for machine in sorted(listed)),
        )
