"""Connections between the same places as one. The compiled twin is ``folding.pxi``."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from netviz.graph import SAMPLES, Sample
from netviz.loops.results import Folded
from netviz.tables import Candidates


def fold(
    candidates: Candidates,
    client: array[int],
    server: array[int],
    directed: array[int],
    kind: array[int],
    place: array[int],
    process: array[int],
    with_self: bool,
    texts: Sequence[str],
) -> tuple[list[Folded], int]:
    """Fold the directed pairs by (client's place, server's place, protocol, server port, kind).

    ``place[i]`` is where the end of candidate i is drawn, ``process[i]`` who it is, negative for
    nobody. Also gives how many pairs are within one process, which are left out unless
    ``with_self``. ``texts`` are those of the known addresses; samples are sorted by them.
    """
    members: dict[tuple[int, int, int, int, int], list[int]] = {}
    within = 0
    for pair, (c, s) in enumerate(zip(client, server, strict=True)):
        if not directed[pair]:
            continue
        if process[c] == process[s] >= 0:
            within += 1
            if not with_self:
                continue
        key = (place[c], place[s], candidates.proto[s], candidates.local_port[s], kind[pair])
        members.setdefault(key, []).append(pair)

    def sample(pair: int) -> Sample:
        c, s = client[pair], server[pair]
        return (
            texts[candidates.local[c]],
            candidates.local_port[c],
            texts[candidates.local[s]],
            candidates.local_port[s],
        )

    folded = [
        Folded(*key, len(pairs), tuple(sorted(map(sample, pairs))[:SAMPLES]))
        for key, pairs in members.items()
    ]
    return folded, within
