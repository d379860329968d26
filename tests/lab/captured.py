"""Snapshots of the datacentre."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from datacentre import HOSTS, set_up
from imported import COPY, can_be_imported, list_everywhere, run_documented
from machines import Lab, Machine

REAL_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass
class Captured:
    """What is left of the machines: snapshots by host, container names by namespace.

    ``copies`` are of /proc, ``listings`` folders with what ss and ip print, for imports.
    ``shared`` are snapshots with one boot id. ``cgroups`` is whether containers are in any.
    """

    containers: dict[str, str]
    cgroups: bool
    own: dict[str, Path] = field(default_factory=dict)
    copies: dict[str, Path] = field(default_factory=dict)
    listings: dict[str, Path] = field(default_factory=dict)
    shared: dict[str, Path] = field(default_factory=dict)


def container_names(machines: dict[str, Machine]) -> dict[str, str]:
    return {
        f"netns {machine.netns}": name.partition("-")[2]
        for name, machine in machines.items()
        if machine.host
    }


def share_boot_id(host: Machine) -> None:
    """From now on the host shows the boot id of this computer, as all of them do then."""
    boot_id = REAL_BOOT_ID.read_text().strip()
    host.exec(["/bin/sh", "-c", f"echo {boot_id} > /run/boot_id"])


def capture_datacentre(pyz: Path, folder: Path) -> Captured:
    """Set it up, capture every host twice, and take it down."""
    with Lab() as lab:
        machines = set_up(lab)
        found = Captured(container_names(machines), bool(lab.cgroups))
        for name in HOSTS:
            taken = machines[name].capture(pyz)
            found.own[name] = taken.rename(folder / f"{name}.json")
            if can_be_imported():
                found.copies[name] = run_documented(machines[name], COPY, folder) / "proc"
                found.listings[name] = list_everywhere(machines[name], folder)
            share_boot_id(machines[name])
            taken = machines[name].capture(pyz)
            found.shared[name] = taken.rename(folder / f"{name}-shared.json")
    return found
