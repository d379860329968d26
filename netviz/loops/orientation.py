"""Whose ends sockets are, and which of two serves. The compiled twin is ``orientation.pxi``."""

from __future__ import annotations

from array import array

from netviz.join.kinds import QUEUED, RECENT, RECIPROCAL
from netviz.loops.results import End
from netviz.tables import TIME_WAIT, Candidates


def ends(candidates: Candidates, listener: array[int]) -> tuple[list[End], array[int]]:
    """The different ends among the candidates, and the number of each candidate's."""
    numbers: dict[End, int] = {}
    of = array("I")
    for i in range(len(candidates)):
        end = End(
            candidates.namespace[i],
            candidates.owner[i],
            listener[i],
            candidates.inode[i] == 0,
        )
        of.append(numbers.setdefault(end, len(numbers)))
    return list(numbers), of


def orient(
    candidates: Candidates,
    left: array[int],
    right: array[int],
    listener: array[int],
    first_port: array[int],
    last_port: array[int],
) -> tuple[array[int], array[int], array[int]]:
    """Client, server and whether that is known (1), for each pair (rule 11).

    The server is the one end with a listener; else the one outside the local port range of its
    namespace (``first_port`` to ``last_port``, 0 for unknown) where the other is inside its own.
    """

    def ephemeral(i: int) -> bool | None:
        namespace = candidates.namespace[i]
        if not last_port[namespace]:
            return None
        return first_port[namespace] <= candidates.local_port[i] <= last_port[namespace]

    client, server, directed = array("I"), array("I"), array("B")
    for a, b in zip(left, right, strict=True):
        listens_a, listens_b = listener[a] >= 0, listener[b] >= 0
        ephemeral_a, ephemeral_b = ephemeral(a), ephemeral(b)
        if listens_a != listens_b:
            a_serves, known = listens_a, True
        elif ephemeral_a is not None and ephemeral_b is not None and ephemeral_a != ephemeral_b:
            a_serves, known = ephemeral_b, True
        else:
            a_serves, known = False, False
        client.append(b if a_serves else a)
        server.append(a if a_serves else b)
        directed.append(known)
    return client, server, directed


def kinds(
    candidates: Candidates, client: array[int], server: array[int], queued: array[int]
) -> array[int]:
    """What kind of match each pair is: RECENT, QUEUED or RECIPROCAL."""
    found = array("B")
    for c, s in zip(client, server, strict=True):
        if candidates.state[c] == TIME_WAIT or candidates.state[s] == TIME_WAIT:
            found.append(RECENT)
        else:
            found.append(QUEUED if queued[c] or queued[s] else RECIPROCAL)
    return found
