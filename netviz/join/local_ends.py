"""Both ends of what stays inside one kernel: unix sockets and pipes, and who is shown at them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from netviz.fleet.fleet import Fleet
from netviz.fleet.holders import shown_holder
from netviz.join.joined import JoinedFlow
from netviz.join.kinds import PEER
from netviz.loops.results import End

_NOWHERE = -1
"""The namespace of an end that is its process, wherever the socket is."""


def ends_shown(
    fleet: Fleet,
    one: Collection[int],
    other: Collection[int],
    one_served: Mapping[int, int],
    other_served: Mapping[int, int],
) -> tuple[int, int]:
    """The process that is shown at each end, of those that hold it (rule 13).

    A fork leaves both ends with parent and child, and each closes what it does not use, or forgets
    to: who holds both is passed over at an end that somebody holds alone. Of the rest rule 9 picks.
    """
    only_one, only_other = set(one).difference(other), set(other).difference(one)
    return (
        shown_holder(fleet.processes, only_one or one, one_served),
        shown_holder(fleet.processes, only_other or other, other_served),
    )


def is_ambiguous(one: Collection[int], other: Collection[int]) -> bool:
    """Whether it may be one who holds both ends that talks, or those who hold one alone at each.

    So it is among the workers of a program that keeps a pair of sockets to each of them, and lets
    the others inherit its own end (ngx_spawn_process of nginx).
    """
    one, other = set(one), set(other)
    return bool(one & other and one - other and other - one)


def local_flow(
    fleet: Fleet, client: int, server: int, proto: str, path: str | None, directed: bool
) -> JoinedFlow:
    """One connection between two processes of one kernel."""
    return JoinedFlow(
        client=_end(fleet, client),
        server=_end(fleet, server),
        proto=proto,
        client_port=None,
        port=None,
        kind=PEER,
        directed=directed,
        connections=1,
        samples=(),
        path=path,
    )


def _end(fleet: Fleet, process: int) -> End:
    return End(_NOWHERE, fleet.owner_id((process,)), -1, False)


def samples_by_kernel(fleet: Fleet) -> list[list[int]]:
    """The samples of each kernel, those that see most processes first.

    Namespaces must have been united: two samples of one namespace are of one kernel, whatever
    boot_id they saw.
    """
    group = list(range(len(fleet.samples)))
    first_of_kernel: dict[int, int] = {}
    together = [list(record.samples) for record in fleet.namespaces]
    for number, sample in enumerate(fleet.samples):
        kernel = fleet.machines[sample.machine].kernels[0]
        together.append([first_of_kernel.setdefault(kernel, number), number])

    def root(number: int) -> int:
        while group[number] != number:
            group[number] = group[group[number]]
            number = group[number]
        return number

    for members in together:
        for member in members[1:]:
            group[root(member)] = root(members[0])
    kernels: dict[int, list[int]] = {}
    for number in range(len(fleet.samples)):
        kernels.setdefault(root(number), []).append(number)

    def order(number: int) -> tuple[int, float, str]:
        sample = fleet.samples[number]
        return -sample.processes, sample.started or 0.0, sample.source

    return [sorted(members, key=order) for members in kernels.values()]
