"""Columns of connected sockets as the join has them before it looks for mirrored tuples."""

from __future__ import annotations

from array import array
from typing import Any

from netviz.join.kinds import RECIPROCAL
from netviz.tables import ESTABLISHED, Candidates

MACHINES = 100
FIRST_PORT, SERVICE_PORTS = 32768, 12


def made_candidates(pairs: int) -> tuple[Candidates, array[int]]:
    """Both sockets of ``pairs`` connections between machines, and the namespace each one means.

    Socket 2n is the client of connection n, 2n + 1 its server. Namespace and address of a machine
    have its number.
    """
    made = Candidates()
    target = array("i")
    for n in range(pairs):
        client, server = n % MACHINES, (n * 7 + n // MACHINES) % MACHINES
        port = FIRST_PORT + n // MACHINES % 28_000
        ends = (client, port), (server, 8000 + n % SERVICE_PORTS)
        for number, (end, other) in enumerate((ends, ends[::-1])):
            made.namespace.append(end[0])
            made.proto.append(0)
            made.local.append(end[0])
            made.remote.append(other[0])
            made.local_port.append(end[1])
            made.remote_port.append(other[1])
            made.state.append(ESTABLISHED)
            made.inode.append(20_000 + 2 * n + number)
            made.owner.append(1 + end[0])
            target.append(other[0])
    return made, target


def fold_arguments(pairs: int) -> tuple[Any, ...]:
    """What ``loops.fold`` takes, for connections that fold into those between machines."""
    made, _ = made_candidates(pairs)
    client, server = array("I", range(0, 2 * pairs, 2)), array("I", range(1, 2 * pairs, 2))
    directed, kind = array("B", [1]) * pairs, array("B", [RECIPROCAL]) * pairs
    place = array("i", made.namespace)
    process = array("i", range(2 * pairs))
    texts = [f"10.0.0.{machine}" for machine in range(MACHINES)]
    return made, client, server, directed, kind, place, process, False, texts
